/** Moments as letters write them: the reader's zone is not known, and most readers are in Japan. */
import type { Language } from '../core/language.ts';

/** "Nov 22, 2026, 14:05 UTC (Nov 22, 23:05 in Japan)"; `withSeconds`: "14:05:09 UTC". */
export function momentOf(language: Language, at: number, { withSeconds = false } = {}): string {
  const text = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options).format(at);
  const utc = text({
    dateStyle: 'medium',
    timeStyle: withSeconds ? 'medium' : 'short',
    hourCycle: 'h23',
    timeZone: 'UTC',
  });
  const japan = text({
    month: language === 'ja' ? 'numeric' : 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'Asia/Tokyo',
  });
  return language === 'ja' ? `${utc} UTC（日本時間 ${japan}）` : `${utc} UTC (${japan} in Japan)`;
}

/** "Nov 22, 2026": a day in UTC. */
export function dayTextOf(language: Language, at: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
}

/** "Nov 22, 2026, 14:05 UTC"; in Japanese in Japan's time: until when something can be done. */
export function deadlineOf(language: Language, at: number): string {
  const text = (timeZone: string) =>
    new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23', timeZone }).format(
      at,
    );
  return language === 'ja' ? `${text('Asia/Tokyo')}（日本時間）` : `${text('UTC')} UTC`;
}
