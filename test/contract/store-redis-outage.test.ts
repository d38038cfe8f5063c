import { afterEach, expect, it, vi } from 'vitest';
import { createRedisStore } from '../../src/store/redis.ts';
import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { freePort } from '../support/services/processes.ts';
import { type RedisService, redisAvailable, startRedis } from '../support/services/redis.ts';
import { describeIf } from '../support/skips.ts';

const clock = { now: () => 1_000 };
const timeout = 1000;

describeIf(redisAvailable, 'redis-server is not installed')('Redis away', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });
  async function start(settings?: Record<string, string>): Promise<RedisService> {
    const redis = await startRedis(settings);
    open.push(redis);
    return redis;
  }
  async function connect(url: string, onError?: (error: Error) => void): Promise<Store> {
    const store = await createRedisStore({ url, clock, timeout, ...(onError && { onError }) });
    open.push(store);
    return store;
  }

  it('lets nothing through while Redis hangs, and goes on when it answers again', async () => {
    const redis = await start();
    const store = await connect(redis.url);
    await store.set('code', 'once', 2_000);
    redis.pause();
    const answers = await Promise.allSettled([store.get('code'), store.add('mark', 'v', 2_000), store.ping()]);
    for (const answer of answers) expect(answer).toMatchObject({ reason: expect.any(StoreUnavailable) });
    // Thrown away and made anew: still no answer, still refused.
    await expect(store.get('code')).rejects.toBeInstanceOf(StoreUnavailable);
    redis.resume();
    await vi.waitFor(() => store.ping(), 5_000);
    expect(await store.get('code')).toBe('once');
  });

  it('refuses each step at once after Redis has died, and tells of the lost connection', async () => {
    const redis = await start();
    const onError = vi.fn();
    const store = await connect(redis.url, onError);
    await redis.close();
    await expect(store.take('code')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.set('code', 'v', 2_000)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    await vi.waitFor(() => expect(onError).toHaveBeenCalled());
  });

  it('does not start without Redis', async () => {
    const nobody = `redis://127.0.0.1:${await freePort()}`;
    await expect(connect(nobody)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('does not start with a wrong password, and says so', async () => {
    const redis = await start({ requirepass: 'right' });
    const refused = connect(redis.url.replace('//', '//:wrong@'));
    await expect(refused).rejects.toMatchObject({ cause: { message: expect.stringContaining('WRONGPASS') } });
  });

  it('does not start on a Redis that may evict marks and revocations', async () => {
    const redis = await start({ 'maxmemory-policy': 'allkeys-lru' });
    await expect(connect(redis.url)).rejects.toThrow('allkeys-lru; it must be noeviction');
  });

  it('works on after Redis has forgotten the scripts', async () => {
    const redis = await start();
    const store = await connect(redis.url);
    expect(await store.count('n', 2_000)).toBe(1);
    const { createClient } = await import('redis');
    const other = await createClient({ url: redis.url }).connect();
    await other.scriptFlush();
    await other.close();
    expect(await store.count('n', 2_000)).toBe(2);
  });

  it('keeps installations apart by prefix', async () => {
    const redis = await start();
    const one = await connect(redis.url);
    const two = await createRedisStore({ url: redis.url, clock, prefix: 'two:' });
    open.push(two);
    await one.set('key', 'one', 2_000);
    expect(await two.get('key')).toBeUndefined();
  });
});
