/**
 * The system log: what happened, for administrators (SPEC §13).
 *
 * Owns the row `system_log`: record, list, page by page. Does not own the server's own log lines (`core/log.ts`), nor
 * the row's seal and its end after 90 days (`seal/`). Called by `signin/`, `console/`, `cli/`. Recording is one insert,
 * no reading: it lies on the way of a sign-in.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { prepareInsert } from '../database/prepared.ts';
import type { Database, SystemLogRow, Tables } from '../database/schema.ts';
import type { Changes, EventDetail, SystemLogEntry } from './events.ts';
import { plainText } from './plain-text.ts';

const dayMs = 86_400_000;
/** LOG-1: kept 90 days, shown 30 by default. */
const keptMs = 90 * dayMs;
const shownMs = 30 * dayMs;

export interface SystemLogRecord {
  id: string;
  recordedAt: number;
  organizationId: string | null;
  actor: { type: string; id: string | null; name: string | null };
  /** A `SystemEvent`, unless a newer version wrote it. */
  event: string;
  target: { type: string | null; id: string | null; name: string | null; email: string | null };
  detail: EventDetail;
  before: Changes | null;
  after: Changes | null;
  reference: string | null;
  clientAddress: string | null;
  userAgent: string | null;
}

export interface SystemLogFilter {
  /** Milliseconds, inclusive; 30 days ago unless given, 90 at most. */
  from?: number;
  /** Milliseconds, exclusive. */
  to?: number;
  reference?: string;
  event?: string;
  /** Part of a name, id or address of actor or target, or of the client's address; without case. */
  search?: string;
}

export interface SystemLogQuery extends Omit<SystemLogFilter, 'search'> {
  /** Null: the installation's own; undefined: all (the operator's view). */
  organizationId?: string | null;
  /** 100 unless given, 1000 at most. */
  limit?: number;
}

/** A place in the log: between two records, whatever is written or deleted meanwhile. */
export interface LogPosition {
  recordedAt: number;
  id: string;
}

export interface LogPageQuery {
  organizationId: string;
  filter: SystemLogFilter;
  limit: number;
  /** `older` than a position, or `newer`; the newest unless given. */
  from?: { position: LogPosition; direction: 'older' | 'newer' };
}

export interface LogPage {
  /** Newest first. */
  records: SystemLogRecord[];
  /** Where the next page begins; absent at the end. */
  older?: LogPosition;
  newer?: LogPosition;
  /** Milliseconds: a search stopped here for now; `older` goes on. */
  searchedTo?: number;
}

/** A search reads so much at once (a few milliseconds), and so much for one page (CON-19). */
const searchStep = 2500;
const searchBudget = 50_000;

export type SystemLog = ReturnType<typeof createSystemLog>;

