import { redisAvailable, startRedis } from '../support/services/redis.ts';
import { describeIf } from '../support/skips.ts';
import { describeStore } from './store-contract.ts';

describeIf(redisAvailable, 'redis-server is not installed')('Redis', () => {
  describeStore('Redis', async () => {
    const redis = await startRedis();
    return { location: { engine: 'redis', at: redis.url }, close: redis.close };
  });
});
