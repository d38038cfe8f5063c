/** Days as people write them, in their zone. Pure. */

/**
 * The moment (milliseconds since the epoch) at which a day begins in an IANA time zone. `day`: `2026-11-22`; undefined
 * for anything else, also for a 30 February. `plus`: so many days later.
 */
export function startOfDay(day: string, timeZone: string, plus = 0): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.slice(1).map(Number);
  if (!parts) return undefined;
  const [year = 0, month = 0, date = 0] = parts;
  if (new Date(Date.UTC(year, month - 1, date)).getUTCDate() !== date || month < 1 || month > 12) return undefined;
  const wall = Date.UTC(year, month - 1, date + plus);
  // The offset at the moment itself is not known before the moment is: twice gets there, also beside a change of clocks.
  const guess = wall - offsetAt(wall, timeZone);
  return wall - offsetAt(guess, timeZone);
}

/** The day that a moment falls on in a zone, as `2026-11-22`. */
export function dayOf(at: number, timeZone: string): string {
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 10);
}

/** Milliseconds that the zone's clocks are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(at / 1000) * 1000;
}