export function createSystemLog(needs: { db: Database; clock: Clock }) {
  const { db, clock } = needs;
  const insert = prepareInsert(db, columns, (row: NewRow) => db.insertInto('system_log').values(row));

  /**
   * Whatever came from outside (names, user agents, details) is cut and stripped of control characters first.
   * `within`: the transaction of the change that it tells of, so that neither is kept without the other.
   */
  async function record(entry: SystemLogEntry, within?: Database): Promise<void> {
    const row = rowOf(entry, clock.now());
    if (within) await within.insertInto('system_log').values(row).execute();
    else await insert(row);
  }

  /** Newest first. */
  async function list(query: SystemLogQuery = {}): Promise<SystemLogRecord[]> {
    const rows = await newestFirst(matching(query.organizationId, query))
      .limit(Math.min(Math.max(query.limit ?? 100, 1), 1000))
      .execute();
    return rows.map(toRecord);
  }

  /** By position instead of by number, so that the last page costs what the first one does. */
  async function page({ organizationId, filter, limit, from }: LogPageQuery): Promise<LogPage> {
    const direction = from?.direction ?? 'older';
    const { rows, stoppedAt } = await take(organizationId, filter, direction, from?.position, limit + 1);
    const hasMore = rows.length > limit;
    const shown = rows.slice(0, limit);
    if (direction === 'newer') shown.reverse();
    const first = shown[0] && positionOf(shown[0]);
    const last = shown.at(-1) && positionOf(shown.at(-1)!);
    const older = direction === 'newer' ? last : hasMore ? last : stoppedAt;
    const newer = direction === 'newer' ? (hasMore ? first : stoppedAt) : from && first;
    return {
      records: shown.map(toRecord),
      ...(older && { older }),
      ...(newer && { newer }),
      ...(stoppedAt && direction === 'older' && { searchedTo: stoppedAt.recordedAt }),
    };
  }

  /** Everything that matches, newest first, `batch` at a time: as much is in memory, whatever the log holds. */
  async function* each(organizationId: string, filter: SystemLogFilter, batch = 500): AsyncGenerator<SystemLogRecord> {
    // The beginning moves with the clock, the export must not.
    const settled = { ...filter, from: filter.from ?? clock.now() - shownMs };
    for (let position: LogPosition | undefined; ; ) {
      const { rows, stoppedAt } = await take(organizationId, settled, 'older', position, batch);
      for (const row of rows) yield toRecord(row);
      const last = rows.at(-1);
      position = rows.length === batch && last ? positionOf(last) : stoppedAt;
      if (!position) return;
      // The embedded database answers at once, again and again; others want to be answered too.
      await setImmediate();
    }
  }

  type Row = Selectable<SystemLogRow>;

  /** `stoppedAt`: the search has read its share and may find more from there. */
  async function take(
    organizationId: string,
    filter: SystemLogFilter,
    direction: 'older' | 'newer',
    start: LogPosition | undefined,
    limit: number,
  ): Promise<{ rows: Row[]; stoppedAt?: LogPosition }> {
    const base = matching(organizationId, filter);
    const from = (position: LogPosition | undefined) => (position ? beyond(base, direction, position) : base);
    const ordered = direction === 'older' ? newestFirst : oldestFirst;
    const { search } = filter;
    if (search === undefined) return { rows: await ordered(from(start)).limit(limit).execute() };
    const rows: Row[] = [];
    let position = start;
    for (let read = 0; read < searchBudget; read += searchStep) {
      const [edge] = await ordered(from(position))
        .clearSelect()
        .select(['recorded_at', 'id'])
        .offset(searchStep - 1)
        .limit(1)
        .execute();
      const end = edge && positionOf(edge);
      const within = end ? upTo(from(position), direction, end) : from(position);
      const found = await ordered(within.where((row) => row.or(searched(search))))
        .limit(limit - rows.length)
        .execute();
      rows.push(...found);
      if (rows.length >= limit || !end) return { rows };
      position = end;
      await setImmediate();
    }
    return { rows, ...(position && { stoppedAt: position }) };
  }

  function matching(organizationId: string | null | undefined, filter: SystemLogFilter): Rows {
    const now = clock.now();
    const from = Math.max(filter.from ?? now - shownMs, now - keptMs);
    return db
      .selectFrom('system_log')
      .selectAll()
      .where('recorded_at', '>=', from)
      .$if(filter.to !== undefined, (rows) => rows.where('recorded_at', '<', filter.to!))
      .$if(organizationId === null, (rows) => rows.where('organization_id', 'is', null))
      .$if(typeof organizationId === 'string', (rows) => rows.where('organization_id', '=', organizationId!))
      .$if(filter.reference !== undefined, (rows) => rows.where('reference', '=', filter.reference!))
      .$if(filter.event !== undefined, (rows) => rows.where('event', '=', filter.event!));
  }

  return { record, list, page, each };
}

type Rows = SelectQueryBuilder<Tables, 'system_log', Selectable<SystemLogRow>>;

const newestFirst = (rows: Rows): Rows => rows.orderBy('recorded_at', 'desc').orderBy('id', 'desc');
const oldestFirst = (rows: Rows): Rows => rows.orderBy('recorded_at').orderBy('id');

