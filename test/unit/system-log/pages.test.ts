import { describe, expect, test } from 'vitest';
import type { LogPage, LogPosition, SystemLogFilter } from '../../../src/system-log/system-log.ts';
import { dayMs, openDirectory } from '../directory/directory-under-test.ts';

const actor = { type: 'administrator', id: 'a', name: 'Aiko' } as const;

/** 25 records in 10 different milliseconds, and some of another organization between them. */
async function filled() {
  const directory = await openDirectory();
  const { systemLog, clock } = directory;
  for (let index = 0; index < 25; index++) {
    if (index % 3 === 0) clock.advance(1);
    const person = index % 5 === 0 ? { ...actor, name: 'Ichirō 100%_x' } : actor;
    const event = index % 4 === 0 ? 'platform/session/end' : 'platform/session/create';
    await systemLog.record({
      event,
      organizationId: 'o1',
      actor: person,
      target: { type: 'session', id: `s${index}` },
    });
    await systemLog.record({ event, organizationId: 'o2', actor: { ...actor, name: 'Ichirō 100%_x' } });
  }
  return directory;
}
const targets = (page: LogPage) => page.records.map(({ target }) => target.id);

describe('A page of the system log', () => {
  test('follows the one before without gap or repetition, forwards and back again', async () => {
    await using directory = await filled();
    const { systemLog } = directory;
    const whole = targets(await systemLog.page({ organizationId: 'o1', filter: {}, limit: 100 }));
    expect(whole).toHaveLength(25);
    const pages: LogPage[] = [];
    let older: LogPosition | undefined;
    do {
      const from = older && { from: { position: older, direction: 'older' as const } };
      pages.push(await systemLog.page({ organizationId: 'o1', filter: {}, limit: 4, ...from }));
      older = pages.at(-1)!.older;
    } while (older);
    expect(pages.flatMap(targets)).toEqual(whole);
    expect(pages).toHaveLength(7);
    expect(pages[0]!.newer).toBeUndefined();
    for (let index = pages.length - 1; index > 0; index--) {
      const from = { position: pages[index]!.newer!, direction: 'newer' as const };
      const back = await systemLog.page({ organizationId: 'o1', filter: {}, limit: 4, from });
      expect(targets(back)).toEqual(targets(pages[index - 1]!));
    }
  });

  test('stays where it is while new records are written', async () => {
    await using directory = await filled();
    const { systemLog } = directory;
    const first = await systemLog.page({ organizationId: 'o1', filter: {}, limit: 4 });
    const next = () =>
      systemLog.page({
        organizationId: 'o1',
        filter: {},
        limit: 4,
        from: { position: first.older!, direction: 'older' },
      });
    const before = targets(await next());
    await systemLog.record({ event: 'platform/session/end', organizationId: 'o1', actor });
    expect(targets(await next())).toEqual(before);
  });

  test('holds what the filter says, of its own organization only', async () => {
    await using directory = await filled();
    const { systemLog, clock } = directory;
    const count = async (filter: SystemLogFilter) =>
      (await systemLog.page({ organizationId: 'o1', filter, limit: 100 })).records.length;
    expect(await count({ event: 'platform/session/end' })).toBe(7);
    expect(await count({ search: 'ichirō' })).toBe(5);
    expect(await count({ search: 'S24' })).toBe(1);
    expect(await count({ search: 'aiko', event: 'platform/session/end' })).toBe(5);
    expect(await count({ to: clock.now() })).toBe(24);
    expect(await count({ from: clock.now() })).toBe(1);
    expect(await count({ from: clock.now() - 100 * dayMs })).toBe(25);
  });

  test('is searched for text as it is, not for patterns', async () => {
    await using directory = await filled();
    const count = async (search: string) =>
      (await directory.systemLog.page({ organizationId: 'o1', filter: { search }, limit: 100 })).records.length;
    expect(await count('100%_')).toBe(5);
    for (const pattern of ['%', '_____', 'A%o', 'Aik_', '\\', "'", '.*']) {
      const matching = pattern === '%' ? 5 : 0;
      expect([pattern, await count(pattern)]).toEqual([pattern, matching]);
    }
  });

  test('is all there, in its order, when it is read to the end in batches', async () => {
    await using directory = await filled();
    const { systemLog } = directory;
    const whole = targets(await systemLog.page({ organizationId: 'o1', filter: {}, limit: 100 }));
    for (const batch of [1, 4, 5, 24, 25, 26]) {
      const read: (string | null)[] = [];
      for await (const { target } of systemLog.each('o1', {}, batch)) read.push(target.id);
      expect(read).toEqual(whole);
    }
  });

  test('is searched in shares: what one page did not reach is found by going on', async () => {
    await using directory = await openDirectory();
    const { db, systemLog, clock } = directory;
    const row = (index: number) => ({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      recorded_at: clock.now() + index,
      organization_id: 'o1',
      actor_type: 'subscriber',
      actor_name: index === 7 ? 'Needle' : 'Hay',
      event: 'platform/session/create',
      detail: '{}',
    });
    for (let from = 0; from < 60_000; from += 1000)
      await db
        .insertInto('system_log')
        .values(Array.from({ length: 1000 }, (_, index) => row(from + index)) as never)
        .execute();
    clock.advance(60_000);
    const search = { organizationId: 'o1', filter: { search: 'needle' }, limit: 50 };
    const first = await systemLog.page(search);
    expect(first.records).toEqual([]);
    expect(first.searchedTo).toBe(clock.now() - 50_000);
    const second = await systemLog.page({ ...search, from: { position: first.older!, direction: 'older' } });
    expect(second.records.map(({ actor: { name } }) => name)).toEqual(['Needle']);
    expect(second.older).toBeUndefined();
  });
});
