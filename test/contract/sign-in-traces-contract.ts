/** Counts and traces of sign-ins on both engines: what two nodes count adds up. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { OpenDatabase } from '../../src/database/database.ts';
import { createSignInCounting } from '../../src/signin/sign-in-counts.ts';
import { createTraceLinks, endOf } from '../../src/signin/traces/trace-links.ts';
import { createTraces, type TraceQuery } from '../../src/signin/traces/traces.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';
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

  const traceOf = (organizationId: string, reference = 'ABCD-2345') => ({
    reference,
    organizationId,
    connection: { id: randomUUID(), version: 3, kind: 'okta' },
    clientId: 'workspace:alpha',
    realm: 'subscribers-alpha',
    beganAt: 5,
    outcome: 'waiting' as const,
    code: null,
    steps: [{ step: 'begun', at: 0, forced: true }] as const,
  });
  const returned = { step: 'returned', at: 9, sameBrowser: true } as const;

  test('completes a trace that another node has written, and never one that has ended', async () => {
    const { one, other, clock } = given();
    const [here, there] = [one, other].map(({ db }) => createTraces({ db, clock })) as [Traces, Traces];
    const organizationId = randomUUID();
    const id = here.newId();
    await here.write({ ...traceOf(organizationId), id });
    await there.complete(id, 'no_access', [returned, { step: 'no_access', at: 10 }]);
    const trace = await here.find(organizationId, id);
    expect(trace?.steps.map(({ step }) => step)).toEqual(['begun', 'returned', 'no_access']);
    expect(trace).toMatchObject({ outcome: 'no_access', connection: { version: 3 }, beganAt: 5 });
    await here.complete(id, 'signed_in', [returned]);
    expect((await there.findByReference(organizationId, 'abcd2345'))?.outcome).toBe('no_access');
    expect(await here.find(randomUUID(), id)).toBeUndefined();
    expect(await here.findByReference(randomUUID(), 'ABCD-2345')).toBeUndefined();
  });

  test('lists traces page by page in both directions, filtered, the newest first', async () => {
    const { one, clock } = given();
    const traces = createTraces({ db: one.db, clock });
    const organizationId = randomUUID();
    const connectionId = randomUUID();
    const ids: string[] = [];
    for (let number = 0; number < 10; number++) {
      clock.advance(number % 3 === 0 ? 0 : 1);
      const id = traces.newId();
      const facts = traceOf(organizationId);
      await traces.write({
        ...facts,
        id,
        ...(number % 2 === 0 && { outcome: 'failed', code: 'saml_expired' }),
        ...(number % 5 === 0 && { connection: { ...facts.connection, id: connectionId } }),
      });
      ids.push(id);
    }
    const newest = ids.toSorted().reverse();
    const idsOf = async (query: Partial<TraceQuery>) =>
      (await traces.page({ organizationId, limit: 4, ...query })).traces.map(({ id }) => id);
    const first = await traces.page({ organizationId, limit: 4 });
    expect([first.traces.map(({ id }) => id), first.newer]).toEqual([newest.slice(0, 4), undefined]);
    const from = { id: first.older!, direction: 'older' } as const;
    expect(await idsOf({ from })).toEqual(newest.slice(4, 8));
    const last = await traces.page({ organizationId, limit: 4, from: { id: newest[7]!, direction: 'older' } });
    expect([last.traces.map(({ id }) => id), last.older]).toEqual([newest.slice(8), undefined]);
    expect(await idsOf({ from: { id: last.newer!, direction: 'newer' } })).toEqual(newest.slice(4, 8));
    expect(await idsOf({ wrong: true, limit: 50 })).toEqual(newest.filter((id) => ids.indexOf(id) % 2 === 0));
    expect(await idsOf({ wrong: false, limit: 50 })).toEqual(newest.filter((id) => ids.indexOf(id) % 2 === 1));
    expect(await idsOf({ connectionId })).toEqual([ids[5], ids[0]].toSorted().reverse());
    expect(await idsOf({ connectionId, organizationId: randomUUID() })).toEqual([]);
  });

  test('shows nothing after 14 days, and forgets it in small steps', async () => {
    const { one, other, clock } = given();
    const traces = createTraces({ db: one.db, clock });
    const organizationId = randomUUID();
    const old = traces.newId();
    await traces.write({ ...traceOf(organizationId), id: old });
    for (let number = 0; number < 6; number++) await traces.write({ ...traceOf(organizationId), id: traces.newId() });
    clock.advance(14 * dayMs + 1);
    const young = traces.newId();
    await traces.write({ ...traceOf(organizationId), id: young });
    expect((await traces.page({ organizationId, limit: 50 })).traces.map(({ id }) => id)).toEqual([young]);
    expect([await traces.find(organizationId, old), endOf({ id: old }) < clock.now()]).toEqual([undefined, true]);
    const counts = await Promise.all([traces.forget(2), createTraces({ db: other.db, clock }).forget(2)]);
    expect(counts[0] + counts[1]).toBeGreaterThanOrEqual(7);
    const left = await one.db
      .selectFrom('sign_in_traces')
      .select('id')
      .where('organization_id', '=', organizationId)
      .execute();
    expect(left).toEqual([{ id: young }]);
  });

  test('makes links that open once known, until they are revoked, expired or their trace is gone; told each time', async () => {
    const { one, other, clock } = given();
    const organizationId = randomUUID();
    const systemLog = createSystemLog({ db: one.db, clock });
    const [here, there] = [one, other].map(({ db }) =>
      createTraceLinks({ db, clock, traces: createTraces({ db, clock }), systemLog }),
    ) as [TraceLinks, TraceLinks];
    const traces = createTraces({ db: one.db, clock });
    const id = traces.newId();
    await traces.write({ ...traceOf(organizationId), id });
    const trace = (await traces.find(organizationId, id))!;
    const act = { actor: { type: 'administrator', id: 'a', name: 'Aiko' } } as const;
    const [one1, day] = [await here.create(act, trace, 30), await here.create(act, trace, 1)];
    expect(one1.link).toMatchObject({ state: 'open', createdBy: 'Aiko', expiresAt: endOf(trace) });
    const opened = (await there.open(one1.token))!;
    // Many at once: it is told once.
    await Promise.all([1, 2, 3, 4].map((time) => (time % 2 ? here : there).noteOpened(opened.link, trace, {})));
    expect(await here.revoke(act, { ...trace, organizationId: randomUUID() }, one1.link.id)).toBe(false);
    clock.advance(dayMs);
    expect([await here.open(day.token), (await here.open(one1.token))?.trace.id]).toEqual([undefined, id]);
    const revoked = await Promise.all([here, there].map((links) => links.revoke(act, trace, one1.link.id)));
    expect(revoked.toSorted()).toEqual([false, true]);
    expect(await there.open(one1.token)).toBeUndefined();
    const states = (await here.list(trace)).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['expired', 'revoked']);
    const events = (await systemLog.list({ organizationId })).map(({ event }) => event.split('/').at(-1));
    expect(events.toSorted()).toEqual(['create', 'create', 'open', 'revoke']);
    clock.advance(29 * dayMs);
    await here.forget();
    expect(await here.list(trace)).toEqual([]);
  });
}

type Traces = ReturnType<typeof createTraces>;
type TraceLinks = ReturnType<typeof createTraceLinks>;
type Counting = ReturnType<typeof createSignInCounting>;