/** Compared as a pair (row values), which both engines look up in the index. */
function beyond(rows: Rows, direction: 'older' | 'newer', { recordedAt, id }: LogPosition): Rows {
  return direction === 'older'
    ? rows.where(sql<boolean>`(recorded_at, id) < (${recordedAt}, ${id})`)
    : rows.where(sql<boolean>`(recorded_at, id) > (${recordedAt}, ${id})`);
}

function upTo(rows: Rows, direction: 'older' | 'newer', { recordedAt, id }: LogPosition): Rows {
  return direction === 'older'
    ? rows.where(sql<boolean>`(recorded_at, id) >= (${recordedAt}, ${id})`)
    : rows.where(sql<boolean>`(recorded_at, id) <= (${recordedAt}, ${id})`);
}

/**
 * A plain comparison, whatever is typed. Not `like`: that takes as long as text and pattern multiplied (CON-19), and both
 * come from outside. What `replace` leaves as it is does not contain the text; both engines have it.
 */
function searched(search: string) {
  const wanted = search.normalize('NFKC').toLowerCase();
  return ['actor_name', 'actor_id', 'target_name', 'target_id', 'target_email', 'client_address'].map((column) => {
    const text = sql`lower(${sql.ref(column)})`;
    return sql<boolean>`replace(${text}, ${wanted}, '') <> ${text}`;
  });
}

function positionOf(row: Pick<Selectable<SystemLogRow>, 'recorded_at' | 'id'>): LogPosition {
  return { recordedAt: row.recorded_at, id: row.id };
}

const columns = [
  'id',
  'recorded_at',
  'organization_id',
  'actor_type',
  'actor_id',
  'actor_name',
  'event',
  'target_type',
  'target_id',
  'target_name',
  'detail',
  'reference',
  'client_address',
  'user_agent',
  'target_email',
  'before_changes',
  'after_changes',
] as const;
/** The rest is the sealer's (`seal/`). */
type NewRow = Pick<Selectable<SystemLogRow>, (typeof columns)[number]>;

function rowOf(entry: SystemLogEntry, now: number): NewRow {
  const { actor, target } = entry;
  return {
    id: randomUUID(),
    recorded_at: now,
    organization_id: entry.organizationId,
    actor_type: actor.type,
    actor_id: textOrNull('id' in actor ? actor.id : null),
    actor_name: textOrNull('name' in actor ? actor.name : null),
    event: entry.event,
    target_type: target?.type ?? null,
    target_id: textOrNull(target?.id),
    target_name: textOrNull(target?.name),
    detail: JSON.stringify(cleanDetail(entry.detail ?? {})),
    reference: textOrNull(entry.reference),
    client_address: textOrNull(entry.clientAddress),
    user_agent: textOrNull(entry.userAgent, 512),
    target_email: textOrNull(target?.email, 320),
    before_changes: entry.before === undefined ? null : JSON.stringify(cleanChanges(entry.before)),
    after_changes: entry.after === undefined ? null : JSON.stringify(cleanChanges(entry.after)),
  };
}

function textOrNull(text: string | null | undefined, limit = 256): string | null {
  return text === null || text === undefined ? null : plainText(text, limit);
}

function cleanDetail(detail: EventDetail): EventDetail {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => [key, typeof value === 'string' ? plainText(value, 1000) : value]),
  );
}

function cleanChanges(changes: Changes): Changes {
  const clean = (value: Changes[string]) => {
    if (typeof value === 'string') return plainText(value, 1000);
    return Array.isArray(value) ? value.slice(0, 100).map((item) => plainText(item, 256)) : value;
  };
  return Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, clean(value)]));
}

export function toRecord(row: Selectable<SystemLogRow>): SystemLogRecord {
  return {
    id: row.id,
    recordedAt: row.recorded_at,
    organizationId: row.organization_id,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    event: row.event,
    target: { type: row.target_type, id: row.target_id, name: row.target_name, email: row.target_email },
    detail: JSON.parse(row.detail),
    before: row.before_changes === null ? null : JSON.parse(row.before_changes),
    after: row.after_changes === null ? null : JSON.parse(row.after_changes),
    reference: row.reference,
    clientAddress: row.client_address,
    userAgent: row.user_agent,
  };
}
