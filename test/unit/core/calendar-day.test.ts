import { describe, expect, it } from 'vitest';
import { dayOf, startOfDay } from '../../../src/core/calendar-day.ts';

const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

describe('A day in somebody’s time zone', () => {
  it('begins when their clocks say so, also on days on which the clocks change', () => {
    expect(iso(startOfDay('2026-11-22', 'UTC'))).toBe('2026-11-22T00:00:00.000Z');
    expect(iso(startOfDay('2026-11-22', 'Asia/Tokyo'))).toBe('2026-11-21T15:00:00.000Z');
    expect(iso(startOfDay('2026-03-29', 'Europe/Berlin'))).toBe('2026-03-28T23:00:00.000Z');
    expect(iso(startOfDay('2026-03-30', 'Europe/Berlin'))).toBe('2026-03-29T22:00:00.000Z');
    expect(iso(startOfDay('2026-03-29', 'Europe/Berlin', 1))).toBe('2026-03-29T22:00:00.000Z');
    expect(iso(startOfDay('2026-12-31', 'America/Los_Angeles', 1))).toBe('2027-01-01T08:00:00.000Z');
  });

  it('is nothing when there is no such day', () => {
    for (const day of ['', '2026-02-30', '2026-13-01', '2026-00-10', '22.11.2026', '2026-11-22T00:00', '9999999-01-01'])
      expect([day, startOfDay(day, 'UTC')]).toEqual([day, undefined]);
  });

  it('is found again for each of its moments', () => {
    for (const zone of ['UTC', 'Asia/Tokyo', 'America/St_Johns', 'Pacific/Apia'])
      for (const day of ['2026-01-01', '2026-03-29', '2026-10-25'])
        for (const later of [0, 1, 12 * 3_600_000]) expect(dayOf(startOfDay(day, zone)! + later, zone)).toBe(day);
  });
});
