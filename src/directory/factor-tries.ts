/**
 * How often a second factor may be tried (SECURITY ID-05): by challenge, by account, by network. One count for codes of
 * the app, backup codes and codes by email, so that another method gives no further guesses.
 *
 * No account is ever locked for good: every limit ends with its window, and who gets here has given the password. Counts
 * live in the store, so they outlive the sign-in and the process. Called by `mfa.ts`.
 */
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';
import { networkOf } from './password-throttle.ts';

const hourMs = 3_600_000;
const limits = { perChallenge: 5, perHour: 10, fromNetworkPerHour: 100 } as const;
/** Wrong codes within a day that are told to the person although no hour had too many. */
const toldPerDay = 25;

export interface FactorTry {
  identityId: string;
  /** Unique to one sign-in that has proved the password, or to one session; unguessable. */
  challengeId: string;
  /** The client's, after trusted proxies; undefined in tests of parts only. */
  address?: string | undefined;
}

/** `challenge_spent`: five codes, begin again with the password. `throttled`: too many within an hour. */
export type MayTry = { may: true; tries: number } | { may: false; why: 'challenge_spent' | 'throttled' };

export type FactorTries = ReturnType<typeof createFactorTries>;

export function createFactorTries({ store, clock }: { store: Store; clock: Clock }) {
  const hourly = (identityId: string) => `factor-tries:${identityId}`;
  const daily = (identityId: string) => `factor-failures:${identityId}`;
  const fromNetwork = (address: string) => `factor-failures-from:${hashOfToken(networkOf(address))}`;

  /** Counts before looking, so that tries in parallel count. Every `may` is followed by `succeeded` or `failed`. */
  async function begin({ identityId, challengeId, address }: FactorTry): Promise<MayTry> {
    const expiresAt = clock.now() + hourMs;
    const inChallenge = await store.count(`factor-challenge:${hashOfToken(challengeId)}`, expiresAt);
    if (inChallenge > limits.perChallenge) return { may: false, why: 'challenge_spent' };
    const network = address === undefined ? 0 : Number((await store.get(fromNetwork(address))) ?? 0);
    if (network >= limits.fromNetworkPerHour) return { may: false, why: 'throttled' };
    const tries = await store.count(hourly(identityId), expiresAt);
    return tries > limits.perHour ? { may: false, why: 'throttled' } : { may: true, tries };
  }

  /** Only what whoever guesses does not have ends the hour's count. */
  async function succeeded({ identityId }: FactorTry): Promise<void> {
    await store.delete(hourly(identityId));
  }

  /** True: now the person should hear of it. `tries`: of `begin`. */
  async function failed({ identityId, address }: FactorTry, tries: number): Promise<boolean> {
    const now = clock.now();
    if (address !== undefined) await store.count(fromNetwork(address), now + hourMs);
    const today = await store.count(daily(identityId), now + 24 * hourMs);
    return tries === limits.perHour || today === toldPerDay;
  }

  return { begin, succeeded, failed };
}
