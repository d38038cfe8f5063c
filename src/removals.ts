/**
 * Ends the sessions of administrators who have lost all access, and of everybody who signed in by a connection that has
 * been disconnected, and so tells the applications that wait to be told (SES-3, CIT-8). Of administrators nothing works
 * any more in any case: their rights are decided anew at each request.
 */
import type { Clock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import type { Administrators } from './directory/administrators.ts';
import type { Connections } from './directory/connections/connections.ts';
import type { Session, Sessions } from './sessions/sessions.ts';
import type { Administered } from './signin/administered.ts';

export interface RemovalsOptions {
  administrators: Pick<Administrators, 'fingerprint'>;
  administered: Pick<Administered, 'lossOf'>;
  connections: Pick<Connections, 'disconnectedSince'>;
  sessions: Pick<Sessions, 'listOfAdministrators' | 'listOfOrganization' | 'end' | 'endAll'>;
  clock: Clock;
  /** Empty: there is nothing left that this session may administer. */
  accessOf(session: Session): Promise<readonly unknown[]>;
  log: Log;
}

/** Clocks of several machines differ, and a transaction commits later than it began. */
const overlapMs = 5 * 60_000;

export function createRemovals(options: RemovalsOptions) {
  const { administrators, administered, connections, sessions, accessOf, clock, log } = options;
  let seen = '';
  /** What was disconnected while no process ran is found by the first round. */
  let lookedAt = 0;
  /** Connections that have been seen to, with when they were disconnected. */
  let done = new Map<string, number>();

  async function endWithoutAccess(isConcerned: (session: Session) => boolean): Promise<void> {
    for (const { session } of await sessions.listOfAdministrators()) {
      if (!isConcerned(session) || (await accessOf(session)).length > 0) continue;
      await sessions.end(session.uid, await administered.lossOf(session));
    }
  }

  async function endOfDisconnected(): Promise<void> {
    const since = lookedAt - overlapMs;
    const now = clock.now();
    const found = await connections.disconnectedSince(since);
    for (const { id, organizationId, at } of found) {
      if (done.get(id) === at) continue;
      const states = await sessions.listOfOrganization(organizationId);
      await sessions.endAll(
        states.filter(({ session }) => session.connectionId === id && session.openedAt <= at),
        'removed',
      );
    }
    done = new Map(found.map(({ id, at }) => [id, at]));
    lookedAt = now;
  }

  return {
    /** Looks at the sessions only when the rows have changed, whichever process changed them. */
    async round(): Promise<void> {
      await endOfDisconnected();
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
