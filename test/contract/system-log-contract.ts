/** The system log on both engines: pages, search, and a seal that two processes and late commits do not break. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Sealer } from '../../certs/sealing.ts';
import type { OpenDatabase } from '../../src/database/database.ts';
import type { Store } from '../../src/store/store.ts';
import { createLogSeal } from '../../src/system-log/seal/log-seal.ts';
import { verifyChain } from '../../src/system-log/seal/verify.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';
import { type createSettableClock, dayMs } from '../unit/directory/directory-under-test.ts';

export function describeSystemLog(
  given: () => {
    one: OpenDatabase;
    other: OpenDatabase;
    clock: ReturnType<typeof createSettableClock>;
    sealer: Sealer;
    store: Store;
  },
): void {
  const open = () => {
    const { one, other, clock, sealer, store } = given();
    const organizationId = randomUUID();
    const logOf = ({ db }: OpenDatabase) => createSystemLog({ db, clock });
    // Without a store there is no lease: nothing but the database keeps them apart.
    const sealOf = ({ db }: OpenDatabase) => createLogSeal({ db, clock, sealer });
    const verify = async () => verifyChain({ db: one.db, key: await sealOf(one).key(), chain: organizationId });
    const entry = (name: string) => ({
      event: 'platform/connection/create' as const,
      organizationId,
      actor: { type: 'administrator' as const, id: `${organizationId}-actor`, name },
      target: { type: 'connection' as const, id: 'c', name: 'Ｃ社' },
      clientAddress: '192.0.2.9',
    });
    return { one, other, clock, store, sealer, organizationId, logOf, sealOf, verify, entry };
  };

  test('shows the system log page by page and searched, newest first, the same wherever it begins', async () => {
    const { one, clock, organizationId, logOf, entry } = open();
    const log = logOf(one);
    for (let index = 0; index < 9; index++) {
      if (index % 2 === 0) clock.advance(1);
      await log.record(entry(index === 4 ? '100%_Äpfel\\' : `n${index}`));
    }
    const names = (page: Awaited<ReturnType<typeof log.page>>) => page.records.map(({ actor }) => actor.name);
    const whole = names(await log.page({ organizationId, filter: {}, limit: 50 }));
    const first = await log.page({ organizationId, filter: {}, limit: 4 });
    const second = await log.page({
      organizationId,
      filter: {},
      limit: 4,
      from: { position: first.older!, direction: 'older' },
    });
    const back = await log.page({
      organizationId,
      filter: {},
      limit: 4,
      from: { position: second.newer!, direction: 'newer' },
    });
    expect([...names(first), ...names(second)]).toEqual(whole.slice(0, 8));
    expect(names(back)).toEqual(names(first));
    for (const search of ['100%_', '_ä', 'APFEL\\', 'n4', '%'])
      expect([
        search,
        names(await log.page({ organizationId, filter: { search: search.replace('APFEL', 'pfel') }, limit: 9 })),
      ]).toEqual([
        search,
        search === 'n4' ? [] : ['100%_Äpfel\\'].filter(() => search !== '_ä' || one.kind === 'postgres'),
      ]);
    const read: (string | null)[] = [];
    for await (const { actor } of log.each(organizationId, {}, 2)) read.push(actor.name);
    expect(read).toEqual(whole);
  });

  test('seals each record of the system log once, however many processes are at it, also one that commits late', async () => {
    const { one, other, organizationId, logOf, sealOf, verify, entry, clock } = open();
    let goOn = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // SQLite has one writer: there nothing else is written meanwhile.
    const late =
      one.kind === 'postgres'
        ? other.db.transaction().execute(async (trx) => {
            await logOf(other).record(entry('late'), trx);
            await waiting;
          })
        : Promise.resolve();
    clock.advance(1000);
    const log = logOf(one);
    for (let index = 0; index < 450; index++) await log.record(entry(`n${index}`));
    const sealers = [one, other, one, other].map(sealOf);
    const sealing = Promise.allSettled(sealers.map((sealer) => sealer.seal()));
    await sealing;
    await sealers[0]!.seal();
    expect(await verify()).toMatchObject({ to: 450, unsealed: 0, findings: [] });
    goOn();
    await late;
    await sealers[1]!.seal();
    expect(await verify()).toMatchObject({ to: one.kind === 'postgres' ? 451 : 450, unsealed: 0, findings: [] });
    const numbers = await one.db
      .selectFrom('system_log')
      .select('sequence')
      .where('organization_id', '=', organizationId)
      .orderBy('sequence')
      .execute();
    expect(numbers.map(({ sequence }) => sequence)).toEqual(numbers.map((_, index) => index + 1));
  });

  test('erases a person from the system log while it is being sealed, and breaks nothing', async () => {
    const { one, other, organizationId, logOf, sealOf, verify, entry } = open();
    for (let index = 0; index < 300; index++) {
      await logOf(one).record(entry('Aiko'));
      if (index === 100) await sealOf(one).seal();
    }
    const erase = () =>
      other.db.transaction().execute((trx) => sealOf(other).pseudonymise([`${organizationId}-actor`], trx));
    const [erased] = await Promise.all([
      erase(),
      sealOf(one)
        .seal()
        .catch(() => 0),
    ]);
    expect(erased).toBe(300);
    await sealOf(one).seal();
    expect(await verify()).toMatchObject({ to: 300, unsealed: 0, findings: [] });
    const rows = await one.db
      .selectFrom('system_log')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .execute();
    expect(rows.filter(({ actor_name, client_address }) => actor_name !== null || client_address !== null)).toEqual([]);
  });

  test('deletes what is older than 90 days from the system log, behind a checkpoint', async () => {
    const { one, organizationId, logOf, sealOf, verify, entry, clock } = open();
    for (let index = 0; index < 20; index++) await logOf(one).record(entry('Aiko'));
    clock.advance(dayMs);
    await logOf(one).record(entry('Ben'));
    const seal = sealOf(one);
    await seal.seal();
    const made = (await seal.checkpointDue()).find(({ chain }) => chain === organizationId);
    expect(made).toMatchObject({ sequence: 21, cut: null });
    clock.advance(89 * dayMs + 1);
    await seal.forget();
    expect(await verify()).toMatchObject({ from: 21, to: 21, verified: 1, findings: [] });
    await seal.forget();
    expect((await logOf(one).list({ organizationId, from: 0 })).map(({ actor }) => actor.name)).toEqual(['Ben']);
  });
}
