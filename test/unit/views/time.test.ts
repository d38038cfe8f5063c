import { describe, expect, it } from 'vitest';
import { render } from '../../../src/http/views/html.ts';
import { formatDuration, formatTime, pickTimeZone, time } from '../../../src/http/views/time.ts';

const at = Date.UTC(2026, 10, 22, 5, 5);
const minute = 60_000;
const hour = 60 * minute;

describe('a moment', () => {
  it('is written in the reader’s language and zone, and names the zone', () => {
    expect(formatTime({ language: 'en', timeZone: 'UTC' }, at)).toBe('Nov 22, 2026, 05:05 UTC');
    expect(formatTime({ language: 'ja', timeZone: 'UTC' }, at)).toBe('2026年11月22日 05:05 UTC');
    expect(formatTime({ language: 'ja', timeZone: 'Asia/Tokyo' }, at)).toBe('2026年11月22日 14:05 JST');
  });

  it('never writes midnight as 24:00', () => {
    expect(formatTime({ language: 'en', timeZone: 'UTC' }, Date.UTC(2026, 0, 1))).toContain('00:00');
  });

  it('carries the machine’s form for the script', () => {
    expect(render(time({ language: 'en', timeZone: 'UTC' }, at))).toBe(
      '<time datetime="2026-11-22T05:05:00.000Z" data-local>Nov 22, 2026, 05:05 UTC</time>',
    );
  });
});

describe('the time zone of the cookie', () => {
  it('is taken when it exists', () => {
    expect(pickTimeZone('Asia/Tokyo')).toBe('Asia/Tokyo');
    expect(pickTimeZone('America/New_York')).toBe('America/New_York');
  });

  it.each([undefined, '', 'Mars/Olympus', '"><script>', '../../etc/passwd', 'A'.repeat(10_000)])(
    'is UTC for %j',
    (cookie) => {
      expect(pickTimeZone(cookie)).toBe('UTC');
    },
  );
});

describe('a duration', () => {
  it.each([
    [0, 'less than a minute', '1分未満'],
    [-hour, 'less than a minute', '1分未満'],
    [59_999, 'less than a minute', '1分未満'],
    [minute, '1 minute', '1分'],
    [90 * minute, '1 hour 30 minutes', '1時間30分'],
    [24 * hour, '1 day', '1日'],
    [71 * hour + 59 * minute, '2 days 23 hours', '2日23時間'],
    [24 * hour + minute, '1 day', '1日'],
  ])('of %i ms is “%s”', (milliseconds, english, japanese) => {
    expect(formatDuration('en', milliseconds)).toBe(english);
    expect(formatDuration('ja', milliseconds)).toBe(japanese);
  });
});
