/** Who Entra's verified answer is about: of this tenant, no guest, and the same person in token and directory (AAD-2, AAD-3). */
import { ProviderError } from '../errors.ts';
import { quoteReceived } from '../protocols/oidc/answers.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Throws `tenant_mismatch` (RP-14) or `subject_missing`. */
export function refuseOtherTenant(claims: Claims, tenantId: string): { oid: string } {
  if (claims.tid !== tenantId) {
    throw new ProviderError('tenant_mismatch', {
      detail: { where: 'tid', expected: tenantId, received: quoteReceived(claims.tid ?? 'none') },
    });
  }
  if (typeof claims.oid !== 'string' || claims.oid === '') {
    throw new ProviderError('subject_missing', { detail: { where: 'oid', expected: 'an object id (scope profile)' } });
  }
  return { oid: claims.oid };
}

/** An issuer of the same authority for another tenant is another tenant's token: said in these words. */
export function renameIssuerMismatch(error: unknown, authority: string, tenantId: string): unknown {
  if (!(error instanceof ProviderError) || error.code !== 'id_token_issuer_mismatch') return error;
  const { received } = error.detail;
  const isTenant =
    received?.startsWith(`${authority}/`) && /^\/[0-9a-f-]{36}\/v2\.0$/i.test(received.slice(authority.length));
  return isTenant
    ? new ProviderError('tenant_mismatch', { detail: { ...error.detail, note: `tenant ${tenantId}` } })
    : error;
}

/**
 * Guests are people of another directory, whose administrator we do not know. Three signs, any one is enough: Graph's
 * `userType`, the optional claim `acct` (1), and `idp`, which names the issuer unless the person's home is another directory.
 */
export function refuseGuest(claims: Claims, me: Claims | undefined, tenantId: string): void {
  const homes: unknown[] = [undefined, claims.iss, `https://sts.windows.net/${tenantId}/`];
  const sign =
    claims.acct === 1 || claims.acct === '1'
      ? 'acct'
      : !homes.includes(claims.idp)
        ? 'idp'
        : me?.userType === 'Guest'
          ? 'userType'
          : undefined;
  if (sign !== undefined) {
    throw new ProviderError('guest_refused', { detail: { where: sign, expected: 'a member of the tenant' } });
  }
}

/** Graph answers for whoever the access token is of; that must be the person of the ID token. */
export function refuseOtherPerson(me: Claims, oid: string): void {
  if (me.id !== oid) {
    throw new ProviderError('userinfo_subject_mismatch', {
      detail: { where: 'Microsoft Graph /me', expected: 'the object id of the ID token' },
    });
  }
}
