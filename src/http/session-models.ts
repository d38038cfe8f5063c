/** What pages, API and log say of a session, made from the decision about it. Pure. Called by `console/`, `api/` and `workspace/`. */
import type { LimitReason } from '../sessions/policy.ts';
import type { Session, SessionState } from '../sessions/sessions.ts';
import type { SystemLogEntry } from '../system-log/events.ts';
import type { SessionSummary } from './views/session-summary.ts';
import type { SessionWarning } from './views/session-warning.ts';

const longestWarning = 2 * 60_000;

/** Of an active session. */
export function summaryOf({ session, policy, end }: SessionState, now: number): SessionSummary {
  const fixedEnd = Math.min(
    session.openedAt + policy.absolute,
    session.upstreamNotOnOrAfter ?? Number.POSITIVE_INFINITY,
  );
  return {
    now,
    openedAt: session.openedAt,
    endsAt: end.at,
    // What is active has not been ended by anybody: only a limit can be ahead.
    limit: end.reason as LimitReason,
    ...(policy.inactivity !== null && { inactivity: policy.inactivity }),
    ...(end.reason === 'inactivity' && { latestEnd: fixedEnd }),
  };
}

/** SES-9; undefined when something else ends the session first: no click could prevent that. */
export function warningOf(
  { session, policy, end }: SessionState,
  now: number,
  links: Pick<SessionWarning, 'stayHref' | 'endedHref'>,
): SessionWarning | undefined {
  if (policy.inactivity === null || end.reason !== 'inactivity') return undefined;
  return {
    ...links,
    realm: session.realm,
    endsIn: Math.max(0, end.at - now),
    warnFor: Math.min(longestWarning, policy.inactivity / 4),
  };
}

/** Name and address as pages show them; of somebody without a name the address stands for it. */
export function personOf({ claims }: Pick<Session, 'claims'>): { name: string; email: string } {
  const text = (name: string): string => {
    const value = claims[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const email = text('cip_email') || text('cip_upn');
  const name = text('name') || [text('given_name'), text('family_name')].filter(Boolean).join(' ');
  return { name: name || email || '?', email };
}

/** The log's words for the end of one session by somebody who may end it (SES-8). */
export function entryOfEnd({ session }: SessionState): Pick<SystemLogEntry, 'event' | 'target' | 'detail'> {
  return {
    event: 'platform/session/end',
    target: { type: 'session', id: session.accountId, name: personOf(session).name },
    detail: { reason: 'revoked', realm: session.realm },
  };
}
