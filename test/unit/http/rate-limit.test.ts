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

  it('is exact for one process and near for several, and costs a store little when it is large', async () => {
    const large = { name: 'large', max: 3000, window: 60_000 };
    const asked: string[] = [];
    const counting = countingStore();
    const store = {
      count: (key: string) => {
        asked.push(key);
        return counting.count(key);
      },
    };
    const clock = { time: 0, now: () => clock.time };
    const passesOf = async (limiters: ReturnType<typeof createRateLimiter>[]) => {
      let passed = 0;
      for (let request = 0; request < 6000; request++) {
        const limiter = limiters[request % limiters.length]!;
        passed += await limiter.count(large, 'a').then(
          () => 1,
          () => 0,
        );
      }
      return passed;
    };
    expect(await passesOf([createRateLimiter({ store, clock })])).toBe(3000);
    // 50 blocks of 60, and one that was refused; a refusal is remembered.
    expect(asked).toHaveLength(51);
    clock.time = 60_000;
    const together = await passesOf([1, 2, 3].map(() => createRateLimiter({ store, clock })));
    expect(together).toBeGreaterThan(2850);
    expect(together).toBeLessThanOrEqual(3000);
    clock.time = 120_000;
    expect(await passesOf([createRateLimiter({ store, clock, factor: 1.5 })])).toBe(4500);
  });

  it('counts together what several processes see of a small limit, to the last one', async () => {
    const [store, clock] = [countingStore(), { now: () => 0 }];
    const [one, two] = [createRateLimiter({ store, clock }), createRateLimiter({ store, clock })];
    await one.count(limit, 'a');
    await two.count(limit, 'a');
    await expect(one.count(limit, 'a')).rejects.toMatchObject({ code: 'too_many_requests' });
    await expect(two.count(limit, 'a')).rejects.toMatchObject({ code: 'too_many_requests' });
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
