/** Who a `sub` is, and what relying parties are told about them (SPEC §4, ARCHITECTURE §5 "Account"). Pure. */
import { administratorsRealm } from '../sessions/policy.ts';
import type { Session } from '../sessions/sessions.ts';

/** An administrator's rights in one organization, as claimed to applications. */
export interface AccessClaim {
  customer_id: string;
  org_id: string;
  access: 'full' | 'custom';
  permissions?: readonly string[];
}

/** The organization that tokens speak of. */
export interface ClaimedOrganization {
  orgId: string;
  customerId: string;
}

/** Scope → claims. `openid` says who, from where and since when; names, email and directory attributes are asked for. */
export const scopeClaims: Record<string, string[] | null> = {
  acr: null,
  amr: null,
  auth_time: null,
  iss: null,
  sid: null,
  openid: ['sub', 'sid', 'org_id', 'customer_id', 'idp', 'acr', 'amr', 'auth_time', 'access'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username'],
  email: ['email'],
  cip: ['cip_sid', 'cip_upn', 'cip_oid', 'cip_email'],
};

/**
 * The claims of a session's person; oidc-provider filters them by scope and by the `claims` parameter.
 * `email_verified` is never claimed: what an upstream says about a mailbox is not ours to vouch for (SECURITY RP-15).
 */
export function accountClaims(
  session: Session,
  organization: ClaimedOrganization | undefined,
  access: readonly AccessClaim[],
): Record<string, unknown> & { sub: string } {
  const { claims } = session;
  return {
    sub: session.accountId,
    sid: session.uid,
    ...(organization && { org_id: organization.orgId, customer_id: organization.customerId }),
    idp: session.idp,
    amr: session.amr,
    ...(session.acr !== null && { acr: session.acr }),
    auth_time: Math.floor(session.authTime / 1000),
    ...pick(claims, ['name', 'given_name', 'family_name', 'cip_sid', 'cip_upn', 'cip_oid', 'cip_email']),
    ...(claims.cip_email !== undefined && { email: claims.cip_email }),
    ...(claims.cip_upn !== undefined && { preferred_username: claims.cip_upn }),
    ...(session.realm === administratorsRealm && { access }),
  };
}

function pick(claims: Session['claims'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]));
}
