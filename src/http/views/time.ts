/** Dates and durations as people read them: in their language, with the zone always named. */

import type { Language } from '../../core/language.ts';
import { type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';

/** A reader's language and IANA time zone. */
export interface Reader {
  language: Language;
  /** From `pickTimeZone`; `UTC` until the reader's browser has told us. */
  timeZone: string;
}

/** Name of the cookie in which `enhance.js` leaves the browser's zone. Not a secret, not trusted. */
export const timeZoneCookie = 'sekisho_zone';

/** The zone of the cookie when it is one that exists, else UTC. */
export function pickTimeZone(cookie: string | undefined): string {
  if (!cookie || cookie.length > 64) return 'UTC';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: cookie }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** "Nov 22, 2026, 14:05 UTC". `enhance.js` uses the same options with the browser's own zone. */
export function formatTime(reader: Reader, at: number): string {
  const key = `${reader.language} ${reader.timeZone}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(reader.language, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
      timeZone: reader.timeZone,
    });
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

/** Making one takes longer than rendering a page. As many as there are zones, because `pickTimeZone` resolves names. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** A moment (milliseconds since the epoch), machine-readable too. */
export function time(reader: Reader, at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}" data-local>${formatTime(reader, at)}</time>`;
}

/** "2 days", "3 hours 20 minutes", "less than a minute": the two largest units, rounded down. */
export function formatDuration(language: Language, milliseconds: number): string {
  const m = sharedMessages[language].duration;
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return m.lessThanAMinute;
  const parts = [
    { count: Math.floor(minutes / 1440), text: m.days },
    { count: Math.floor(minutes / 60) % 24, text: m.hours },
    { count: minutes % 60, text: m.minutes },
  ];
  const first = parts.findIndex((part) => part.count > 0);
  return parts
    .slice(first, first + 2)
    .filter((part) => part.count > 0)
    .map((part) => part.text(part.count))
    .join(m.separator);
}
