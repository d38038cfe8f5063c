/**
 * SECURITY CON-14: somebody who writes to the database, and does not have the sealing key, changes the system log.
 * Whatever they do to sealed records is found, and said where.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/system-log/seal/checkpoints.ts';
import { createLogSeal } from '../../src/system-log/seal/log-seal.ts';
import type { LogRow } from '../../src/system-log/seal/row-seal.ts';
import type { Finding } from '../../src/system-log/seal/verify.ts';
import { type LogUnderTest, openLog } from '../unit/system-log/log-under-test.ts';

const count = 12;
let log: LogUnderTest;
let genuine: LogRow[];
let copies: Checkpoint[];

beforeAll(async () => {
  log = await openLog();
  await log.write(count);
  await log.write(3, 'o2');
  await log.logSeal.seal();
  await log.db.transaction().execute((trx) => log.logSeal.pseudonymise(['nobody'], trx));
  copies = await log.logSeal.checkpointDue();
  genuine = await log.rows();
  return log[Symbol.asyncDispose];
});

/** What is found after the attack; everything is put back afterwards. */
async function found(attack: () => Promise<unknown>, known: Checkpoint[] = []): Promise<Finding[]> {
  const { db } = log;
  const tables = ['system_log', 'log_chains', 'log_checkpoints'] as const;
  const before = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  await attack();
  const { findings } = await log.verify({ known });
  for (const [index, table] of tables.entries()) {
    await db.deleteFrom(table).execute();
    await db
      .insertInto(table)
      .values(before[index] as never)
      .execute();
  }
  return findings;
}
const rowAt = (sequence: number) => genuine.find((row) => row.organization_id === 'o1' && row.sequence === sequence)!;
const change = (sequence: number, values: Partial<LogRow>) =>
  log.db.updateTable('system_log').set(values).where('id', '=', rowAt(sequence).id).execute();
const remove = (from: number, to: number) =>
  log.db
    .deleteFrom('system_log')
    .where('organization_id', '=', 'o1')
    .where('sequence', '>=', from)
    .where('sequence', '<=', to)
    .execute();

const place = fc.integer({ min: 1, max: count });
/** The columns that mean something; `sequence` and `organization_id` have tests of their own. */
const columns = [
  'id',
  'recorded_at',
  'actor_type',
  'actor_id',
  'actor_name',
  'event',
  'target_type',
  'target_id',
  'target_name',
  'target_email',
  'detail',
  'before_changes',
  'after_changes',
  'reference',
  'client_address',
  'user_agent',
  'seal',
  'actor_salt',
  'actor_hash',
  'target_salt',
  'target_hash',
] as const satisfies readonly (keyof LogRow)[];
const required = new Set<keyof LogRow>(['id', 'recorded_at', 'actor_type', 'event', 'detail']);

describe('Of a log that nobody touched', () => {
  it('nothing is found', async () => {
    expect(await found(async () => undefined, copies)).toEqual([]);
  });
});

