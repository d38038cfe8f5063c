/**
 * Which organizations may somebody administer, in this session, now (CIT-9, SES-3)? The one answer for the console, the
 * API and the OpenID Provider, from the durable rows at every request, so that removing an administrator acts at once.
 */
import type { Accounts } from '../directory/accounts.ts';
import type { Administrators } from '../directory/administrators.ts';
import type { Membership } from '../directory/memberships.ts';
import type { Organization, Organizations } from '../directory/organizations.ts';
import type { EndReason } from '../sessions/policy.ts';
import type { Session } from '../sessions/sessions.ts';
import { citrixConnection } from './citrix-identity.ts';

export interface AdministeredOptions {
  accounts: Pick<Accounts, 'find'>;
  administrators: Pick<Administrators, 'membershipsOf' | 'lossOf'>;
  organizations: Pick<Organizations, 'findByCustomerId'>;
}

/** One organization, open to somebody. */
export interface Admission {
  organization: Organization;
  membership: Membership;
}

export type Administered = ReturnType<typeof createAdministered>;

export function createAdministered({ accounts, administrators, organizations }: AdministeredOptions) {
  /**
   * Only organizations that the session is open for: another that was added meanwhile would neither hold this session to
   * its inactivity timeout (SES-2) nor list it among its sessions (SES-8). In the session's order; empty: access is gone.
   */
  async function membershipsOf(session: Session): Promise<Membership[]> {
    return (await lookUp(session)).memberships;
  }

  /**
   * With the organizations joined since the session was opened, which a sign-in would open now: `sessions.widen` opens
   * them. None for who came by a connection, and so for its one organization.
   */
  async function lookUp(session: Session): Promise<{ memberships: Membership[]; joined: string[] }> {
    const { accountId, connectionId, claims, organizationIds, authTime } = session;
    const account = await accounts.find(accountId);
    if (account?.kind !== 'administrator') return { memberships: [], joined: [] };
    const groups = Array.isArray(claims.groups) ? claims.groups.map(String) : [];
    const person = { connectionId, subject: account.subject, groups, authTime };
    const found = await administrators.membershipsOf(person);
    const memberships = organizationIds.flatMap((id) => found.filter(({ organizationId }) => organizationId === id));
    const others = connectionId === citrixConnection ? found.filter((each) => !memberships.includes(each)) : [];
    return { memberships, joined: others.map(({ organizationId }) => organizationId) };
  }

  /** Why a session that has no membership any more is over. */
  async function lossOf({ accountId, authTime }: Session): Promise<EndReason> {
    const account = await accounts.find(accountId);
    return account ? administrators.lossOf({ ...account, authTime }) : 'removed';
  }

  /** Undefined for an organization of others exactly as for one that does not exist (CON-08). */
  async function admissionTo(customerId: string, memberships: readonly Membership[]): Promise<Admission | undefined> {
    const organization = await organizations.findByCustomerId(customerId);
    const membership = memberships.find(({ organizationId }) => organizationId === organization?.id);
    return organization && membership && { organization, membership };
  }

  return { membershipsOf, lookUp, lossOf, admissionTo };
}
