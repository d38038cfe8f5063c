/**
 * How often one address may do something: a count per fixed window in the store, so that all machines count together.
 *
 * Fails closed: a store that cannot count answers nobody (`unavailable`). Does not own: which routes (`request-limits.ts`),
 * limits per account (`directory/password-throttle.ts`, `mfa.ts`), which use the same store.
 */
import ipaddr from 'ipaddr.js';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Store } from '../store/store.ts';
import { edgeOf, type Middleware } from './edge.ts';

export interface RateLimit {
  /** Name of the class of routes that share a count. */
  name: string;
  max: number;
  /** Milliseconds. */
  window: number;
}

export interface RateLimiter {
  /** Counts one and throws `too_many_requests` (detail `retryAfter`, milliseconds) or `unavailable`. */
  count(limit: RateLimit, subject: string): Promise<void>;
  /** Middleware that counts by address. */
  byAddress(limit: RateLimit): Middleware;
}

/** A fiftieth of a limit is counted at once: a large limit costs next to nothing, a small one is exact. */
const blocksOfLimit = 50;
const remembered = 10_000;

/** `factor`: by which every limit is larger (`SEKISHO_RATE_LIMIT_FACTOR`); 1 unless given. */
export function createRateLimiter(options: {
  store: Pick<Store, 'count'>;
  clock: Clock;
  factor?: number;
}): RateLimiter {
  const { store, clock, factor = 1 } = options;
  /** What this process has seen in a window; infinite: refused until the window ends, whoever asks the store again. */
  const seen = new Map<string, number>();

  async function count(limit: RateLimit, subject: string): Promise<void> {
    const max = Math.ceil(limit.max * factor);
    const block = Math.max(1, Math.floor(max / blocksOfLimit));
    const now = clock.now();
    const end = (Math.floor(now / limit.window) + 1) * limit.window;
    const key = `rate:${limit.name}:${subject}:${end}`;
    const refused = () => new AppError('too_many_requests', { detail: { limit: limit.name, retryAfter: end - now } });
    const before = seen.get(key) ?? 0;
    if (before === Number.POSITIVE_INFINITY) throw refused();
    // Forgetting counts a block too many, never one too few.
    if (seen.size >= remembered) seen.clear();
    seen.set(key, before + 1);
    if (before % block !== 0) return;
    let blocks: number;
    try {
      blocks = await store.count(key, end);
    } catch (cause) {
      seen.delete(key);
      throw new AppError('unavailable', { cause });
    }
    if (blocks <= Math.ceil(max / block)) return;
    seen.set(key, Number.POSITIVE_INFINITY);
    throw refused();
  }

  return {
    count,
    byAddress: (limit) => (request, _response, next) => {
      count(limit, networkOf(edgeOf(request).address)).then(() => next(), next);
    },
  };
}

/** Whoever has one IPv6 address has the 2⁶⁴ of its network, so they count as one. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
