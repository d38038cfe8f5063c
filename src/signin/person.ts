/** What is known of somebody whose upstream has answered, before it is decided whether they may come in. */
import type { NormalisedClaims } from '../claims/claims.ts';

export interface VerifiedPerson {
  /** Connection id, or `citrix`. */
  connectionId: string;
  /** `ProviderKind` or `citrix`. */
  idp: string;
  /** Immutable at the upstream. */
  subject: string;
  claims: NormalisedClaims;
  amr: readonly string[];
  acr: string | null;
  /** Milliseconds; no session after this. */
  notOnOrAfter: number | null;
  /** Sealed; for the upstream's sign-out. */
  signOut: string | null;
}
