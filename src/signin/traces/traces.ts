/**
 * The traces of sign-ins by connections: written when an attempt has come back, completed when its browser has, read for
 * 14 days by administrators and by whoever they give a link.
 *
 * Owns the row `sign_in_traces`. Does not own: what is noted (`recorder.ts`), what it means (`explain-trace.ts`), links
 * (`trace-links.ts`). Two statements on the way of a sign-in, both compiled once.
 */
import { setImmediate } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { timeOrderedId } from '../../core/random.ts';
import { softwareVersion } from '../../core/software.ts';
import { prepareInsert } from '../../database/prepared.ts';
import type { Database, SignInTraceRow } from '../../database/schema.ts';
import { soundOutcomes, type TraceCode, type TraceOutcome, type TraceStep } from './trace.ts';

/** Milliseconds. */
export const traceLifetime = 14 * 86_400_000;

export interface Trace {
  id: string;
  reference: string;
  organizationId: string;
  /** Null: of an answer that nobody waited for any more. */
  connection: { id: string; version: number; kind: string } | null;
  clientId: string;
  realm: string;
  beganAt: number;
  finishedAt: number;
  outcome: TraceOutcome;
  code: TraceCode | null;
  steps: readonly TraceStep[];
  /** The version of Sekisho that wrote it. */
  software: string;
}

export interface TraceQuery {
  organizationId: string;
  connectionId?: string;
  /** Only what went wrong, or only what did not. */
  wrong?: boolean;
  limit: number;
  /** Newest first unless `newer` than an id. */
  from?: { id: string; direction: 'older' | 'newer' };
}

export interface TracePage {
  /** Newest first. */
  traces: Trace[];
  /** Ids where the next pages begin; absent at the ends. */
  older?: string;
  newer?: string;
}

export type Traces = ReturnType<typeof createTraces>;

