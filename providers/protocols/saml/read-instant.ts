import { attributeOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import { refuse, shown } from './refuse.ts';

/** How far the two clocks may be apart. */
export const clockSkew = 120_000;
/** An assertion is made for one journey: older than this, it was kept (SECURITY §1.1, step 6). */
export const maxAssertionAge = 10 * 60_000;

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** An xs:dateTime attribute in milliseconds; `undefined` when absent. Without a time zone it would be a guess. */
export function readInstant(element: XmlElement, name: string): number | undefined {
  const text = attributeOf(element, name)?.trim();
  if (text === undefined) return undefined;
  const time = instant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    return refuse('saml_malformed', {
      expected: 'a time in UTC',
      received: shown(text),
      where: `${element.local} ${name}`,
    });
  }
  return time;
}

/** `notOnOrAfter` is still ahead, give or take the skew. */
export function checkNotOnOrAfter(time: number, now: number, where: string): void {
  if (now >= time + clockSkew) expired(time, now, where);
}

export function checkNotBefore(time: number, now: number, where: string): void {
  if (now + clockSkew < time) {
    const detail = { expected: `at or before ${isoTime(now)}`, received: isoTime(time), where };
    // what it says it did at that time tells its clock; until when something is not to be used does not
    refuse('saml_not_yet_valid', where.endsWith('Instant') ? { ...detail, clockSkew: time - now } : detail);
  }
}

export function expired(time: number, now: number, where: string): never {
  return refuse('saml_expired', { expected: `after ${isoTime(now)}`, received: isoTime(time), where });
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}
