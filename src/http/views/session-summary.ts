/** How long a session lasts and which limit will end it (SPEC §5), in the same words on every surface. */

import type { Language } from '../../core/language.ts';
import type { LimitReason } from '../../sessions/policy.ts';
import { type Child, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import { formatDuration, type Reader, time } from './time.ts';

/** Times in milliseconds since the epoch, durations in milliseconds. From `SessionState` of `sessions/sessions.ts`. */
export interface SessionSummary {
  now: number;
  openedAt: number;
  endsAt: number;
  limit: LimitReason;
  /** Inactivity timeout; absent: off. */
  inactivity?: number;
  /** The end that no activity can move, when it is not the one that comes first. */
  latestEnd?: number;
}

/** Rows for `definitionList`. */
export function sessionRows(reader: Reader, summary: SessionSummary): (readonly [string, Child])[] {
  const m = sharedMessages[reader.language];
  const remaining = m.session.remaining(formatDuration(reader.language, summary.endsAt - summary.now));
  return [
    [m.session.signedIn, time(reader, summary.openedAt)],
    [m.session.ends, html`${time(reader, summary.endsAt)}<span class="sub">${remaining}</span>`],
    [m.session.endsBecause, m.limit[summary.limit]],
    [
      m.session.inactivityAfter,
      summary.inactivity === undefined ? m.session.inactivityOff : formatDuration(reader.language, summary.inactivity),
    ],
    [m.session.atTheLatest, summary.latestEnd === undefined ? undefined : time(reader, summary.latestEnd)],
  ];
}

/** "Password, One-time code" of RFC 8176 values; one that we have no word for stands as it is. */
export function methodNames(language: Language, methods: readonly string[]): string {
  const names: Readonly<Record<string, string>> = sharedMessages[language].methods;
  const separator = language === 'ja' ? '、' : ', ';
  return methods.map((method) => (Object.hasOwn(names, method) ? names[method] : method)).join(separator);
}
