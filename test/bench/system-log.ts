/**
 * What the system log costs: writing and sealing a record, a page of a log of millions of rows beside one of ten
 * thousand, and forgetting. Called by `main.ts`; alone, on both engines: `node test/bench/system-log.ts ROWS [sqlite|postgres]`.
 *
 * Rows are made by the database itself. Both logs stand in one table, the small one measured before the large one comes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createSealer } from '../../certs/sealing.ts';
import { generateSealingKey } from '../../certs/sealing-keys.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type DatabaseConfig, type OpenDatabase, openDatabase } from '../../src/database/database.ts';
import { createLogSeal } from '../../src/system-log/seal/log-seal.ts';
import { createSystemLog, type LogPageQuery } from '../../src/system-log/system-log.ts';
import { postgresAvailable, startPostgres } from '../support/services/postgres.ts';
import { median } from './median.ts';

/** Milliseconds; pages by the wall, writing by the CPU. */
export interface SystemLogFigures {
  rows: number;
  fill_s: number;
  write_cpu_ms: number;
  seal_cpu_ms: number;
  page_ms: Pages;
  page_of_10000_ms: Pages;
  /** The worst of the pages. */
  ratio_to_10000: number;
  /** Of one batch of 500. */
  forget_ms: number;
}
/** The first page, one in the middle, one of an event, one by a reference code. */
type Pages = Record<'first' | 'deep' | 'event' | 'reference', number>;

const dayMs = 86_400_000;
const small = '00000000-0000-4000-8000-000000010000';
const large = '00000000-0000-4000-8000-000010000000';

export async function measureSystemLog(options: {
  config: DatabaseConfig;
  rows: number;
  writes: number;
}): Promise<SystemLogFigures> {
  const { config, rows, writes } = options;
  const database = await openDatabase(config);
  const { db } = database;
  try {
    const systemLog = createSystemLog({ db, clock: systemClock });
    const logSeal = createLogSeal({ db, clock: systemClock, sealer: createSealer([generateSealingKey()]) });
    const { write_cpu_ms, seal_cpu_ms } = await measureWriting(systemLog, logSeal, writes);
    await fill(database, small, 10_000);
    await settle(database);
    const page_of_10000_ms = await measurePages(systemLog, small, 10_000);
    const start = performance.now();
    await fill(database, large, rows);
    const fill_s = (performance.now() - start) / 1000;
    await settle(database);
    const page_ms = await measurePages(systemLog, large, rows);
    const forget_ms = await measureForgetting(database, rows);
    const ratios = Object.entries(page_ms).map(([name, ms]) => ms / page_of_10000_ms[name as keyof Pages]);
    return {
      rows,
      fill_s,
      write_cpu_ms,
      seal_cpu_ms,
      page_ms,
      page_of_10000_ms,
      ratio_to_10000: Math.max(...ratios),
      forget_ms,
    };
  } finally {
    await database.close();
  }
}

async function measureWriting(
  systemLog: ReturnType<typeof createSystemLog>,
  logSeal: ReturnType<typeof createLogSeal>,
  writes: number,
): Promise<{ write_cpu_ms: number; seal_cpu_ms: number }> {
  const write = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++)
      await systemLog.record({
        event: 'platform/session/create',
        organizationId: 'written',
        actor: { type: 'subscriber', id: `00000000-0000-4000-8000-${index % 1000}`, name: 'Alice Liddell' },
        target: { type: 'application', id: 'workspace:alpha' },
        detail: { provider: 'okta' },
        clientAddress: '192.0.2.7',
        userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
      });
  };
  await write(writes / 4);
  await logSeal.seal();
  const write_cpu_ms = (await cpuOf(() => write(writes))) / writes;
  const seal_cpu_ms = (await cpuOf(() => logSeal.seal())) / writes;
  return { write_cpu_ms, seal_cpu_ms };
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Spread over 89 days, newest last, one in a hundred another event, one in a thousand with a code. */
async function fill({ db, kind }: OpenDatabase, organizationId: string, rows: number): Promise<void> {
  const step = (89 * dayMs) / rows;
  // Filling is not what is measured; afterwards the cache is as small as it is everywhere.
  if (kind === 'sqlite') await sql`pragma cache_size = -400000`.execute(db);
  const from = Date.now() - 89 * dayMs;
  const batch = 500_000;
  for (let first = 1; first <= rows; first += batch) {
    const last = Math.min(first + batch - 1, rows);
    const numbers =
      kind === 'postgres'
        ? sql`generate_series(${sql.lit(first)}::bigint, ${sql.lit(last)}::bigint) as n(i)`
        : sql`(with recursive n(i) as (select ${sql.lit(first)} union all select i + 1 from n where i < ${sql.lit(last)}) select i from n) as n`;
    const padded = (text: string) =>
      sql.raw(kind === 'postgres' ? `lpad((${text})::text, 12, '0')` : `printf('%012d', ${text})`);
    await db.transaction().execute(async (trx) => {
      if (kind === 'postgres') await sql`set local statement_timeout = 0`.execute(trx);
      await sql`insert into system_log (id, recorded_at, organization_id, actor_type, actor_id, actor_name, event,
          target_type, target_id, detail, reference, client_address, user_agent, sequence, seal, actor_salt, actor_hash,
          target_salt, target_hash)
        select ${sql.lit(organizationId.slice(-8))} || '-0000-4000-8000-' || ${padded('i')},
          cast(${sql.lit(from)} + i * ${sql.lit(step)} as bigint), ${sql.lit(organizationId)}, 'subscriber',
          '00000000-0000-4000-8000-' || ${padded('i % 50000')}, 'Alice Liddell',
          case when i % 100 = 77 then 'platform/administrator/delete' else 'platform/session/create' end,
          'application', 'workspace:alpha', '{"provider":"okta"}',
          case when i % 1000 = 7 then 'CODE-' || i end, '192.0.2.7',
          'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0', i,
          ${sql.lit('s'.repeat(66))}, ${sql.lit('a'.repeat(21))}, ${sql.lit('h'.repeat(43))}, ${sql.lit('a'.repeat(22))},
          ${sql.lit('h'.repeat(43))}
        from ${numbers}`.execute(trx);
    });
  }
  if (kind === 'sqlite') await sql`pragma cache_size = -2000`.execute(db);
}

