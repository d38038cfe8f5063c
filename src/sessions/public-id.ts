/** What pages and the API call a session. Pure. */
import { hashOfToken } from '../core/random.ts';
import type { SessionState } from './sessions.ts';

/** One way, so that neither page, history nor proxy log holds the session's uid. */
export function publicIdOf(uid: string): string {
  return hashOfToken(`session row ${uid}`).slice(0, 22);
}

/** Only among sessions that this person may end: an id by itself opens nothing (CON-08). */
export function findByPublicId(states: readonly SessionState[], id: string | undefined): SessionState | undefined {
  return states.find(({ session }) => publicIdOf(session.uid) === id);
}
