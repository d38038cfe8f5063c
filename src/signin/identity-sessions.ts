/**
 * Ends every session of a Citrix identity: after a password was reset or changed, a device replaced, an identity taken
 * away (CIT-8, SECURITY ID-11).
 *
 * The durable half (`directory/identity-sessions.ts`) is what every process decides by; here the sessions of the shared
 * store end at once and applications are told. Called by `accounts/` and `console/`.
 */
import type { Clock } from '../core/clock.ts';
import type { Sessions } from '../sessions/sessions.ts';

export interface IdentitySessionsOptions {
  sessions: Pick<Sessions, 'listOfAccount' | 'endAll' | 'noteProof'>;
  clock: Clock;
  /** `endSessionsBefore` of directory/identity-sessions.ts, outside of a transaction. */
  endBefore(identityId: string, at: number): Promise<void>;
  /** The `sub` of this identity as an administrator; undefined: it has never signed in. */
  accountOf(identityId: string): Promise<string | undefined>;
}

export interface EndSessions {
  /** Uid of a session that goes on: the one in which the person has just proved who they are. */
  except?: string;
  /** Recorded already, in the transaction of the change: from when on sessions count, in milliseconds. Otherwise now. */
  since?: number;
}

export type EndSessionsOf = ReturnType<typeof createEndSessionsOf>;

export function createEndSessionsOf({ sessions, clock, endBefore, accountOf }: IdentitySessionsOptions) {
  /**
   * Now and everywhere; returns how many sessions were ended here. When the change itself is a transaction that has called
   * `endSessionsBefore`, this is the rest: call it after the commit, with `since`.
   */
  return async function endSessionsOf(identityId: string, { except, since }: EndSessions = {}): Promise<number> {
    const at = since ?? clock.now();
    // First, so that no request of the session that stays falls in between.
    if (except !== undefined) await sessions.noteProof(except, at);
    await endBefore(identityId, at);
    const accountId = await accountOf(identityId);
    if (accountId === undefined) return 0;
    const others = (await sessions.listOfAccount(accountId)).filter(({ session }) => session.uid !== except);
    return sessions.endAll(others, 'credentials_changed');
  };
}
