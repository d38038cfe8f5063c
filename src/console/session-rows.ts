/** Sessions as rows of a list. Pure. */
import { deviceOf } from '../core/device-name.ts';
import { hashOfToken } from '../core/random.ts';
import type { SessionState } from '../sessions/sessions.ts';
import type { SessionRow } from './views/sessions-pages.ts';

/** A row's public name. One way, so that neither page, history nor proxy log holds the session's uid. */
export function rowIdOf(uid: string): string {
  return hashOfToken(`session row ${uid}`).slice(0, 22);
}

/** Only among sessions that this person may end: an id by itself opens nothing (CON-08). */
export function findByRowId(states: readonly SessionState[], id: string | undefined): SessionState | undefined {
  return states.find(({ session }) => rowIdOf(session.uid) === id);
}

export function toRow({ session, end }: SessionState, currentUid: string): SessionRow {
  const device = deviceOf(session.userAgent);
  return {
    id: rowIdOf(session.uid),
    current: session.uid === currentUid,
    openedAt: session.openedAt,
    lastActivityAt: session.lastActivityAt,
    endsAt: end.at,
    ...(device !== undefined && { device }),
    ...(session.clientAddress !== null && { address: session.clientAddress }),
  };
}
