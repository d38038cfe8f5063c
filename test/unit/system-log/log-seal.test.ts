import { describe, expect, test } from 'vitest';
import { createSealer } from '../../../certs/sealing.ts';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';
import { resealAll } from '../../../src/directory/resealing.ts';
import { type Checkpoint, makeCheckpoint } from '../../../src/system-log/seal/checkpoints.ts';
import { createLogKey } from '../../../src/system-log/seal/log-key.ts';
import { createLogSeal } from '../../../src/system-log/seal/log-seal.ts';
import { dayMs } from '../directory/directory-under-test.ts';
import { openLog } from './log-under-test.ts';

describe('The seal of the system log', () => {
  test('numbers every organization’s records from one, and the installation’s own', async () => {
    await using log = await openLog();
    await log.write(3, 'o1');
    await log.write(2, null);
    await log.write(1, 'o2');
    await log.write(1, 'o1');
    expect(await log.logSeal.seal()).toBe(7);
    expect((await log.rows()).map((row) => [row.organization_id, row.sequence])).toEqual([
      [null, 1],
      [null, 2],
      ['o1', 1],
      ['o1', 2],
      ['o1', 3],
      ['o1', 4],
      ['o2', 1],
    ]);
    for (const organizationId of ['o1', 'o2', null])
      expect(await log.verify({ organizationId })).toMatchObject({ findings: [], unsealed: 0 });
  });

  test('seals more than one batch at a time, and goes on from where it was', async () => {
    await using log = await openLog();
    await log.write(450);
    expect(await log.logSeal.seal()).toBe(450);
    expect(await log.logSeal.seal()).toBe(0);
    await log.write(5);
    expect((await log.verify()).unsealed).toBe(5);
    expect(await log.logSeal.seal()).toBe(5);
    expect(await log.verify()).toMatchObject({ from: 1, to: 455, verified: 455, findings: [] });
  });

  test('gives a record that was committed late the next number, in whatever moment it says it happened', async () => {
    await using log = await openLog();
    await log.write(2);
    await log.write(1, 'elsewhere');
    await log.db
      .updateTable('system_log')
      .set({ organization_id: 'later' })
      .where('organization_id', '=', 'elsewhere')
      .execute();
    await log.write(2);
    await log.logSeal.seal();
    await log.db
      .updateTable('system_log')
      .set({ organization_id: 'o1', sequence: null, seal: null, actor_hash: null, target_hash: null })
      .where('organization_id', '=', 'later')
      .execute();
    await log.db.deleteFrom('log_chains').where('chain', '=', 'later').execute();
    expect(await log.logSeal.seal()).toBe(1);
    const late = (await log.rows()).find(({ sequence }) => sequence === 5)!;
    expect(late.recorded_at).toBeLessThan((await log.rows())[3]!.recorded_at);
    expect(await log.verify()).toMatchObject({ to: 5, findings: [] });
  });

  test('is made by one process at a time, and by another one within seconds when that is gone', async () => {
    await using log = await openLog();
    const { db, clock, sealer, store } = log;
    const other = createLogSeal({ db, clock, sealer, store });
    await log.write(1);
    expect(await log.logSeal.seal()).toBe(1);
    await log.write(1);
    clock.advance(-1000);
    expect(await other.seal()).toBe(0);
    clock.advance(1000 + 3501);
    expect(await other.seal()).toBe(1);
    expect(await log.verify()).toMatchObject({ to: 2, findings: [] });
  });

  test('is not made anew of changed history: a chain that went back is left as it is, and the operator is told', async () => {
    await using log = await openLog();
    const { db, clock } = log;
    const told: string[] = [];
    const tell = (_: unknown, text: string) => told.push(text);
    const watch = { error: tell, warn: tell, info: () => undefined } as never;
    const first = createLogSeal({ ...log, log: watch });
    await log.write(20);
    await log.write(3, 'o2');
    await first.seal();
    await first.checkpointAll();
    const kept = (await log.rows()).find(
      ({ organization_id, sequence }) => organization_id === 'o1' && sequence === 9,
    )!;
    const behind = db.updateTable('system_log').where('organization_id', '=', 'o1');
    await behind.set({ sequence: null, seal: null }).where('sequence', '>', 9).execute();
    await behind.set({ actor_name: 'Mallory' }).where('sequence', 'is', null).execute();
    await db.updateTable('log_chains').set({ sequence: 9, seal: kept.seal! }).where('chain', '=', 'o1').execute();
    await db.deleteFrom('log_checkpoints').execute();
    // The process that sealed, and one that knows only what is in the store.
    for (const sealer of [first, createLogSeal({ ...log, log: watch })]) {
      clock.advance(5000);
      await log.write(1, 'o2');
      expect(await sealer.seal()).toBe(1);
      expect(told.splice(0)).toEqual([expect.stringContaining('went back')]);
    }
    expect((await log.verify()).findings).toHaveLength(11);
    expect((await log.verify()).findings).toContainEqual(expect.objectContaining({ kind: 'unnumbered' }));
    // Sealed anew by something that remembers nothing, it is found by whoever does, also when the chain is longer again.
    await log.write(5);
    const forgetful = createLogSeal({ db, clock, sealer: log.sealer, log: watch });
    expect(await forgetful.seal()).toBe(16);
    expect(told.splice(0)).toEqual([expect.stringContaining('lost their number')]);
    clock.advance(5000);
    await log.write(1);
    expect(await first.seal()).toBe(0);
    expect(told.splice(0)).toEqual([expect.stringContaining('went back')]);
  });

  test('is made although the last record that is known has gone after its 90 days', async () => {
    await using log = await openLog();
    const other = createLogSeal({ db: log.db, clock: log.clock, sealer: log.sealer });
    await log.write(3);
    await log.logSeal.seal();
    await log.write(2);
    await other.seal();
    log.clock.advance(91 * dayMs);
    expect(await other.forget()).toBe(5);
    await log.write(1);
    expect(await log.logSeal.seal()).toBe(1);
    expect(await log.verify()).toMatchObject({ from: 6, to: 6, findings: [] });
  });

  test('that comes late is told to the operator', async () => {
    await using log = await openLog();
    const told: unknown[] = [];
    const logSeal = createLogSeal({ ...log, log: { warn: (...all: unknown[]) => told.push(all) } as never });
    await log.write(2);
    await logSeal.seal();
    expect(told).toEqual([]);
    await log.write(1);
    log.clock.advance(5 * 60_000 + 1);
    expect(await logSeal.seal()).toBe(1);
    expect(told).toEqual([[expect.objectContaining({ chain: 'o1', count: 1 }), expect.stringContaining('waited')]]);
  });

  test('outlives the sealing key, and cannot be made without it', async () => {
    await using log = await openLog();
    await log.write(3);
    await log.logSeal.seal();
    const stored = await log.db.selectFrom('log_keys').selectAll().executeTakeFirstOrThrow();
    expect(() => createSealer([generateSealingKey()]).open(stored.key_sealed, 'log-keys/seal')).toThrow();
    const newKey = generateSealingKey();
    const oldOpens = { ...createSealer([newKey]), openText: log.sealer.openText, open: log.sealer.open };
    expect((await resealAll({ db: log.db, sealer: oldOpens })).resealed).toBe(1);
    const after = createLogSeal({ ...log, sealer: createSealer([newKey]) });
    expect((await after.key()).publicKey).toBe((await log.logSeal.key()).publicKey);
    log.clock.advance(4000);
    await log.write(1);
    await after.seal();
    expect(await log.verify()).toMatchObject({ to: 4, findings: [] });
  });

  test('is not begun anew when somebody takes its key away', async () => {
    await using log = await openLog();
    await log.write(1);
    await log.logSeal.seal();
    await log.db.deleteFrom('log_keys').execute();
    await expect(createLogSeal(log).key()).rejects.toThrow('is missing');
  });
});

