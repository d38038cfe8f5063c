/** What the built-in identity provider asks its surroundings; implemented by the broker over its own rows. */
export interface CitrixPerson {
  /** Immutable. */
  id: string;
  email: string;
  displayName: string;
  givenName: string | null;
  familyName: string | null;
}

export interface CredentialStore {
  /**
   * The person whose email and password these are. Unknown email and wrong password are the same answer after the
   * same time. Throws `ProviderError` `upstream_throttled` when too many are being compared at once.
   */
  authenticate(email: string, password: string): Promise<CitrixPerson | undefined>;
}