/** What autovacuum does soon by itself; SQLite plans without it. */
async function settle({ db, kind }: OpenDatabase): Promise<void> {
  if (kind === 'postgres') await sql`analyze system_log`.execute(db);
}

async function measurePages(
  systemLog: ReturnType<typeof createSystemLog>,
  organizationId: string,
  rows: number,
): Promise<Pages> {
  const all = Date.now() - 90 * dayMs;
  const query = (filter: LogPageQuery['filter'], more: Partial<LogPageQuery> = {}): LogPageQuery => ({
    organizationId,
    filter: { from: all, ...filter },
    limit: 50,
    ...more,
  });
  const middle = { recordedAt: Date.now() - 45 * dayMs, id: 'x' };
  const queries: Record<keyof Pages, LogPageQuery> = {
    first: query({}),
    deep: query({}, { from: { position: middle, direction: 'older' } }),
    event: query({ event: 'platform/administrator/delete' }),
    reference: query({ reference: `CODE-${Math.floor(rows / 2000) * 1000 + 7}` }),
  };
  const pages: [string, number][] = [];
  for (const [name, each] of Object.entries(queries)) {
    const times: number[] = [];
    for (let round = 0; round < 41; round++) {
      const start = performance.now();
      await systemLog.page(each);
      times.push(performance.now() - start);
    }
    pages.push([name, median(times)]);
  }
  return Object.fromEntries(pages) as Pages;
}

/** A batch as `forget` deletes it, by the chain and its numbers. */
async function measureForgetting({ db }: OpenDatabase, rows: number): Promise<number> {
  const times: number[] = [];
  for (let from = 1; from < Math.min(rows, 10_000); from += 500) {
    const start = performance.now();
    await db
      .deleteFrom('system_log')
      .where('organization_id', '=', large)
      .where('sequence', '>=', from)
      .where('sequence', '<', from + 500)
      .execute();
    times.push(performance.now() - start);
  }
  return median(times);
}

export async function measureSystemLogOnSqlite(options: { rows: number; writes: number }): Promise<SystemLogFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-bench-log-'));
  try {
    return await measureSystemLog({ ...options, config: { kind: 'sqlite', file: join(folder, 'log.sqlite') } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `signInCpuMs`: of a brokered sign-in, of which a record is a part. */
export function systemLogLines(figures: SystemLogFigures, signInCpuMs?: number): string {
  const { rows, page_ms, page_of_10000_ms, write_cpu_ms, seal_cpu_ms } = figures;
  const share =
    signInCpuMs === undefined ? '' : `, ${percent(write_cpu_ms / signInCpuMs)} of a sign-in (to reach: ≤ 5 %)`;
  const names = Object.keys(page_ms) as (keyof Pages)[];
  return [
    `system log: a record ${write_cpu_ms.toFixed(3)} CPU-ms${share}, its seal ${seal_cpu_ms.toFixed(3)}`,
    `  a page of ${rows.toLocaleString('en')} rows: ${names.map((name) => `${name} ${page_ms[name].toFixed(2)}`).join(', ')} ms`,
    `  of 10,000: ${names.map((name) => `${name} ${page_of_10000_ms[name].toFixed(2)}`).join(', ')} ms; at worst ${figures.ratio_to_10000.toFixed(2)} × (to reach: ≤ 3)`,
    `  500 forgotten in ${figures.forget_ms.toFixed(1)} ms; filled in ${figures.fill_s.toFixed(0)} s`,
  ].join('\n');
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

if (import.meta.main) {
  const rows = Number(process.argv[2] ?? 1_000_000);
  const engine = process.argv[3] ?? 'both';
  if (engine !== 'postgres')
    console.log(`SQLite: ${systemLogLines(await measureSystemLogOnSqlite({ rows, writes: 4000 }))}`);
  if (postgresAvailable && engine !== 'sqlite') {
    const postgres = await startPostgres();
    try {
      const config = { kind: 'postgres', url: postgres.url } as const;
      console.log(`PostgreSQL: ${systemLogLines(await measureSystemLog({ config, rows, writes: 4000 }))}`);
    } finally {
      await postgres.close();
    }
  }
}