describe('A checkpoint', () => {
  test('is made every hour in which something was recorded, and can be checked with the public key alone', async () => {
    await using log = await openLog();
    const { logSeal, clock } = log;
    expect(await logSeal.checkpointDue()).toEqual([]);
    await log.write(2);
    await log.write(1, 'o2');
    await logSeal.seal();
    expect((await logSeal.checkpointDue()).map(({ chain, sequence }) => [chain, sequence]).sort()).toEqual([
      ['o1', 2],
      ['o2', 1],
    ]);
    await log.write(1);
    await logSeal.seal();
    expect(await logSeal.checkpointDue()).toEqual([]);
    clock.advance(3_600_000);
    expect((await logSeal.checkpointDue()).map(({ chain, sequence }) => [chain, sequence])).toEqual([['o1', 3]]);
    clock.advance(3_600_000);
    expect(await logSeal.checkpointDue()).toEqual([]);
  });

  test('says of the log of another installation nothing', async () => {
    const [one, other] = [createLogKey(Buffer.alloc(32, 1)), createLogKey(Buffer.alloc(32, 2))];
    expect(one.verify('x', one.sign('x'))).toBe(true);
    expect(other.verify('x', one.sign('x'))).toBe(false);
    expect(one.verify('y', one.sign('x'))).toBe(false);
    expect(one.mac('log-row', 'x').equals(one.mac('log-chain', 'x'))).toBe(false);
  });
});

