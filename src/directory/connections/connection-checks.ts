/**
 * The schedule of the checks of live connections, and what the last one found: expected, received, where.
 *
 * Owns: the rows `connection_checks`, and that of several processes one checks. Does not own: what is checked and how it
 * is judged (`upkeep/`), the state that people see (`connection-states.ts`). Called by `upkeep/` and `console/`.
 */
import type { Selectable } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import type { ConnectionCheckRow, Database } from '../../database/schema.ts';

/** Something that is not as it should be. `code` is a `ProviderErrorCode`, or one of `upkeep/health-verdict.ts`. */
export interface CheckFinding {
  level: 'warning' | 'failing';
  /** Which check: `reachable`, `keys`, `certificates`, `sign-ins` … */
  check: string;
  code: string;
  expected?: string;
  received?: string;
  where?: string;
  note?: string;
}

export interface ConnectionCheck {
  connectionId: string;
  organizationId: string;
  /** Of the connection, that the rest is about; other settings are judged anew. */
  version: number;
  nextCheckAt: number;
  /** Milliseconds, as the rest; null: not checked yet. */
  checkedAt: number | null;
  /** When a check of this version last found nothing wrong. */
  passedAt: number | null;
  /** Checks that failed one after another. */
  failures: number;
  /** The first of these. */
  failedAt: number | null;
  findings: readonly CheckFinding[];
  /** When the last letter about an incident went out. */
  notifiedAt: number | null;
}

/** What a check has brought. */
export interface CheckOutcome {
  nextCheckAt: number;
  failures: number;
  failedAt: number | null;
  findings: readonly CheckFinding[];
  passed: boolean;
}

export type ConnectionChecks = ReturnType<typeof createConnectionChecks>;

/** A process that dies in the middle of a check leaves it to the others after this. */
const claimMs = 3 * 60_000;

