/**
 * How many sign-ins each connection had in each hour: begun, come back, succeeded, failed, refused. What nobody can trace
 * is counted here: an attempt whose browser never came back from the provider.
 *
 * Owns the rows `sign_in_counts`. Counted in memory and added to the rows every few seconds, so that a sign-in waits for
 * nothing and several nodes add up; a process that is killed loses those seconds. Called by `sign-in.ts`, read by the
 * console and by `upkeep/`.
 */
import type { ExpressionBuilder } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Database, SignInCountRow, Tables } from '../database/schema.ts';

const hourMs = 3_600_000;
const keptMs = 14 * 24 * hourMs;
/** Rows of one statement. */
const batch = 200;

/**
 * `failed`: by something of the connection or the provider. `refused`: the person cancelled, or may not come in; no fault
 * of the connection's. Anybody can begin a sign-in and break it off or send nonsense for an answer, so a few failures say
 * nothing about a connection.
 */
export interface SignInCounts {
  begun: number;
  /** The provider has answered, or could not be asked. The rest is under way (15 minutes at most) or never came back. */
  cameBack: number;
  succeeded: number;
  failed: number;
  refused: number;
}

export interface CountedConnection extends SignInCounts {
  id: string;
  name: string;
}

export type Counted = keyof SignInCounts;
export type SignInCounting = ReturnType<typeof createSignInCounting>;

const none: SignInCounts = { begun: 0, cameBack: 0, succeeded: 0, failed: 0, refused: 0 };

export function createSignInCounting({ db, clock }: { db: Database; clock: Clock }) {
  /** By connection and hour; not yet in the rows. */
  let waiting = new Map<string, SignInCountRow>();

  /** `startedAt`: when the attempt began; everything about it counts in that hour. */
  function count(attempt: { connectionId: string; startedAt: number }, ...what: readonly Counted[]): void {
    const { connectionId, startedAt } = attempt;
    const row = rowIn(waiting, connectionId, startedAt - (startedAt % hourMs));
    for (const each of what) row[columns[each]]++;
  }

  /** Adds what was counted to the rows. What cannot be written now is kept for the next time. */
  async function flush(): Promise<void> {
    // Always in the same order, so that two nodes never wait for each other's rows.
    const rows = [...waiting.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
    waiting = new Map();
    for (let from = 0; from < rows.length; from += batch) {
      const part = rows.slice(from, from + batch);
      try {
        await add(part);
      } catch (error) {
        for (const row of rows.slice(from)) addTo(rowIn(waiting, row.connection_id, row.hour), row);
        throw error;
      }
    }
  }

  async function add(rows: readonly SignInCountRow[]): Promise<void> {
    await db
      .insertInto('sign_in_counts')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.columns(['connection_id', 'hour']).doUpdateSet((row) => ({
          begun: row('sign_in_counts.begun', '+', row.ref('excluded.begun')),
          came_back: row('sign_in_counts.came_back', '+', row.ref('excluded.came_back')),
          succeeded: row('sign_in_counts.succeeded', '+', row.ref('excluded.succeeded')),
          failed: row('sign_in_counts.failed', '+', row.ref('excluded.failed')),
          refused: row('sign_in_counts.refused', '+', row.ref('excluded.refused')),
        })),
      )
      .execute();
  }

  /**
   * Of the hours since `since` (milliseconds; the whole hour that it lies in), by connection id; every id that was asked
   * for is there. What other nodes have counted in the last seconds is not in it yet.
   */
  async function failureRateOf(
    connectionIds: readonly string[],
    since: number,
  ): Promise<ReadonlyMap<string, SignInCounts>> {
    await flush();
    const found = new Map(connectionIds.map((id) => [id, none]));
    const ids = [...found.keys()];
    for (let from = 0; from < ids.length; from += batch) {
      const rows = await db
        .selectFrom('sign_in_counts')
        .select((row) => ['connection_id', ...sumsOf(row)])
        .where('connection_id', 'in', ids.slice(from, from + batch))
        .where('hour', '>=', since - (since % hourMs))
        .groupBy('connection_id')
        .execute();
      for (const { connection_id, ...sums } of rows) found.set(connection_id, countsOf(sums));
    }
    return found;
  }

  /** Connections of an organization by how many sign-ins began since then, most first; those without any are left out. */
  async function busiestOf(organizationId: string, since: number, limit: number): Promise<CountedConnection[]> {
    await flush();
    const rows = await db
      .selectFrom('connections')
      .innerJoin('sign_in_counts', 'sign_in_counts.connection_id', 'connections.id')
      .select((row) => ['connections.id', 'connections.name', ...sumsOf(row)])
      .where('connections.organization_id', '=', organizationId)
      .where('hour', '>=', since - (since % hourMs))
      .groupBy(['connections.id', 'connections.name'])
      .orderBy((row) => row.fn.sum('begun'), 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ id, name, ...sums }) => ({ id, name, ...countsOf(sums) }));
  }

  /** After 14 days, with the traces. */
  async function forget(): Promise<void> {
    await db
      .deleteFrom('sign_in_counts')
      .where('hour', '<', clock.now() - keptMs)
      .execute();
  }

  return { count, flush, failureRateOf, busiestOf, forget };
}

type Sums = Pick<SignInCountRow, (typeof columns)[Counted]>;

function sumsOf(row: { fn: Pick<ExpressionBuilder<Tables, 'sign_in_counts'>['fn'], 'sum'> }) {
  return Object.values(columns).map((column) => row.fn.sum<number>(column).as(column));
}

/** PostgreSQL answers a sum as text. */
function countsOf(sums: Sums): SignInCounts {
  const entries = Object.entries(columns).map(([name, column]) => [name, Number(sums[column])]);
  return Object.fromEntries(entries) as unknown as SignInCounts;
}

const columns = {
  begun: 'begun',
  cameBack: 'came_back',
  succeeded: 'succeeded',
  failed: 'failed',
  refused: 'refused',
} as const satisfies Record<Counted, keyof SignInCountRow>;

function keyOf({ connection_id, hour }: Pick<SignInCountRow, 'connection_id' | 'hour'>): string {
  return `${connection_id} ${hour}`;
}

function rowIn(rows: Map<string, SignInCountRow>, connection_id: string, hour: number): SignInCountRow {
  const key = keyOf({ connection_id, hour });
  let row = rows.get(key);
  if (row === undefined) {
    row = { connection_id, hour, begun: 0, came_back: 0, succeeded: 0, failed: 0, refused: 0 };
    rows.set(key, row);
  }
  return row;
}

function addTo(row: SignInCountRow, more: SignInCountRow): void {
  for (const column of Object.values(columns)) row[column] += more[column];
}