export function createTraces({ db, clock }: { db: Database; clock: Clock }) {
  const insert = prepareInsert(db, columns, (row: Row) => db.insertInto('sign_in_traces').values(row));
  // Steps are appended to the text of the array, so that nothing is read first.
  const completion = sql`update sign_in_traces set finished_at = ${0},
      went_wrong = case when outcome = 'waiting' then ${0} else went_wrong end,
      outcome = case when outcome = 'waiting' then ${''} else outcome end,
      steps = substr(steps, 1, length(steps) - 1) || ${''}
    where id = ${''}`.compile(db);

  const newId = (): string => timeOrderedId(clock.now());

  /** `steps`: at least one. */
  async function write(trace: Omit<Trace, 'finishedAt' | 'software'>): Promise<void> {
    await insert({
      id: trace.id,
      reference: trace.reference,
      organization_id: trace.organizationId,
      connection_id: trace.connection?.id ?? null,
      connection_version: trace.connection?.version ?? null,
      kind: trace.connection?.kind ?? null,
      client_id: trace.clientId,
      realm: trace.realm,
      began_at: trace.beganAt,
      finished_at: clock.now(),
      outcome: trace.outcome,
      code: trace.code,
      went_wrong: soundOutcomes.has(trace.outcome) ? 0 : 1,
      steps: JSON.stringify(trace.steps),
      software: softwareVersion,
    });
  }

  /** What happened after the answer was proven. How it ended counts only where that was still open. */
  async function complete(id: string, outcome: TraceOutcome, steps: readonly TraceStep[]): Promise<void> {
    const more = `,${JSON.stringify(steps).slice(1)}`;
    const wentWrong = soundOutcomes.has(outcome) ? 0 : 1;
    await db.executeQuery({ ...completion, parameters: [clock.now(), wentWrong, outcome, more, id] });
  }

  const living = () =>
    db
      .selectFrom('sign_in_traces')
      .selectAll()
      .where('id', '>', timeOrderedFrom(clock.now() - traceLifetime));

  /** Another organization's is as unknown as none (CON-08). */
  async function find(organizationId: string, id: string): Promise<Trace | undefined> {
    const row = await living().where('organization_id', '=', organizationId).where('id', '=', id).executeTakeFirst();
    return row && toTrace(row);
  }

  /** As people read it to one another: in any case, with or without its hyphen. */
  async function findByReference(organizationId: string, reference: string): Promise<Trace | undefined> {
    const code = readReference(reference);
    if (code === undefined) return undefined;
    // Whose they are, and how old, is asked of the one or two that have it: otherwise SQLite reads all of that organization.
    const rows = await db.selectFrom('sign_in_traces').selectAll().where('reference', '=', code).limit(10).execute();
    const oldest = timeOrderedFrom(clock.now() - traceLifetime);
    const row = rows.find((each) => each.organization_id === organizationId && each.id > oldest);
    return row && toTrace(row);
  }

  /** By position instead of by number: the last page costs what the first one does. */
  async function page({ organizationId, connectionId, wrong, limit, from }: TraceQuery): Promise<TracePage> {
    const direction = from?.direction ?? 'older';
    const rows = await living()
      .$if(connectionId === undefined, (all) => all.where('organization_id', '=', organizationId))
      // By the connection's index; whose it is, is asked of the rows that it finds.
      .$if(connectionId !== undefined, (all) =>
        all.where('connection_id', '=', connectionId!).where(sql<boolean>`organization_id || '' = ${organizationId}`),
      )
      // Literally, as the index on it says it.
      .$if(wrong !== undefined, (all) => all.where(sql<boolean>`went_wrong = ${sql.lit(wrong ? 1 : 0)}`))
      .$if(from !== undefined, (all) => all.where('id', direction === 'older' ? '<' : '>', from!.id))
      .orderBy('id', direction === 'older' ? 'desc' : 'asc')
      .limit(limit + 1)
      .execute();
    const hasMore = rows.length > limit;
    const shown = rows.slice(0, limit).map(toTrace);
    if (direction === 'newer') shown.reverse();
    const first = shown[0]?.id;
    const last = shown.at(-1)?.id;
    const older = direction === 'newer' || hasMore ? last : undefined;
    const newer = direction === 'newer' ? (hasMore ? first : undefined) : from && first;
    return { traces: shown, ...(older !== undefined && { older }), ...(newer !== undefined && { newer }) };
  }

  /** After 14 days; so many at a time that nobody waits for it. Returns how many. */
  async function forget(batch = 500): Promise<number> {
    const end = timeOrderedFrom(clock.now() - traceLifetime);
    for (let forgotten = 0; ; ) {
      const ids = db.selectFrom('sign_in_traces').select('id').where('id', '<', end).orderBy('id').limit(batch);
      const { numDeletedRows } = await db.deleteFrom('sign_in_traces').where('id', 'in', ids).executeTakeFirst();
      forgotten += Number(numDeletedRows);
      if (numDeletedRows < batch) return forgotten;
      await setImmediate();
    }
  }

  return { newId, write, complete, find, findByReference, page, forget };
}

/** Before every id of this time or later. */
function timeOrderedFrom(time: number): string {
  return `${timeOrderedId(time).slice(0, 13)}-`;
}

/** The code as it was made (`core/random.ts`); undefined when it can be none. */
export function readReference(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[^0-9A-Z]/g, '');
  return code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : undefined;
}

type Row = Selectable<SignInTraceRow>;
const columns = [
  'id',
  'reference',
  'organization_id',
  'connection_id',
  'connection_version',
  'kind',
  'client_id',
  'realm',
  'began_at',
  'finished_at',
  'outcome',
  'code',
  'went_wrong',
  'steps',
  'software',
] as const satisfies readonly (keyof Row)[];

function toTrace(row: Row): Trace {
  const { connection_id: id, connection_version: version, kind } = row;
  return {
    id: row.id,
    reference: row.reference,
    organizationId: row.organization_id,
    connection: id === null || version === null || kind === null ? null : { id, version, kind },
    clientId: row.client_id,
    realm: row.realm,
    beganAt: row.began_at,
    finishedAt: row.finished_at,
    outcome: row.outcome as TraceOutcome,
    code: row.code as TraceCode | null,
    steps: JSON.parse(row.steps),
    software: row.software,
  };
}
