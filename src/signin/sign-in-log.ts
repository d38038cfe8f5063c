/**
 * What the system log says of sign-ins and ends of sessions: in the log of every organization that they concern, so
 * that each sees who of its administrators comes and goes, whichever organization they open first.
 *
 * Owns: which organizations, and what is told of a failed sign-in (never what was typed: people type passwords into the
 * wrong field). Does not own: failures at an upstream (`sign-in.ts`). Called by `accounts/` and `app.ts`.
 */
import type { Accounts } from '../directory/accounts.ts';
import type { Administrators } from '../directory/administrators.ts';
import type { Identities } from '../directory/identities.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { Session, SessionState } from '../sessions/sessions.ts';
import type { SystemLogEntry } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { citrixConnection } from './citrix-identity.ts';

export interface SignInLogOptions {
  systemLog: Pick<SystemLog, 'record'>;
  identities: Pick<Identities, 'find' | 'findByEmail'>;
  accounts: Pick<Accounts, 'findOfIdentity'>;
  administrators: Pick<Administrators, 'membershipsOf'>;
}

/** A sign-in with the built-in identity that came to nothing. */
export interface RefusedSignIn {
  /** As typed, or known by a right password. */
  who: { email: string } | { identityId: string };
  /** `passkey_copied`: its count went back. */
  reason: 'credentials' | 'throttled' | 'code' | 'passkey' | 'passkey_copied';
  clientAddress: string;
  userAgent: string | undefined;
}

export type SignInLog = ReturnType<typeof createSignInLog>;

export function createSignInLog({ systemLog, identities, accounts, administrators }: SignInLogOptions) {
  async function recordIn(
    organizationIds: readonly string[],
    entry: Omit<SystemLogEntry, 'organizationId'>,
  ): Promise<void> {
    const all = organizationIds.length === 0 ? [null] : organizationIds;
    await Promise.all(all.map((organizationId) => systemLog.record({ ...entry, organizationId })));
  }

  const actorOf = (session: Session) => ({
    type: session.realm === administratorsRealm ? ('administrator' as const) : ('subscriber' as const),
    id: session.accountId,
    name: typeof session.claims.name === 'string' ? session.claims.name : null,
  });

  /** `clientId`: the application that asked for it. */
  async function signedIn(session: Session, clientId: string): Promise<void> {
    await recordIn(session.organizationIds, {
      event: 'platform/session/create',
      actor: actorOf(session),
      target: { type: 'application', id: clientId },
      detail: { provider: session.idp },
      ...(session.clientAddress !== null && { clientAddress: session.clientAddress }),
      ...(session.userAgent !== null && { userAgent: session.userAgent }),
    });
  }

  /** Whoever revokes a session records that, with who did it; so this is about every other end. */
  async function ended({ session, end }: Pick<SessionState, 'session' | 'end'>): Promise<void> {
    if (end.reason === 'revoked') return;
    await recordIn(session.organizationIds, {
      event: 'platform/session/end',
      actor: { type: 'system' },
      // Without a name: the person may have been erased meanwhile, and this comes after it.
      target: { type: 'session', id: session.accountId },
      detail: { reason: end.reason },
    });
  }

  /**
   * In the log of every organization that the person administers; of a name that nobody has, in the installation's.
   * Call it when the answer is on its way: how long this takes depends on who exists (SECURITY ID-02).
   */
  async function refused({ who, reason, clientAddress, userAgent }: RefusedSignIn): Promise<void> {
    const identity = await ('email' in who ? identities.findByEmail(who.email) : identities.find(who.identityId));
    const key = identity && { connectionId: citrixConnection, subject: identity.id };
    const memberships = key ? await administrators.membershipsOf(key) : [];
    const account = identity && (await accounts.findOfIdentity(identity.id));
    await recordIn(
      memberships.map(({ organizationId }) => organizationId),
      {
        event: 'platform/signin/failed',
        actor: { type: 'administrator', id: account?.id ?? identity?.id ?? null, name: identity?.displayName ?? null },
        ...(identity && { target: { type: 'identity' as const, id: identity.id, name: identity.displayName } }),
        detail: { provider: citrixConnection, reason: identity ? reason : 'unknown' },
        clientAddress,
        ...(userAgent !== undefined && { userAgent }),
      },
    );
  }

  return { signedIn, ended, refused };
}