export function createConnectionChecks({ db, clock }: { db: Database; clock: Clock }) {
  async function find(connectionId: string, within: Database = db): Promise<ConnectionCheck | undefined> {
    const row = await within
      .selectFrom('connection_checks')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return row && toCheck(row);
  }

  /**
   * Puts what went live since `changedSince`, or went live with other settings, on the schedule: the first check comes
   * within `spreadMs`, so that a start with ten thousand connections is no flood. Returns how many it found.
   */
  async function enlist(changedSince: number, spreadMs: number, limit: number): Promise<number> {
    const now = clock.now();
    const rows = await db
      .selectFrom('connections')
      .leftJoin('connection_checks', 'connection_checks.connection_id', 'connections.id')
      .select(['connections.id', 'connections.organization_id', 'connections.version'])
      .where('connections.updated_at', '>=', changedSince)
      .where('connections.state', '=', 'live')
      .where((row) =>
        row.or([
          row('connection_checks.version', 'is', null),
          row('connection_checks.version', '<>', row.ref('connections.version')),
        ]),
      )
      .limit(limit)
      .execute();
    for (const { id, organization_id, version } of rows) {
      const fresh = {
        version,
        next_check_at: now + Math.floor(Math.random() * spreadMs),
        checked_at: null,
        passed_at: null,
        failures: 0,
        failed_at: null,
        findings: '[]',
      };
      await db
        .insertInto('connection_checks')
        .values({ connection_id: id, organization_id, ...fresh, notified_at: null, announced_at: null })
        .onConflict((conflict) =>
          conflict
            .column('connection_id')
            .doUpdateSet(fresh)
            // Another process may have done it, and checked, meanwhile.
            .where('connection_checks.version', '<>', version),
        )
        .execute();
    }
    return rows.length;
  }

  /** Those whose time has come, each given to one process: it has three minutes. */
  async function claimDue(limit: number): Promise<ConnectionCheck[]> {
    const now = clock.now();
    const due = await db
      .selectFrom('connection_checks')
      .selectAll()
      .where('next_check_at', '<=', now)
      .orderBy('next_check_at')
      .limit(limit)
      .execute();
    const claimed: ConnectionCheck[] = [];
    for (const row of due) {
      const until = now + claimMs;
      const taken = await db
        .updateTable('connection_checks')
        .set({ next_check_at: until })
        .where('connection_id', '=', row.connection_id)
        .where('next_check_at', '=', row.next_check_at)
        .executeTakeFirst();
      if (taken.numUpdatedRows > 0n) claimed.push(toCheck({ ...row, next_check_at: until }));
    }
    return claimed;
  }

  /**
   * False: the connection was changed, or the claim ran out and another process has it; then nothing is noted. Within
   * the transaction that also moves its state.
   */
  async function note(claimed: ConnectionCheck, outcome: CheckOutcome, within: Database): Promise<boolean> {
    const now = clock.now();
    const { numUpdatedRows } = await within
      .updateTable('connection_checks')
      .set({
        next_check_at: outcome.nextCheckAt,
        checked_at: now,
        failures: outcome.failures,
        failed_at: outcome.failedAt,
        findings: JSON.stringify(outcome.findings),
        ...(outcome.passed && { passed_at: now }),
      })
      .where('connection_id', '=', claimed.connectionId)
      .where('version', '=', claimed.version)
      .where('next_check_at', '=', claimed.nextCheckAt)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Nothing was found out: tried again at `at`, and nobody is blamed. */
  async function postpone({ connectionId, nextCheckAt }: ConnectionCheck, at: number): Promise<void> {
    await db
      .updateTable('connection_checks')
      .set({ next_check_at: at })
      .where('connection_id', '=', connectionId)
      .where('next_check_at', '=', nextCheckAt)
      .execute();
  }

  /** Sooner than planned, because sign-ins go wrong, or right again: but a check every `pauseMs` at most. */
  async function hasten(connectionId: string, pauseMs: number): Promise<void> {
    const now = clock.now();
    await db
      .updateTable('connection_checks')
      .set({ next_check_at: now })
      .where('connection_id', '=', connectionId)
      // Later than a claim: a check that runs now is not begun a second time.
      .where('next_check_at', '>', now + claimMs)
      .where((row) => row.or([row('checked_at', 'is', null), row('checked_at', '<=', now - pauseMs)]))
      .execute();
  }

  /** True for one caller, and not again within `pauseMs`: this one writes the letter (SECURITY ID-16). */
  async function takeLetter(connectionId: string, pauseMs: number, within: Database): Promise<boolean> {
    const now = clock.now();
    const { numUpdatedRows } = await within
      .updateTable('connection_checks')
      .set({ notified_at: now, announced_at: now })
      .where('connection_id', '=', connectionId)
      .where((row) => row.or([row('notified_at', 'is', null), row('notified_at', '<=', now - pauseMs)]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** True when people were told that it fails and not yet that it works again. */
  async function takeRelief(connectionId: string, within: Database): Promise<boolean> {
    const { numUpdatedRows } = await within
      .updateTable('connection_checks')
      .set({ announced_at: null })
      .where('connection_id', '=', connectionId)
      .where('announced_at', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** What is not live any more, or is gone, is not checked. */
  async function forget(connectionId: string): Promise<void> {
    await db.deleteFrom('connection_checks').where('connection_id', '=', connectionId).execute();
  }

  return { find, enlist, claimDue, note, postpone, hasten, takeLetter, takeRelief, forget };
}

function toCheck(row: Selectable<ConnectionCheckRow>): ConnectionCheck {
  return {
    connectionId: row.connection_id,
    organizationId: row.organization_id,
    version: row.version,
    nextCheckAt: row.next_check_at,
    checkedAt: row.checked_at,
    passedAt: row.passed_at,
    failures: row.failures,
    failedAt: row.failed_at,
    findings: JSON.parse(row.findings),
    notifiedAt: row.notified_at,
  };
}
