/**
 * May this verified person come in, and as whom? Decided once, at the end of every sign-in, whatever the upstream was.
 *
 * A subscriber needs nothing more than the connection of their organization; an administrator needs a membership, their
 * own or a group's (ADM-2, AAD-4, SML-6). The person's key is (connection, immutable subject): no email, no UPN.
 */
import type { NormalisedClaims } from '../claims/claims.ts';
import { randomToken } from '../core/random.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { NewSession, Session, SessionState, Sessions } from '../sessions/sessions.ts';
import type { VerifiedPerson } from './person.ts';

export interface AdmitOptions {
  sessions: Sessions;
  /** The account of this key, made at the first sign-in; of two at once both get the same. */
  accountOf(key: {
    kind: 'subscriber' | 'administrator';
    organizationId: string | null;
    connectionId: string;
    subject: string;
    claims: NormalisedClaims;
  }): Promise<{ id: string }>;
  /** AAD-3: somebody who was chosen in the directory of this connection accepts by this very sign-in. */
  acceptInvitation(
    key: { connectionId: string; subject: string },
    from: { clientAddress?: string; userAgent?: string },
  ): Promise<unknown>;
  /** Ids of the organizations that this person administers now. */
  administeredBy(key: { connectionId: string; subject: string; groups: readonly string[] }): Promise<readonly string[]>;
}

export interface AdmitRequest {
  person: VerifiedPerson;
  realm: string;
  /** Subscribers: their organization. Administrators by `/go/…`: the connection's, to which they are limited. */
  organizationId: string | null;
  /** This browser's session in the realm, if it holds one. */
  previous: SessionState | undefined;
  staying: 'agreed' | 'declined' | null;
  userAgent: string | null;
  clientAddress: string | null;
}

export type Admission = { outcome: 'admitted'; session: Session; handle: string } | { outcome: 'no_access' };

export type Admit = ReturnType<typeof createAdmit>;

export function createAdmit({ sessions, accountOf, acceptInvitation, administeredBy }: AdmitOptions) {
  return async function admit(request: AdmitRequest): Promise<Admission> {
    const { person, realm, previous } = request;
    const isAdministrator = realm === administratorsRealm;
    const organizationIds = isAdministrator ? await administered(request) : subscribed(request);
    if (organizationIds.length === 0) return { outcome: 'no_access' };

    const account = await accountOf({
      kind: isAdministrator ? 'administrator' : 'subscriber',
      organizationId: isAdministrator ? null : (request.organizationId ?? null),
      connectionId: person.connectionId,
      subject: person.subject,
      claims: person.claims,
    });
    const facts: NewSession = {
      realm,
      accountId: account.id,
      organizationIds,
      connectionId: person.connectionId,
      idp: person.idp,
      amr: person.amr,
      acr: person.acr,
      claims: { ...person.claims },
      upstreamNotOnOrAfter: person.notOnOrAfter,
      staying: request.staying,
      signOut: person.signOut,
      userAgent: request.userAgent?.slice(0, 300) ?? null,
      clientAddress: request.clientAddress,
    };
    const handle = randomToken();
    return { outcome: 'admitted', handle, session: await openOrReopen(facts, previous, handle) };
  };

  async function administered(request: AdmitRequest): Promise<readonly string[]> {
    const { person, organizationId, clientAddress, userAgent } = request;
    const { connectionId, subject, claims } = person;
    if (organizationId !== null) {
      const from = { ...(clientAddress !== null && { clientAddress }), ...(userAgent !== null && { userAgent }) };
      await acceptInvitation({ connectionId, subject }, from);
    }
    const ids = await administeredBy({ connectionId, subject, groups: claims.groups });
    return organizationId === null ? ids : ids.filter((id) => id === organizationId);
  }

  function subscribed({ organizationId }: AdmitRequest): readonly string[] {
    return organizationId === null ? [] : [organizationId];
  }

  /** oidc-provider must never meet another account in a realm (ARCHITECTURE §5): the one before is ended first. */
  async function openOrReopen(facts: NewSession, previous: SessionState | undefined, handle: string): Promise<Session> {
    if (previous?.active && previous.session.accountId === facts.accountId) {
      const same = await sessions.reopen(previous.session.uid, facts);
      if (same) {
        await sessions.addPassingHandle(handle, same);
        return same;
      }
    } else if (previous?.active) {
      await sessions.end(previous.session.uid, 'replaced');
    }
    return sessions.open(facts, handle);
  }
}