describe('A changed record', () => {
  it('is found whichever column was changed to whatever, and nothing else is blamed', async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.constantFrom('', '{}', 'erased.', 'system', 'Aiko Sato ', 'platform/administrator/delete'),
      place.map((other) => ({ from: other })),
    );
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...columns), value, async (sequence, column, drawn) => {
        const was = rowAt(sequence)[column];
        let now: unknown = typeof drawn === 'object' && drawn !== null ? rowAt(drawn.from)[column] : drawn;
        if (column === 'recorded_at') now = Number(was) + (typeof drawn === 'string' ? 1 + drawn.length : 7);
        if (now === was || (now === null && required.has(column)) || (column === 'id' && typeof drawn === 'object'))
          return;
        const findings = await found(() => change(sequence, { [column]: now }), copies);
        expect(findings.length).toBeGreaterThan(0);
        for (const finding of findings) expect('sequence' in finding ? finding.sequence : 0).toBe(sequence);
      }),
      { numRuns: 400 },
    );
  });

  it('is found at every single character of its text', async () => {
    for (const column of columns) {
      const text = String(rowAt(3)[column] ?? '');
      for (const index of [0, Math.floor(text.length / 2), text.length - 1].filter(
        (at) => at >= 0 && at < text.length,
      )) {
        if (column === 'recorded_at') continue;
        const other = text[index] === 'A' ? 'B' : 'A';
        const altered = text.slice(0, index) + other + text.slice(index + 1);
        const findings = await found(() => change(3, { [column]: altered }));
        expect([column, index, findings.map((finding) => 'sequence' in finding && finding.sequence)]).not.toEqual([
          column,
          index,
          [],
        ]);
      }
    }
  });

  it('is found and told by what was changed', async () => {
    const what = async (values: Partial<LogRow>) =>
      (await found(() => change(5, values))).map((finding) => finding.kind === 'changed' && finding.what);
    expect(await what({ event: 'platform/administrator/delete' })).toEqual(['record']);
    expect(await what({ actor_name: 'Somebody Else' })).toEqual(['actor']);
    expect(await what({ detail: '{"number":5}' })).toEqual(['target']);
    expect(await what({ seal: rowAt(4).seal })).toContain('record');
    expect(await what({ seal: `${rowAt(5).seal!.split('.')[0]}.${rowAt(4).seal!.split('.')[1]}` })).toEqual(['seal']);
  });

  it('is found also when it is passed off as an erased one', async () => {
    const erased = { actor_id: 'erased-000000000000', actor_name: null, client_address: null, user_agent: null };
    for (const actor_salt of ['', null, 'erased.', `erased.${'A'.repeat(43)}`])
      expect(await found(() => change(5, { ...erased, actor_salt }))).toEqual([
        { kind: 'changed', sequence: 5, recordId: rowAt(5).id, what: 'actor' },
      ]);
  });

  it('is found although it was erased before: the pseudonym is part of the proof', async () => {
    const { db, logSeal } = log;
    const findings = await found(async () => {
      await db.transaction().execute((trx) => logSeal.pseudonymise(['aiko'], trx));
      await change(5, { actor_id: 'erased-111111111111' });
    });
    expect(findings).toEqual([{ kind: 'changed', sequence: 5, recordId: rowAt(5).id, what: 'actor' }]);
  });
});

describe('A changed record of somebody who is erased', () => {
  it('is found afterwards too: the erasure proves only what was genuine', async () => {
    const { db, logSeal } = log;
    const findings = await found(async () => {
      await change(5, { client_address: '203.0.113.9' });
      await change(6, { detail: '{"number":66}' });
      await db.transaction().execute((trx) => logSeal.pseudonymise(['aiko', 'ben'], trx));
    });
    expect(findings).toEqual([
      { kind: 'changed', sequence: 5, recordId: rowAt(5).id, what: 'actor' },
      { kind: 'changed', sequence: 6, recordId: rowAt(6).id, what: 'target' },
    ]);
  });
});

describe('A missing record', () => {
  it('is found wherever and however many are missing, and those around it are believed', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const findings = await found(() => remove(from, to));
        if (to < count) expect(findings).toEqual([{ kind: 'missing', from, to }]);
        else expect(findings.map(({ kind }) => kind)).toEqual(['cut_off', 'end']);
      }),
      { numRuns: 40 },
    );
  });

  it('is found although a record next to the gap was changed too', async () => {
    const findings = await found(async () => {
      await remove(5, 5);
      await change(6, { actor_name: 'X' });
    });
    expect(findings).toEqual([
      { kind: 'missing', from: 5, to: 5 },
      { kind: 'changed', sequence: 6, recordId: rowAt(6).id, what: 'actor' },
    ]);
  });

  it('is found when it was only hidden: without its number, or in another organization', async () => {
    const missing = { kind: 'missing', from: 4, to: 4 };
    expect(await found(() => change(4, { sequence: null }))).toContainEqual(missing);
    expect(await found(() => change(4, { organization_id: 'o2' }))).toContainEqual(missing);
    expect(await found(() => change(4, { organization_id: null }))).toContainEqual(missing);
  });

  it('at the end is found by what says how long the log was: its head, a checkpoint, a copy of one', async () => {
    const { db } = log;
    const cutOff = () => remove(count - 2, count);
    const moveHead = () =>
      db
        .updateTable('log_chains')
        .set({ sequence: count - 3, seal: rowAt(count - 3).seal! })
        .where('chain', '=', 'o1')
        .execute();
    const { id } = copies.find(({ chain }) => chain === 'o1')!;
    const told = { kind: 'cut_off', last: count - 3, expected: count, checkpoint: id };
    expect(await found(cutOff)).toEqual([told, { kind: 'end', last: count - 3, said: count }]);
    expect(await found(() => Promise.all([cutOff(), moveHead()]))).toEqual([told]);
    const traceless = async () => {
      await cutOff();
      await moveHead();
      await db.deleteFrom('log_checkpoints').execute();
    };
    expect(await found(traceless, copies)).toEqual([told]);
    // And what was written afterwards in the place of what was cut off.
    const rewritten = async () => {
      await traceless();
      await log.write(5);
      // By something that does not remember how long the log was; the server, which does, refuses.
      log.clock.advance(4000);
      expect(await log.logSeal.seal()).toBe(0);
      await createLogSeal({ db, clock: log.clock, sealer: log.sealer }).seal();
    };
    expect(await found(rewritten, copies)).toContainEqual({ kind: 'differs', sequence: count, checkpoint: id });
  });
});

