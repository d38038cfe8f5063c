/**
 * The system log: what happened, for administrators (SPEC §13).
 *
 * Owns the row `system_log`: record, list, forget after 90 days. Does not own the server's own log lines
 * (`core/log.ts`). Called by `signin/`, `console/`, `cli/`. One insert, no reading: it lies on the way of a sign-in.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { prepareInsert } from '../database/prepared.ts';
import type { Database, SystemLogRow } from '../database/schema.ts';
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

export interface SystemLogQuery {
  /** Null: the installation's own; undefined: all (the operator's view). */
  organizationId?: string | null;
  /** Milliseconds, inclusive; 30 days ago unless given, 90 at most. */
  from?: number;
  /** Milliseconds, exclusive. */
  to?: number;
  reference?: string;
  event?: string;
  /** 100 unless given, 1000 at most. */
  limit?: number;
}

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
    const now = clock.now();
    const from = Math.max(query.from ?? now - shownMs, now - keptMs);
    const rows = await db
      .selectFrom('system_log')
      .selectAll()
      .where('recorded_at', '>=', from)
      .$if(query.to !== undefined, (rows) => rows.where('recorded_at', '<', query.to!))
      .$if(query.organizationId === null, (rows) => rows.where('organization_id', 'is', null))
      .$if(typeof query.organizationId === 'string', (rows) =>
        rows.where('organization_id', '=', query.organizationId!),
      )
      .$if(query.reference !== undefined, (rows) => rows.where('reference', '=', query.reference!))
      .$if(query.event !== undefined, (rows) => rows.where('event', '=', query.event!))
      .orderBy('recorded_at', 'desc')
      .orderBy('id', 'desc')
      .limit(Math.min(Math.max(query.limit ?? 100, 1), 1000))
      .execute();
    return rows.map(toRecord);
  }

  /** LOG-1. Up to `limit` rows at a time, so that nobody waits for it; returns how many. */
  async function forget(limit = 1000): Promise<number> {
    const oldest = db
      .selectFrom('system_log')
      .select('id')
      .where('recorded_at', '<', clock.now() - keptMs)
      .orderBy('recorded_at')
      .limit(limit);
    const deleted = await db.deleteFrom('system_log').where('id', 'in', oldest).executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  return { record, list, forget };
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
