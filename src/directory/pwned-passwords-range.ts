/**
 * Compromised passwords asked of a range service by k-anonymity: it learns the first 5 of 40 digits of a password's
 * SHA-1, and not even, with padding, how many passwords share them.
 *
 * The format is that of Pwned Passwords (https://haveibeenpwned.com/API/v3#PwnedPasswords): `GET <base>/<5 digits>`
 * answers lines `<35 digits>:<count>`; those that are there for padding have the count 0.
 */
import type { Clock } from '../core/clock.ts';
import type { CompromisedHashes } from './compromised-passwords.ts';

export interface RangeOptions {
  /** Without a trailing slash. */
  url: string;
  fetch(url: string, init: { headers: Record<string, string>; signal: AbortSignal }): Promise<Response>;
  clock: Clock;
  /** Milliseconds that somebody waits for it at most. */
  deadline?: number;
}

/** After a failure it is left alone for a while, so that an outage costs one deadline and not one for each sign-in. */
const pauseMs = 60_000;

export class RangeUnavailable extends Error {}

export function createPwnedPasswordsRange({ url, fetch, clock, deadline = 1500 }: RangeOptions): CompromisedHashes {
  let pausedUntil = 0;

  async function ask(prefix: string): Promise<string> {
    const headers = { 'Add-Padding': 'true', 'User-Agent': 'Sekisho', Accept: 'text/plain' };
    const answer = await fetch(`${url}/${prefix}`, { headers, signal: AbortSignal.timeout(deadline) });
    if (answer.status !== 200) throw new RangeUnavailable(`the range service answered ${answer.status}`);
    const text = await answer.text();
    if (!/^(?:[0-9A-Fa-f]{35}:\d+\s*)+$/.test(text))
      throw new RangeUnavailable('the range service answered something else');
    return text;
  }

  return {
    name: 'range service',
    async has(sha1) {
      if (clock.now() < pausedUntil) return false;
      try {
        const suffix = sha1.slice(5).toUpperCase();
        const found = (await ask(sha1.slice(0, 5))).split('\n').map((line) => line.trim().toUpperCase().split(':'));
        return found.some(([known, count]) => known === suffix && Number(count) > 0);
      } catch (error) {
        pausedUntil = clock.now() + pauseMs;
        throw error;
      }
    },
  };
}
