/** Sessions as rows of a list. Pure. */
import { deviceOf } from '../core/device-name.ts';
import { publicIdOf } from '../sessions/public-id.ts';
import type { SessionState } from '../sessions/sessions.ts';
import type { SessionRow } from './views/sessions-pages.ts';

export function toRow({ session, end }: SessionState, currentUid: string): SessionRow {
  const device = deviceOf(session.userAgent);
  return {
    id: publicIdOf(session.uid),
    current: session.uid === currentUid,
    openedAt: session.openedAt,
    lastActivityAt: session.lastActivityAt,
    endsAt: end.at,
    ...(device !== undefined && { device }),
    ...(session.clientAddress !== null && { address: session.clientAddress }),
  };
}
