/** The register as a calendar that programs subscribe to (iCalendar, RFC 5545): a day's entry for each thing. Pure. */
import { hash } from 'node:crypto';
import type { Language } from '../core/language.ts';
import type { ExpiryItem } from './expiry-register.ts';
import { expiryKindText, expiryTitle } from './expiry-words.ts';

export interface ExpiryCalendar {
  /** The calendar's name. */
  organization: string;
  items: readonly ExpiryItem[];
  /** The register in the console. */
  registerUrl: string;
  language: Language;
  /** Milliseconds. */
  now: number;
}

/** Programs that show reminders do so this long before. */
const remindedBefore = 14;

export function writeExpiryCalendar({ organization, items, registerUrl, language, now }: ExpiryCalendar): string {
  const stamp = `${compact(new Date(now).toISOString().slice(0, 19))}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Sekisho//Expiry//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escapeText(organization)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:P1D',
    ...items.flatMap((item) => [
      'BEGIN:VEVENT',
      // Of the thing and its date: a renewed one is another entry, and the key of a row is nobody's business.
      `UID:${hash('sha256', `${item.key} ${item.expiresAt}`, 'hex').slice(0, 32)}@sekisho`,
      `DTSTAMP:${stamp}`,
      // Without an end it is one day (§3.6.1); the day after a certificate "for ever" (9999-12-31) cannot be written.
      `DTSTART;VALUE=DATE:${dayOf(item.expiresAt)}`,
      `SUMMARY:${escapeText(expiryTitle(item, language))}`,
      `DESCRIPTION:${escapeText(`${expiryKindText(item.kind, language)}\n${item.what[language]}`)}`,
      `URL:${registerUrl}`,
      'TRANSP:TRANSPARENT',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `DESCRIPTION:${escapeText(expiryTitle(item, language))}`,
      `TRIGGER:-P${remindedBefore}D`,
      'END:VALARM',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function dayOf(at: number): string {
  return compact(new Date(at).toISOString().slice(0, 10));
}

function compact(text: string): string {
  return text.replace(/[-:]/g, '');
}

/** RFC 5545 §3.3.11. What else is a control character would end a line early. */
function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replace(/\r?\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ');
}

/** RFC 5545 §3.1: at most 75 octets on a line, and no character cut in two. */
function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
