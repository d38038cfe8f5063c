/**
 * What the system log says of sign-ins and ends of sessions: in the log of every organization that they concern, so
 * that each sees who of its administrators comes and goes, whichever organization they open first.
 *
 * Owns: which organizations, and what is told of a failed sign-in (never what was typed: people type passwords into the
 * wrong field). Does not own: failures at an upstream (`sign-in.ts`). Called by `accounts/` and `app.ts`.
 */
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Accounts } from '../directory/accounts.ts';
import type { Administrators } from '../directory/administrators.ts';
import type { Identities } from '../directory/identities.ts';
import { networkOf } from '../directory/password-throttle.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { Session, SessionState } from '../sessions/sessions.ts';
import type { Store } from '../store/store.ts';
import type { SystemLogEntry } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { citrixConnection } from './citrix-identity.ts';

/**
 * Of the failures about one identity from one network this many are told in an hour; names that nobody has count
 * together. So nobody fills a log with what anybody may try (SECURITY CON-14), and the last one says so.
 */
const failuresAnHour = 20;
const hourMs = 3_600_000;
/** Took a right password or the key itself. Counted apart: no flood of mere tries hides them. */
const afterProof: readonly RefusedSignIn['reason'][] = ['code', 'passkey_copied'];

export interface SignInLogOptions {
  store: Pick<Store, 'add' | 'count'>;
  clock: Clock;
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
  /** Of `throttled`, milliseconds: the wait is told once. */
  retryAfter?: number | undefined;
  clientAddress: string;
  userAgent: string | undefined;
}

export type SignInLog = ReturnType<typeof createSignInLog>;

export function createSignInLog(options: SignInLogOptions) {
  const { systemLog, identities, accounts, administrators, store, clock } = options;

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

  /** `clientId`: the application that asked for it. `reference`: of the trace of a sign-in by a connection. */
  async function signedIn(session: Session, clientId: string, reference?: string): Promise<void> {
    await recordIn(session.organizationIds, {
      event: 'platform/session/create',
      actor: actorOf(session),
      target: { type: 'application', id: clientId },
      detail: { provider: session.idp },
      ...(reference !== undefined && { reference }),
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
  async function refused(refusal: RefusedSignIn): Promise<void> {
    const { who, reason, clientAddress, userAgent } = refusal;
    const identity = await ('email' in who ? identities.findByEmail(who.email) : identities.find(who.identityId));
    const share = await shareOf(refusal, identity?.id);
    if (share === 'over') return;
    const key = identity && { connectionId: citrixConnection, subject: identity.id };
    const memberships = key ? await administrators.membershipsOf(key) : [];
    const account = identity && (await accounts.findOfIdentity(identity.id));
    await recordIn(
      memberships.map(({ organizationId }) => organizationId),
      {
        event: 'platform/signin/failed',
        actor: { type: 'administrator', id: account?.id ?? identity?.id ?? null, name: identity?.displayName ?? null },
        ...(identity && { target: { type: 'identity' as const, id: identity.id, name: identity.displayName } }),
        detail: {
          provider: citrixConnection,
          reason: identity ? reason : 'unknown',
          // Further ones of this hour are not recorded.
          ...(share === 'last' && { more: true }),
        },
        clientAddress,
        ...(userAgent !== undefined && { userAgent }),
      },
    );
  }

  /** Whether this one is told; `last`: and none after it within the hour. */
  async function shareOf(refusal: RefusedSignIn, identityId: string | undefined): Promise<'told' | 'last' | 'over'> {
    const { reason, retryAfter, clientAddress } = refusal;
    const now = clock.now();
    // Hashed: a copy of the store is no list of who signs in from where.
    const about = `${identityId ?? 'unknown'}:${hashOfToken(networkOf(clientAddress))}`;
    if (retryAfter !== undefined) {
      const isFirst = await store.add(`sign-in-log:wait:${about}`, '1', now + retryAfter);
      if (!isFirst) return 'over';
    }
    const kind = afterProof.includes(reason) ? 'proven' : 'tried';
    const times = await store.count(`sign-in-log:${kind}:${about}`, now + hourMs);
    if (times < failuresAnHour) return 'told';
    return times === failuresAnHour ? 'last' : 'over';
  }

  return { signedIn, ended, refused };
}
