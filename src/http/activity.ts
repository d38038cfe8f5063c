/** What counts as somebody doing something (SPEC SES-7), and noting it. Called by the surfaces that keep a session alive. */
import type { IncomingMessage } from 'node:http';
import { activityLag } from '../sessions/policy.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';

/** Marks a page that a timer led to: it is shown, and is no activity until the person themselves does something. */
export const byTimer = 'by-timer';

/**
 * A navigation or a form post to our pages. Not what a script fetches, a browser fetches ahead, or a frame or image
 * loads; and not a page that the inactivity timer came back to, unless the person reloads it (`Sec-Fetch-User`).
 */
export function isActivity(request: IncomingMessage): boolean {
  const { headers } = request;
  // Fetched ahead: nobody has looked at it, and perhaps nobody will.
  if ('sec-purpose' in headers || headers.purpose === 'prefetch') return false;
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination, 'sec-fetch-user': byPerson } = headers;
  if (byPerson !== '?1' && hasMark(request.url ?? '')) return false;
  // A browser before 2023 says nothing; what asks for HTML there is a person's browser.
  if (mode === undefined) return request.method === 'POST' || (headers.accept ?? '').includes('text/html');
  return mode === 'navigate' && (destination === undefined || destination === 'document');
}

/** The state after noting activity; the stored time is written at most once per `activityLag`, so this is cheap. */
export async function noteActivity(
  sessions: Pick<Sessions, 'find' | 'recordActivity'>,
  state: SessionState,
  now: number,
): Promise<SessionState> {
  if (now - state.session.lastActivityAt < activityLag(state.policy)) return state;
  await sessions.recordActivity(state);
  return (await sessions.find(state.session.uid)) ?? state;
}

function hasMark(url: string): boolean {
  const query = url.indexOf('?');
  return query >= 0 && new URLSearchParams(url.slice(query)).has(byTimer);
}
