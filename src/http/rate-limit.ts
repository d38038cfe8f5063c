/**
 * How often one address may do something: a count per fixed window in the store, so that all machines count together.
 *
 * Fails closed: a store that cannot count answers nobody (`unavailable`). Does not own: limits per account or
 * connection (`signin/`), which use the same store.
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

export function createRateLimiter(options: { store: Pick<Store, 'count'>; clock: Clock }): RateLimiter {
  const count = async (limit: RateLimit, subject: string): Promise<void> => {
    const now = options.clock.now();
    const end = (Math.floor(now / limit.window) + 1) * limit.window;
    let times: number;
    try {
      times = await options.store.count(`rate:${limit.name}:${subject}:${end}`, end);
    } catch (cause) {
      throw new AppError('unavailable', { cause });
    }
    if (times > limit.max)
      throw new AppError('too_many_requests', { detail: { limit: limit.name, retryAfter: end - now } });
  };
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