describe('The end of a record after 90 days', () => {
  test('comes when it is sealed, after a checkpoint that says so, and leaves the rest verifiable', async () => {
    await using log = await openLog();
    const { logSeal, clock } = log;
    await log.write(1200);
    clock.advance(30 * dayMs);
    await log.write(5);
    await logSeal.seal();
    clock.advance(60 * dayMs);
    await log.write(1);
    expect(await logSeal.forget()).toBe(1200);
    expect(await logSeal.forget()).toBe(0);
    expect(await log.verify()).toMatchObject({ from: 1201, to: 1205, verified: 5, unsealed: 1, findings: [] });
    const { cut_sequence, sequence } = await log.db.selectFrom('log_checkpoints').selectAll().executeTakeFirstOrThrow();
    expect([cut_sequence, sequence]).toEqual([1200, 1205]);
    await logSeal.seal();
    clock.advance(91 * dayMs);
    expect(await logSeal.forget()).toBe(6);
    expect(await log.verify()).toMatchObject({ from: 1207, to: 1206, verified: 0, findings: [] });
    clock.advance(91 * dayMs);
    await logSeal.forget();
    expect(await log.verify()).toMatchObject({ findings: [] });
  });

  test('does not come early for one that stands before an older one', async () => {
    await using log = await openLog();
    await log.write(2);
    const [first] = await log.rows();
    await log.logSeal.seal();
    // The third began before the others and committed after them.
    await log.write(1);
    await log.db
      .updateTable('system_log')
      .set({ recorded_at: first!.recorded_at - 10_000 })
      .where('sequence', 'is', null)
      .execute();
    await log.logSeal.seal();
    log.clock.advance(90 * dayMs - 5_000);
    expect(await log.logSeal.forget()).toBe(0);
    log.clock.advance(60_000);
    expect(await log.logSeal.forget()).toBe(2);
    expect(await log.logSeal.forget()).toBe(1);
    expect(await log.verify()).toMatchObject({ findings: [] });
  });

  test('does not come when a record was made to look old: nothing is deleted, and the operator is told', async () => {
    await using log = await openLog();
    const told: unknown[] = [];
    const logSeal = createLogSeal({ ...log, log: { error: (...all: unknown[]) => told.push(all) } as never });
    await log.write(30);
    await logSeal.seal();
    const made = await log.logSeal.checkpointAll();
    log.clock.advance(3_600_000);
    const old = { recorded_at: log.clock.now() - 91 * dayMs };
    await log.db.updateTable('system_log').set(old).where('sequence', '=', 29).execute();
    expect(await logSeal.forget(7)).toBe(0);
    expect(await log.rows()).toHaveLength(30);
    expect(told).toEqual([[expect.objectContaining({ organizationId: 'o1', sequence: 29 }), expect.any(String)]]);
    expect((await log.verify({ known: made })).findings).toMatchObject([{ kind: 'changed', sequence: 29 }]);
  });

  test('is not excused by a cut that somebody wrote into the table of checkpoints', async () => {
    await using log = await openLog();
    await log.write(5);
    await log.logSeal.seal();
    await log.logSeal.checkpointAll();
    const { seal } = (await log.rows())[3]!;
    await log.db.updateTable('log_checkpoints').set({ cut_sequence: 4, cut_seal: seal }).execute();
    const [made] = await log.logSeal.checkpointAll();
    expect(made!.cut).toBeNull();
  });

  test('reads as what it is when something had it come early, from a checkpoint before it', async () => {
    await using log = await openLog();
    const { db, clock, logSeal } = log;
    const key = await logSeal.key();
    const day = async (count: number) => {
      await log.write(count);
      await logSeal.seal();
      const [made] = await logSeal.checkpointAll();
      clock.advance(dayMs);
      return made!;
    };
    const first = await day(20);
    await day(10);
    const early = (await log.rows())[28]!;
    const head = await db.selectFrom('log_chains').selectAll().executeTakeFirstOrThrow();
    // What a clock gone wrong does, or somebody with the key.
    const cut = { sequence: 29, seal: early.seal! };
    const made = await makeCheckpoint({ db, key, clock }, head, cut);
    await db.deleteFrom('system_log').where('sequence', '<=', 29).execute();
    expect((await log.verify()).findings).toEqual([{ kind: 'cut_early', to: 29, checkpoint: first.id }]);
    // Without a checkpoint in the database a copy tells it.
    await db.deleteFrom('log_checkpoints').where('id', '!=', made.id).execute();
    expect((await log.verify()).findings).toEqual([]);
    expect((await log.verify({ known: [first] })).findings).toMatchObject([{ kind: 'cut_early' }]);
  });

  test('is not called early of a quiet log, of which a checkpoint is taken every day', async () => {
    await using log = await openLog();
    const { clock, logSeal } = log;
    const known: Checkpoint[] = [];
    for (let day = 0; day < 200; day++) {
      if (day % 30 === 0) await log.write(1);
      await logSeal.seal();
      known.push(...(await logSeal.checkpointAll()));
      clock.advance(dayMs);
      await logSeal.forget();
    }
    expect(await log.verify({ known })).toMatchObject({ from: 5, to: 7, findings: [] });
  });
});

