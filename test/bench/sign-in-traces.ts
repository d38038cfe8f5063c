/**
 * What the trace of a sign-in costs: noting its steps, carrying them through attempt and hand-over, writing the row,
 * completing it, counting. Measured beside as many traces as a busy fortnight leaves. Called by `main.ts`; alone:
 * `node test/bench/sign-in-traces.ts ROWS`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createSealer } from '../../certs/sealing.ts';
import { generateSealingKey } from '../../certs/sealing-keys.ts';
import { requireOfSubscriber } from '../../src/claims/claims.ts';
import { normalise, normaliseAndExplain } from '../../src/claims/normalise.ts';
import { systemClock as clock } from '../../src/core/clock.ts';
import { referenceCode } from '../../src/core/random.ts';
import { type OpenDatabase, openDatabase } from '../../src/database/database.ts';
import { createSignInCounting } from '../../src/signin/sign-in-counts.ts';
import { createRecorder, recordRequests } from '../../src/signin/traces/recorder.ts';
import type { TraceStep } from '../../src/signin/traces/trace.ts';
import { createTraces } from '../../src/signin/traces/traces.ts';
import { median } from './median.ts';

/** Milliseconds; writing by the CPU, pages by the wall. */
export interface TraceFigures {
  rows: number;
  /** All of it, for one sign-in that succeeds. */
  trace_cpu_ms: number;
  page_ms: number;
  wrong_page_ms: number;
  reference_ms: number;
  /** Of one batch of 500. */
  forget_ms: number;
}

const dayMs = 86_400_000;
const organizationId = '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f60';
const connectionId = '9d0a7c1a-3a54-4c0e-8f5a-1d2c3b4a5f66';
const names = {
  sid: 'cip_sid',
  upn: 'cip_upn',
  oid: 'cip_oid',
  email: 'cip_email',
  displayName: 'name',
  givenName: 'given_name',
  familyName: 'family_name',
  groups: 'groups',
} as const;
const raw = {
  sid: { name: 'cip_sid', values: ['S-1-5-21-1051162837-3568060411-1686669321-1105'] },
  upn: { name: 'cip_upn', values: ['alice@corp.example'] },
  oid: { name: 'cip_oid', values: ['{B1DB3CCA-72BD-4F31-9EBF-C70CD44BDA32}'] },
  email: { name: 'cip_email', values: ['alice@mail.example'] },
  displayName: { name: 'name', values: ['Alice Liddell'] },
};

