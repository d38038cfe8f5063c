/** Counts and traces of sign-ins on both engines: what two nodes count adds up. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { OpenDatabase } from '../../src/database/database.ts';
import { createSignInCounting } from '../../src/signin/sign-in-counts.ts';
import { type createSettableClock, dayMs } from '../unit/directory/directory-under-test.ts';

export function describeSignInTraces(
  given: () => { one: OpenDatabase; other: OpenDatabase; clock: ReturnType<typeof createSettableClock> },
): void {
  test('adds up what two nodes have counted at the same time, each attempt in the hour in which it began', async () => {
    const { one, other, clock } = given();
    const [here, there] = [one, other].map(({ db }) => createSignInCounting({ db, clock })) as [Counting, Counting];
    const connections = [randomUUID(), randomUUID(), randomUUID()];
    const hour = Math.ceil(clock.now() / 3_600_000) * 3_600_000;
    for (let time = 0; time < 20; time++) {
      for (const connectionId of connections) {
        here.count({ connectionId, startedAt: hour }, 'begun');
        here.count({ connectionId, startedAt: hour }, 'cameBack', 'succeeded');
        there.count({ connectionId, startedAt: hour + 3_599_999 }, 'begun', 'cameBack', 'failed');
        there.count({ connectionId, startedAt: hour - 1 }, 'begun');
      }
      await Promise.all([here.flush(), there.flush()]);
    }
    const [first, , third] = connections as [string, string, string];
    const counts = await here.failureRateOf([first, third, 'nobody'], hour + 1);
    const expected = { begun: 40, cameBack: 40, succeeded: 20, failed: 20, refused: 0 };
    expect(Object.fromEntries(counts)).toEqual({
      [first]: expected,
      [third]: expected,
      nobody: { begun: 0, cameBack: 0, succeeded: 0, failed: 0, refused: 0 },
    });
    expect((await there.failureRateOf([first], hour - 1)).get(first)).toMatchObject({ begun: 60, cameBack: 40 });
  });

  test('counts nothing twice and loses nothing when the database was away', async () => {
    const { one, clock } = given();
    let isAway = true;
    const db = new Proxy(one.db, {
      get: (target, name) => {
        if (isAway && name === 'insertInto') throw new Error('away');
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const counting = createSignInCounting({ db, clock });
    const attempt = { connectionId: randomUUID(), startedAt: clock.now() };
    counting.count(attempt, 'begun');
    await expect(counting.flush()).rejects.toThrow('away');
    counting.count(attempt, 'cameBack', 'refused');
    isAway = false;
    await counting.flush();
    await counting.flush();
    const counts = await counting.failureRateOf([attempt.connectionId], clock.now());
    expect(counts.get(attempt.connectionId)).toEqual({ begun: 1, cameBack: 1, succeeded: 0, failed: 0, refused: 1 });
  });

  test('forgets counts after 14 days', async () => {
    const { one, clock } = given();
    const counting = createSignInCounting({ db: one.db, clock });
    const [old, young] = [randomUUID(), randomUUID()] as [string, string];
    counting.count({ connectionId: old, startedAt: clock.now() - 15 * dayMs }, 'begun');
    counting.count({ connectionId: young, startedAt: clock.now() - 13 * dayMs }, 'begun');
    await counting.flush();
    await counting.forget();
    const counts = await counting.failureRateOf([old, young], 0);
    expect([counts.get(old)?.begun, counts.get(young)?.begun]).toEqual([0, 1]);
  });
}

type Counting = ReturnType<typeof createSignInCounting>;
