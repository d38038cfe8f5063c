/** Sessions as rows of a list. Pure. */
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

/** In this order, because most browsers claim to be several others too. */
const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bWindows\b/, 'Windows'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** "Firefox, Windows"; undefined when neither can be told. What a browser says of itself: a hint, no proof. */
export function deviceOf(userAgent: string | null): string | undefined {
  if (userAgent === null) return undefined;
  const nameIn = (list: typeof browsers) => list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const parts = [nameIn(browsers), nameIn(systems)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}