export async function measureTraces(options: { rows: number; writes: number }): Promise<TraceFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-bench-traces-'));
  const database = await openDatabase({ kind: 'sqlite', file: join(folder, 'traces.sqlite') });
  try {
    await fill(database, options.rows);
    const one = oneSignIn(database);
    for (let number = 0; number < options.writes / 4; number++) await one.traced();
    const traced = await cpuOf(async () => {
      for (let number = 0; number < options.writes; number++) await one.traced();
      await one.flush();
    });
    // What a sign-in does anyway.
    const untraced = await cpuOf(async () => {
      for (let number = 0; number < options.writes; number++) await one.untraced();
    });
    const traces = createTraces({ db: database.db, clock });
    const someReference = (await traces.page({ organizationId, limit: 1 })).traces[0]!.reference;
    const figures = {
      rows: options.rows,
      trace_cpu_ms: (traced - untraced) / options.writes,
      page_ms: await wallOf(() => traces.page({ organizationId, limit: 50 })),
      wrong_page_ms: await wallOf(() => traces.page({ organizationId, limit: 50, wrong: true })),
      reference_ms: await wallOf(() => traces.findByReference(organizationId, someReference)),
    };
    return { ...figures, forget_ms: await measureForgetting(database) };
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The steps of an OpenID Connect sign-in with one request to the provider. */
function oneSignIn({ db }: OpenDatabase) {
  const traces = createTraces({ db, clock });
  const counts = createSignInCounting({ db, clock });
  const sealer = createSealer([generateSealingKey()]);
  const answer = new Response(null, { status: 200 });
  const bare = async () => answer;
  const fetch = recordRequests(bare, clock);
  const requirement = requireOfSubscriber(names, { sidOptional: false });
  const carried = <Value>(value: Value): Value =>
    JSON.parse(sealer.openText(sealer.seal(JSON.stringify(value), 'x'), 'x'));
  const attempt = { interactionUid: 'x'.repeat(21), browser: 'x'.repeat(43), remember: { nonce: 'x'.repeat(43) } };

  return {
    async traced(): Promise<void> {
      const startedAt = clock.now();
      const begin = createRecorder(clock, startedAt);
      begin.note('begun', { forced: true });
      counts.count({ connectionId, startedAt }, 'begun');
      await begin.watch(async () => undefined);
      begin.note('left', { binding: 'redirect' });
      const taken = carried({ ...attempt, steps: begin.steps as TraceStep[] });
      counts.count({ connectionId, startedAt }, 'cameBack');
      const recorder = createRecorder(clock, startedAt, taken.steps);
      recorder.note('came_back', { binding: 'redirect' });
      await recorder.watch(() => fetch('https://company.okta.com/oauth2/v1/token', { method: 'POST' }));
      recorder.note('proven', { keyId: 'qW3eK9-2026-11', clockSkew: 340, methods: ['pwd'] });
      const { normalisation, attributes } = normaliseAndExplain(raw, requirement);
      recorder.note('attributes', {
        ok: normalisation.ok,
        attributes: attributes.filter((each) => each.outcome !== 'absent'),
      });
      const id = traces.newId();
      const reference = referenceCode();
      await traces.write({
        id,
        reference,
        organizationId,
        connection: { id: connectionId, version: 3, kind: 'okta' },
        clientId: 'workspace:company',
        realm: 'subscribers-company',
        beganAt: startedAt,
        outcome: 'waiting',
        code: null,
        steps: recorder.steps,
      });
      const { journey } = carried({
        ...attempt,
        journey: { traceId: id, reference, connectionId, startedAt, steps: [] },
      });
      const end = createRecorder(clock, journey.startedAt, journey.steps);
      end.note('returned', { sameBrowser: true });
      end.note('session_opened', {});
      counts.count(journey, 'succeeded');
      await traces.complete(journey.traceId, 'signed_in', end.steps);
    },
    async untraced(): Promise<void> {
      carried(attempt);
      await bare();
      normalise(raw, requirement);
      carried(attempt);
    },
    flush: counts.flush,
  };
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function wallOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 41; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Spread over 13 days, one in fifty failed; written by the database itself. */
async function fill({ db }: OpenDatabase, rows: number): Promise<void> {
  const from = Date.now() - 13 * dayMs;
  const step = Math.floor((13 * dayMs) / rows);
  const steps = JSON.stringify(Array.from({ length: 8 }, () => ({ step: 'left', at: 1, binding: 'x'.repeat(80) })));
  const time = sql`printf('%012x', ${sql.lit(from)} + i * ${sql.lit(step)})`;
  await sql`insert into sign_in_traces (id, reference, organization_id, connection_id, connection_version, kind, client_id,
      realm, began_at, finished_at, outcome, code, went_wrong, steps, software)
    select substr(${time}, 1, 8) || '-' || substr(${time}, 9) || '-7000-8000-' || printf('%012d', i),
      printf('%04X-%04X', (i * 40503) % 65536, i % 65536), ${sql.lit(organizationId)}, ${sql.lit(connectionId)}, 3, 'okta',
      'workspace:company', 'subscribers-company', ${sql.lit(from)} + i * ${sql.lit(step)}, ${sql.lit(from)}, 
      case when i % 50 = 7 then 'failed' else 'signed_in' end, null, case when i % 50 = 7 then 1 else 0 end,
      ${sql.lit(steps)}, '0.1.0'
    from (with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(rows)}) select i from n)`.execute(
    db,
  );
}

/** A batch as `forget` deletes it. */
async function measureForgetting({ db }: OpenDatabase): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const ids = db.selectFrom('sign_in_traces').select('id').orderBy('id').limit(500);
    await db.deleteFrom('sign_in_traces').where('id', 'in', ids).execute();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** `signInCpuMs`: of a brokered sign-in, of which its trace is a part. */
export function traceLines(figures: TraceFigures, signInCpuMs?: number): string {
  const { trace_cpu_ms: cost } = figures;
  const share =
    signInCpuMs === undefined ? '' : `, ${((cost / signInCpuMs) * 100).toFixed(1)} % of a sign-in (to reach: ≤ 5 %)`;
  return [
    `trace of a sign-in: ${cost.toFixed(3)} CPU-ms${share}`,
    `  of ${figures.rows.toLocaleString('en')}: a page ${figures.page_ms.toFixed(2)}, of what went wrong ${figures.wrong_page_ms.toFixed(2)}, by its code ${figures.reference_ms.toFixed(2)} ms; 500 forgotten in ${figures.forget_ms.toFixed(1)} ms`,
  ].join('\n');
}

if (import.meta.main) {
  const rows = Number(process.argv[2] ?? 200_000);
  console.log(traceLines(await measureTraces({ rows, writes: 4000 })));
}
