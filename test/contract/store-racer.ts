/**
 * One of several processes that race for the same keys: opens the store, says that it is ready, and at the
 * agreed moment tries every key once. Answers with the keys that it won. Started by `store-contract.ts` with `fork`.
 */
import { createRedisStore } from '../../src/store/redis.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

export interface Location {
  engine: 'sqlite' | 'redis';
  at: string;
}
export type Race = 'take' | 'add' | 'replace' | 'delete' | 'unschedule' | 'count';

const races: Record<Race, (store: Store, key: string, racer: string) => Promise<boolean>> = {
  take: async (store, key) => (await store.take(key)) !== undefined,
  add: (store, key, racer) => store.add(key, racer, future),
  replace: (store, key, racer) => store.replace(key, 'unused', `used by ${racer}`, future),
  delete: (store, key) => store.delete(key),
  unschedule: (store, key) => store.unschedule('queue', key),
  // Everybody counts; whoever reaches the number of racers came last.
  count: async (store, key) => (await store.count(key, future)) === racers,
};
export const racers = 3;
/** The contract's clock stands at 1,000,000; this is far after it. */
const future = 2_000_000;

export function openStore(location: Location, clock: { now(): number }): Promise<Store> {
  return location.engine === 'redis'
    ? createRedisStore({ url: location.at, clock })
    : Promise.resolve(createSqliteStore({ database: location.at, clock }));
}

if (process.send && process.argv[2] === 'race') {
  const [at = '', engine = '', race = '', racer = ''] = process.argv.slice(3);
  const store = await openStore({ at, engine: engine as Location['engine'] }, { now: () => 1_000_000 });
  process.once('message', async ({ keys, at: begin }: { keys: string[]; at: number }) => {
    // Spins, so that all begin within a millisecond: SQLite needs only a few for all the keys.
    while (Date.now() < begin);
    const answers = await Promise.all(keys.map((key) => races[race as Race](store, key, racer)));
    await store.close();
    process.send?.(keys.filter((_, index) => answers[index]));
    process.disconnect();
  });
  process.send('ready');
}
