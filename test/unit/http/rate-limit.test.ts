import { describe, expect, it } from 'vitest';
import { createRateLimiter, networkOf } from '../../../src/http/rate-limit.ts';
import { pretendEdge, serve } from './chain.ts';

function countingStore() {
  const counts = new Map<string, number>();
  return {
    count: async (key: string) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts.get(key) as number;
    },
  };
}
const limit = { name: 'sign-in', max: 2, window: 60_000 };

describe('the rate limit', () => {
  it('counts an address within a window and starts again in the next', async () => {
    const clock = { time: 30_000, now: () => clock.time };
    const limiter = createRateLimiter({ store: countingStore(), clock });
    await limiter.count(limit, 'a');
    await limiter.count(limit, 'a');
    await limiter.count(limit, 'b');
    await limiter.count({ ...limit, name: 'other' }, 'a');
    await expect(limiter.count(limit, 'a')).rejects.toMatchObject({
      code: 'too_many_requests',
      detail: { retryAfter: 30_000 },
    });
    clock.time = 60_000;
    await limiter.count(limit, 'a');
  });

  it('lets nobody through when it cannot count', async () => {
    const store = { count: () => Promise.reject(new Error('redis is away')) };
    const limiter = createRateLimiter({ store, clock: { now: () => 0 } });
    const get = await serve(pretendEdge({}), limiter.byAddress(limit), (_request, response) => response.end('through'));
    expect(await get('/')).toMatchObject({ status: 503, body: 'unavailable' });
  });

  it('takes the addresses of one IPv6 network for one', async () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::'));
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    const limiter = createRateLimiter({ store: countingStore(), clock: { now: () => 0 } });
    const ask = async (address: string) => {
      const get = await serve(pretendEdge({ address }), limiter.byAddress(limit), (_q, response) => response.end());
      return (await get('/')).status;
    };
    expect([await ask('2001:db8::1'), await ask('2001:db8::2'), await ask('2001:db8::3')]).toEqual([200, 200, 429]);
  });
});
