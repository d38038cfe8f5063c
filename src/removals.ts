/**
 * Ends the sessions of administrators who have lost all access, and so tells the applications that wait to be told
 * (SES-3, CIT-8). Nothing of theirs works any more in any case: rights are decided anew at each request.
 */
import type { Log } from './core/log.ts';
import type { Administrators } from './directory/administrators.ts';
import type { Session, Sessions } from './sessions/sessions.ts';
import type { Administered } from './signin/administered.ts';

export interface RemovalsOptions {
  administrators: Pick<Administrators, 'fingerprint'>;
  administered: Pick<Administered, 'lossOf'>;
  sessions: Pick<Sessions, 'listOfAdministrators' | 'end'>;
  /** Empty: there is nothing left that this session may administer. */
  accessOf(session: Session): Promise<readonly unknown[]>;
  log: Log;
}

export function createRemovals({ administrators, administered, sessions, accessOf, log }: RemovalsOptions) {
  let seen = '';

  async function endWithoutAccess(isConcerned: (session: Session) => boolean): Promise<void> {
    for (const { session } of await sessions.listOfAdministrators()) {
      if (!isConcerned(session) || (await accessOf(session)).length > 0) continue;
      await sessions.end(session.uid, await administered.lossOf(session));
    }
  }

  return {
    /** Looks at the sessions only when the rows have changed, whichever process changed them. */
    async round(): Promise<void> {
      const now = await administrators.fingerprint();
      if (now === seen) return;
      await endWithoutAccess(() => true);
      seen = now;
    },
    /** Of somebody removed in this process: at once. Should it fail, the round of every process finds the same. */
    endOf({ organizationId, connectionId }: { organizationId: string; connectionId: string }): Promise<void> {
      return endWithoutAccess(
        (session) => session.connectionId === connectionId && session.organizationIds.includes(organizationId),
      ).catch((error: unknown) => log.warn({ err: error }, 'sessions of somebody removed end with the next round'));
    },
  };
}
