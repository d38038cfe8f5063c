/**
 * The state of a connection as people see it: what its row says (draft, live, disconnected), and what was found out
 * about it since (SPEC §3).
 *
 * Owns: the rows `connection_health`. Does not own: how things are found out (`upkeep/`), who signs in (`signin/`); they
 * write here by `noteFinding` and `noteWorked`. What a code means is theirs to explain.
 */
import type { Clock } from '../../core/clock.ts';
import type { ConnectionHealthRow, ConnectionRow, Database } from '../../database/schema.ts';

/** `live` in the row is `connected`, `warning` or `failing` here. */
export const connectionStates = ['draft', 'connected', 'warning', 'failing', 'disconnected'] as const;
export type ConnectionState = (typeof connectionStates)[number];

export interface Finding {
  level: 'warning' | 'failing';
  /** Why; explained by whoever found it. */
  code: string;
  /** Milliseconds: since when it has been on this level. */
  since: number;
}

export interface ConnectionHealth {
  /** Null: nothing to complain of. */
  finding: Finding | null;
  /** Milliseconds, give or take a minute; null: nobody has signed in with it yet. */
  lastWorkedAt: number | null;
}

export const unknownHealth: ConnectionHealth = { finding: null, lastWorkedAt: null };

/** Columns of a row that may be missing. */
export function healthOfRow(
  row: Pick<ConnectionHealthRow, 'level' | 'code' | 'since' | 'last_worked_at'>,
): ConnectionHealth {
  const { level, code, since, last_worked_at: lastWorkedAt } = row;
  return { finding: level === null ? null : { level, code: code ?? '', since: since ?? 0 }, lastWorkedAt };
}

export function stateOf(connection: { state: ConnectionRow['state'] }, { finding }: ConnectionHealth): ConnectionState {
  if (connection.state !== 'live') return connection.state;
  return finding?.level ?? 'connected';
}

export type ConnectionStates = ReturnType<typeof createConnectionStates>;

/** A busy connection is not written at each sign-in. */
const lagMs = 60_000;

export function createConnectionStates({ db, clock }: { db: Database; clock: Clock }) {
  /** By connection id; what nothing is known about is absent (`unknownHealth`). */
  async function healthOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, ConnectionHealth>> {
    if (connectionIds.length === 0) return new Map();
    const rows = await db
      .selectFrom('connection_health')
      .selectAll()
      .where('connection_id', 'in', connectionIds)
      .execute();
    return new Map(rows.map((row) => [row.connection_id, healthOfRow(row)]));
  }

  /** True when the level changed by this call and no other: time to tell somebody. `since` stays while the level does. */
  async function noteFinding(
    connection: { id: string; organizationId: string },
    finding: Pick<Finding, 'level' | 'code'> | null,
    within: Database = db,
  ): Promise<boolean> {
    const [level, code] = [finding?.level ?? null, finding?.code ?? null];
    await ensureRow(connection, within);
    const { numUpdatedRows } = await within
      .updateTable('connection_health')
      .set({ level, code, since: level === null ? null : clock.now() })
      .where('connection_id', '=', connection.id)
      .where('level', 'is distinct from', level)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return true;
    await within
      .updateTable('connection_health')
      .set({ code })
      .where('connection_id', '=', connection.id)
      .where('level', 'is not distinct from', level)
      .where('code', 'is distinct from', code)
      .execute();
    return false;
  }

  /** Somebody has just signed in with it. */
  async function noteWorked(connection: { id: string; organizationId: string }): Promise<void> {
    await ensureRow(connection);
    const now = clock.now();
    await db
      .updateTable('connection_health')
      .set({ last_worked_at: now })
      .where('connection_id', '=', connection.id)
      .where((row) => row.or([row('last_worked_at', 'is', null), row('last_worked_at', '<=', now - lagMs)]))
      .execute();
  }

  async function ensureRow(
    { id, organizationId }: { id: string; organizationId: string },
    within: Database = db,
  ): Promise<void> {
    await within
      .insertInto('connection_health')
      .values({
        connection_id: id,
        organization_id: organizationId,
        level: null,
        code: null,
        since: null,
        last_worked_at: null,
      })
      .onConflict((conflict) => conflict.column('connection_id').doNothing())
      .execute();
  }

  /** Of all organizations: those that fail, and since when. */
  async function failing(): Promise<Map<string, number>> {
    const rows = await db
      .selectFrom('connection_health')
      .select(['connection_id', 'since'])
      .where('level', '=', 'failing')
      .execute();
    return new Map(rows.map(({ connection_id: id, since }) => [id, since ?? 0]));
  }

  return { healthOf, noteFinding, noteWorked, failing };
}

/** What goes live again is judged anew. Within the transaction of whoever changes it. */
export async function forgetFinding(trx: Database, connectionId: string): Promise<void> {
  await trx
    .updateTable('connection_health')
    .set({ level: null, code: null, since: null })
    .where('connection_id', '=', connectionId)
    .execute();
}