describe('Erasing a person', () => {
  test('takes them out of every record, keeps their acts together under a pseudonym, and breaks no seal', async () => {
    await using log = await openLog();
    const { db, logSeal } = log;
    await log.write(210);
    await log.write(2, 'o2');
    await logSeal.seal();
    await log.write(2);
    const changed = await db.transaction().execute((trx) => logSeal.pseudonymise(['aiko'], trx));
    expect(changed).toBe(214);
    const rows = await log.rows();
    expect(JSON.stringify(rows)).not.toMatch(/aiko|Aiko|192\.0\.2\.7|Firefox/);
    expect(new Set(rows.map(({ actor_id }) => actor_id)).size).toBe(1);
    expect(rows[0]).toMatchObject({ target_name: 'Ben', actor_name: null });
    await db.transaction().execute((trx) => logSeal.pseudonymise(['ben'], trx));
    expect(JSON.stringify(await log.rows())).not.toMatch(/ben@example|"Ben"|full\\"/);
    await logSeal.seal();
    expect(await log.verify()).toMatchObject({ to: 212, findings: [], unsealed: 0 });
    expect(await log.verify({ organizationId: 'o2' })).toMatchObject({ findings: [] });
  });

  test('is undone with the transaction that it is part of', async () => {
    await using log = await openLog();
    await log.write(2);
    await log.logSeal.seal();
    await log.db
      .transaction()
      .execute(async (trx) => {
        await log.logSeal.pseudonymise(['aiko'], trx);
        throw new Error('no');
      })
      .catch(() => undefined);
    expect((await log.rows()).map(({ actor_id }) => actor_id)).toEqual(['aiko', 'aiko']);
    expect(await log.verify()).toMatchObject({ findings: [] });
  });
});
