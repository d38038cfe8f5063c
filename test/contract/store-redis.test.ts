import { describe } from 'vitest';
import { redisAvailable, startRedis } from '../support/services/redis.ts';
import { describeStore } from './store-contract.ts';

describe.skipIf(!redisAvailable)(`Redis${redisAvailable ? '' : ' (skipped: redis-server is not installed)'}`, () => {
  describeStore('Redis', async () => {
    const redis = await startRedis();
    return { location: { engine: 'redis', at: redis.url }, close: redis.close };
  });
});
