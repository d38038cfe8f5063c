/** What every engine of the store does. `store-sqlite.test.ts` and `store-redis.test.ts` call it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { type Location, openStore, type Race, racers } from './store-racer.ts';

const start = 1_000_000;
const later = start + 60_000;

/** `prepare` makes an empty place for a store and says where it is; other processes open the same place. */
export function describeStore(name: string, prepare: () => Promise<{ location: Location; close(): Promise<void> }>) {
  describe(`the store in ${name}`, () => {
    let place: Awaited<ReturnType<typeof prepare>>;
    let store: Store;
    let now = start;
    let prefix = '';
    const key = (rest: string) => `${prefix}${rest}`;

    beforeAll(async () => {
      place = await prepare();
      store = await openStore(place.location, { now: () => now });
    });
    afterAll(async () => {
      await store?.close();
      await place?.close();
    });
    beforeEach(() => {
      now = start;
      prefix = `${crypto.randomUUID()}:`;
    });

    describe('values', () => {
      it('gives back what was set, whatever the characters', async () => {
        for (const value of [
          '',
          'plain',
          '12:34',
          '{"a":"é 関所 \\u0000"}',
          "'; DROP TABLE x; --",
          'x'.repeat(100_000),
        ]) {
          await store.set(key('a'), value, later);
          expect(await store.get(key('a'))).toBe(value);
        }
      });
      it('writes several things together', async () => {
        await store.writeAll([
          ['set', key('a'), 'one', later],
          ['set', key('b'), 'two', start],
          ['addMember', key('set'), 'member', later],
          ['schedule', key('queue'), 'id', start],
        ]);
        expect(await store.getMany([key('a'), key('b')])).toEqual(['one', undefined]);
        expect(await store.members(key('set'))).toEqual(['member']);
        expect(await store.due(key('queue'), start, 10)).toEqual(['id']);
        await store.writeAll([]);
      });
      it('gives the newest of a value that was read before it was changed', async () => {
        for (const change of [
          () => store.set(key('a'), 'new', later),
          () => store.replace(key('a'), 'old', 'new', later),
          () => store.writeAll([['set', key('a'), 'new', later]]),
        ]) {
          await store.set(key('a'), 'old', later);
          expect(await store.get(key('a'))).toBe('old');
          await change();
          expect(await store.get(key('a'))).toBe('new');
        }
        expect(await store.take(key('a'))).toBe('new');
        expect(await store.get(key('a'))).toBeUndefined();
      });
      it('knows nothing of a key that was never set', async () => {
        expect(await store.get(key('a'))).toBeUndefined();
        expect(await store.take(key('a'))).toBeUndefined();
        expect(await store.delete(key('a'))).toBe(false);
      });
      it('lets a value exist until just before its expiry and not at it', async () => {
        await store.set(key('a'), 'v', start + 1_000);
        now = start + 999;
        expect(await store.get(key('a'))).toBe('v');
        now = start + 1_000;
        expect(await store.get(key('a'))).toBeUndefined();
        expect(await store.getMany([key('a')])).toEqual([undefined]);
      });
      it('treats a value set with a past expiry as not there', async () => {
        await store.set(key('a'), 'old', later);
        await store.set(key('a'), 'v', start);
        expect(await store.get(key('a'))).toBeUndefined();
      });
      it('moves the expiry with each set', async () => {
        await store.set(key('a'), 'v', start + 1_000);
        await store.set(key('a'), 'w', start + 5_000);
        now = start + 4_999;
        expect(await store.get(key('a'))).toBe('w');
      });
      it('answers for several keys in their order, repeated and missing ones too', async () => {
        await store.set(key('a'), 'A', later);
        await store.set(key('b'), 'B', later);
        await store.set(key('expired'), 'E', start);
        const asked = [key('b'), key('none'), key('a'), key('expired'), key('b')];
        expect(await store.getMany(asked)).toEqual(['B', undefined, 'A', undefined, 'B']);
        expect(await store.getMany([])).toEqual([]);
      });
    });

    describe('conditional steps', () => {
      it('takes a value once', async () => {
        await store.set(key('a'), 'v', later);
        expect(await store.take(key('a'))).toBe('v');
        expect(await store.take(key('a'))).toBeUndefined();
        expect(await store.get(key('a'))).toBeUndefined();
      });
      it('gives an expired value to nobody and deletes no expired value', async () => {
        await store.set(key('a'), 'v', start + 1_000);
        await store.set(key('b'), 'v', start + 1_000);
        now = start + 1_000;
        expect(await store.take(key('a'))).toBeUndefined();
        expect(await store.delete(key('b'))).toBe(false);
      });
      it('adds only where nothing is, and again once that has expired', async () => {
        expect(await store.add(key('a'), 'first', start + 1_000)).toBe(true);
        expect(await store.add(key('a'), 'second', later)).toBe(false);
        expect(await store.get(key('a'))).toBe('first');
        now = start + 1_000;
        expect(await store.add(key('a'), 'third', later)).toBe(true);
        expect(await store.get(key('a'))).toBe('third');
      });
      it('replaces only the expected value', async () => {
        expect(await store.replace(key('a'), 'v', 'w', later)).toBe(false);
        await store.set(key('a'), 'v', start + 1_000);
        expect(await store.replace(key('a'), 'V', 'w', later)).toBe(false);
        expect(await store.replace(key('a'), 'v', 'w', later)).toBe(true);
        expect(await store.replace(key('a'), 'v', 'x', later)).toBe(false);
        now = start + 1_000;
        expect(await store.get(key('a'))).toBe('w');
      });
      it('replaces no expired value', async () => {
        await store.set(key('a'), 'v', start + 1_000);
        now = start + 1_000;
        expect(await store.replace(key('a'), 'v', 'w', later)).toBe(false);
        expect(await store.get(key('a'))).toBeUndefined();
      });
      it('deletes once', async () => {
        await store.set(key('a'), 'v', later);
        expect(await store.delete(key('a'))).toBe(true);
        expect(await store.delete(key('a'))).toBe(false);
      });
      it('counts up to the expiry that the first call set, then from one again', async () => {
        expect(await store.count(key('a'), start + 1_000)).toBe(1);
        now = start + 500;
        expect(await store.count(key('a'), later)).toBe(2);
        expect(await store.count(key('a'), later)).toBe(3);
        now = start + 1_000;
        expect(await store.count(key('a'), later)).toBe(1);
        now = start + 2_000;
        expect(await store.count(key('a'), later)).toBe(2);
      });
    });

    describe('sets', () => {
      it('hold each member once, with an expiry of its own', async () => {
        await store.addMember(key('s'), 'a', start + 1_000);
        await store.addMember(key('s'), 'b', start + 2_000);
        await store.addMember(key('s'), 'b', start + 3_000);
        await store.addMember(key('other'), 'c', later);
        expect((await store.members(key('s'))).sort()).toEqual(['a', 'b']);
        now = start + 1_000;
        expect(await store.members(key('s'))).toEqual(['b']);
        now = start + 2_999;
        expect(await store.members(key('s'))).toEqual(['b']);
        now = start + 3_000;
        expect(await store.members(key('s'))).toEqual([]);
      });
      it('keep the long-lived members when a short-lived one is added', async () => {
        await store.addMember(key('s'), 'long', later);
        await store.addMember(key('s'), 'short', start + 1);
        now = start + 30_000;
        expect(await store.members(key('s'))).toEqual(['long']);
      });
      it('lose only the removed member', async () => {
        await store.addMember(key('s'), 'a', later);
        await store.addMember(key('s'), 'b', later);
        await store.removeMember(key('s'), 'a');
        await store.removeMember(key('s'), 'never there');
        expect(await store.members(key('s'))).toEqual(['b']);
      });
      it('are a name space of their own', async () => {
        await store.set(key('x'), 'value', later);
        await store.addMember(key('x'), 'member', later);
        await store.schedule(key('x'), 'id', start);
        expect(await store.get(key('x'))).toBe('value');
        expect(await store.members(key('x'))).toEqual(['member']);
        expect(await store.due(key('x'), start, 10)).toEqual(['id']);
      });
    });

    describe('queues', () => {
      it('give what is due, earliest first, as many as asked for, and keep it', async () => {
        await store.schedule(key('q'), 'c', start + 30);
        await store.schedule(key('q'), 'a', start + 10);
        await store.schedule(key('q'), 'b', start + 20);
        expect(await store.due(key('q'), start + 20, 10)).toEqual(['a', 'b']);
        expect(await store.due(key('q'), start + 30, 2)).toEqual(['a', 'b']);
        expect(await store.due(key('q'), start + 9, 10)).toEqual([]);
      });
      it('move an id that is scheduled again', async () => {
        await store.schedule(key('q'), 'a', start + 10);
        await store.schedule(key('q'), 'a', start + 50);
        expect(await store.due(key('q'), start + 49, 10)).toEqual([]);
        expect(await store.due(key('q'), start + 50, 10)).toEqual(['a']);
      });
      it('let one caller unschedule', async () => {
        await store.schedule(key('q'), 'a', start);
        expect(await store.unschedule(key('q'), 'a')).toBe(true);
        expect(await store.unschedule(key('q'), 'a')).toBe(false);
        expect(await store.due(key('q'), start, 10)).toEqual([]);
      });
    });

    describe(`${racers} processes racing for 200 keys`, () => {
      const keys = () => Array.from({ length: 200 }, (_, index) => key(`race-${index}`));
      const rivals: [Race, (key: string) => Promise<void>][] = [
        ['take', (name) => store.set(name, 'once', later)],
        ['add', async () => undefined],
        ['replace', (name) => store.set(name, 'unused', later)],
        ['delete', (name) => store.set(name, 'once', later)],
        ['unschedule', (name) => store.schedule('queue', name, start)],
        ['count', async () => undefined],
      ];
      it.each(rivals)('have one winner for each %s', async (race, prepareKey) => {
        const contested = keys();
        await Promise.all(contested.map(prepareKey));
        const wins = await runRace(place.location, race, contested);
        expect(wins.flat().sort()).toEqual([...contested].sort());
      });
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}

/** The keys that each process won. All are ready before the first begins, and begin together. */
async function runRace(location: Location, race: Race, keys: string[]): Promise<string[][]> {
  const file = fileURLToPath(new URL('./store-racer.ts', import.meta.url));
  const children = Array.from({ length: racers }, (_, index) =>
    fork(file, ['race', location.at, location.engine, race, `racer ${index}`], { execArgv: [] }),
  );
  try {
    await Promise.all(children.map((child) => nextMessage(child)));
    const answers = children.map((child) => nextMessage(child));
    const at = Date.now() + 30;
    for (const child of children) child.send({ keys, at });
    return (await Promise.all(answers)) as string[][];
  } finally {
    for (const child of children) child.kill();
  }
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a racer ended with ${code}`);
  });
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  return message;
}