describe('A record in another place', () => {
  it('is found, and the place where it was', async () => {
    const findings = await found(async () => {
      await change(3, { sequence: 1000 });
      await change(8, { sequence: 3 });
      await change(3, { sequence: 8 });
    });
    expect(findings).toEqual([
      { kind: 'reordered', sequence: 3, recordId: rowAt(8).id, was: 8 },
      { kind: 'reordered', sequence: 8, recordId: rowAt(3).id, was: 3 },
    ]);
  });

  it('is found when it is there twice, or is another organization’s', async () => {
    const { db } = log;
    const copy = { ...rowAt(6), id: 'ffffffff-0000-4000-8000-000000000000' };
    expect(await found(() => db.insertInto('system_log').values(copy).execute())).toContainEqual({
      kind: 'repeated',
      sequence: 6,
      recordId: copy.id,
    });
    const theirs = genuine.find((row) => row.organization_id === 'o2' && row.sequence === 1)!;
    const moved = { ...theirs, id: copy.id, organization_id: 'o1', sequence: count + 1 };
    expect(await found(() => db.insertInto('system_log').values(moved).execute())).toEqual([
      { kind: 'changed', sequence: count + 1, recordId: copy.id, what: 'record' },
      { kind: 'end', last: count + 1, said: count },
    ]);
  });
});

describe('A record at a number that is in no chain', () => {
  it('is found: before the first, and where others were deleted after their 90 days', async () => {
    const forged = (sequence: number, mark: string) =>
      log.db
        .insertInto('system_log')
        .values({ ...rowAt(3), id: `${mark}fffffff-0000-4000-8000-000000000000`, sequence, actor_name: 'Forged' })
        .execute();
    const findings = await found(async () => {
      await forged(0, 'a');
      await forged(-7, 'b');
    }, copies);
    expect(findings.map((finding) => 'sequence' in finding && finding.sequence).sort()).toEqual([-7, 0]);
    await using old = await openLog();
    await old.write(5);
    await old.logSeal.seal();
    const row = (await old.rows())[1]!;
    old.clock.advance(91 * 86_400_000);
    await old.logSeal.forget();
    await old.write(1);
    await old.logSeal.seal();
    expect((await old.verify()).findings).toEqual([]);
    const again = (values: Partial<LogRow>) =>
      old.db
        .insertInto('system_log')
        .values({ ...row, ...values })
        .execute();
    await again({ id: 'forged', event: 'x/y/z' });
    await again({ actor_name: 'Forged' });
    expect((await old.verify()).findings.toSorted((one, other) => (one.kind < other.kind ? -1 : 1))).toMatchObject([
      { kind: 'changed', sequence: 2, recordId: row.id, what: 'actor' },
      { kind: 'changed', sequence: 2, recordId: 'forged', what: 'record' },
    ]);
  });
});

describe('A checkpoint', () => {
  it('cannot be made up or changed, to excuse what was deleted', async () => {
    const { db } = log;
    const { id } = copies.find(({ chain }) => chain === 'o1')!;
    const findings = await found(async () => {
      await remove(1, 5);
      await db
        .updateTable('log_checkpoints')
        .set({ cut_sequence: 5, cut_seal: rowAt(5).seal })
        .where('id', '=', id)
        .execute();
    });
    expect(findings).toEqual([
      { kind: 'checkpoint', checkpoint: id },
      { kind: 'missing', from: 1, to: 5 },
    ]);
  });

  it('of somewhere else lets one look at what came after it only, and is compared itself', async () => {
    const since = copies.find(({ chain }) => chain === 'o1')!;
    await log.write(3);
    log.clock.advance(4000);
    await log.logSeal.seal();
    expect(await log.verify({ since })).toMatchObject({ from: count, to: count + 3, verified: 4, findings: [] });
    await change(2, { event: 'x/y/z' });
    expect((await log.verify({ since })).findings).toEqual([]);
    await change(count, { seal: rowAt(2).seal });
    expect((await log.verify({ since })).findings).toContainEqual({
      kind: 'differs',
      sequence: count,
      checkpoint: since.id,
    });
    await remove(count, count);
    expect((await log.verify({ since })).findings).toContainEqual({ kind: 'missing', from: count, to: count });
  });
});
