/**
 * The checks of live connections while nobody looks: every hour, sooner after a failure, each by one process; and what
 * follows when a connection begins to fail or works again: its state, an entry in the log, one letter.
 *
 * Owns: the order of a check. Does not own: what is asked (`providers/`), the judgement (`health-verdict.ts`), the rows
 * (`directory/connections/`), what failing means to somebody who signs in (`accounts/`). Called by `server.ts`.
 */
import { ProviderError } from '../../providers/errors.ts';
import { type CheckResult, canCheck, type ExpiringPart } from '../../providers/provider.ts';
import type { SamlSettings } from '../../providers/saml/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Database } from '../database/schema.ts';
import type { CheckFinding, ConnectionCheck, ConnectionChecks } from '../directory/connections/connection-checks.ts';
import type { ConnectionStates } from '../directory/connections/connection-states.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import type { MetadataWatches } from '../directory/connections/metadata-watches.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import type { Outcomes } from '../signin/outcomes.ts';
import type { Upstreams } from '../signin/upstreams.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { isUnreachable, judge, type Observation, type Verdict } from './health-verdict.ts';
import { type Incident, type Incidents, stateBefore } from './incidents.ts';
import { metadataFindings } from './metadata-findings.ts';

const minute = 60_000;
/** A start is spread over these. */
const enlistSpread = 30 * minute;
/** An edited connection is checked within this. */
const editSpread = 5_000;
/** Clocks of several machines, and transactions that commit late. */
const overlap = 2 * minute;
const parallel = 8;
const batch = 40;
/** So many organizations at once that cannot be reached, and none that can: it is we who are cut off. */
const cutOffAt = 4;

export type HealthChecks = ReturnType<typeof createHealthChecks>;

export function createHealthChecks(needs: {
  db: Database;
  clock: Clock;
  log: Log;
  checks: ConnectionChecks;
  states: ConnectionStates;
  connections: Pick<Connections, 'find'>;
  definitionOf: DefinitionOf;
  upstreams: Pick<Upstreams, 'freshProviderOf'>;
  outcomes: Pick<Outcomes, 'countsOf'>;
  metadataWatches: Pick<MetadataWatches, 'find' | 'pending'>;
  systemLog: Pick<SystemLog, 'record'>;
  incidents: Incidents;
  /** 0 to 1. */
  chance?(): number;
}) {
  const { db, clock, log, checks, states, connections, definitionOf, upstreams, outcomes, metadataWatches } = needs;
  const chance = needs.chance ?? Math.random;
  let enlistedUntil: number | undefined;

  /** Checks what is due, in batches, until nothing is or half a minute is over. Returns how many were checked. */
  async function round(): Promise<number> {
    const began = clock.now();
    await enlist(began);
    let count = 0;
    for (;;) {
      const due = await checks.claimDue(batch);
      count += due.length;
      if (due.length > 0) await settle(await observeAll(due));
      if (due.length < batch || clock.now() - began > minute / 2) return count;
    }
  }

  async function enlist(now: number): Promise<void> {
    const isStart = enlistedUntil === undefined;
    const limit = 1000;
    while (
      (await checks.enlist((enlistedUntil ?? overlap) - overlap, isStart ? enlistSpread : editSpread, limit)) === limit
    );
    enlistedUntil = now;
  }

  interface Observed {
    claimed: ConnectionCheck;
    connection: Connection;
    results: readonly CheckResult[];
  }

  async function observeAll(due: readonly ConnectionCheck[]): Promise<Observed[]> {
    const waiting = [...due];
    const observed: Observed[] = [];
    const work = async (): Promise<void> => {
      for (let claimed = waiting.shift(); claimed; claimed = waiting.shift()) {
        const connection = await connections.find(claimed.connectionId);
        if (connection?.state !== 'live') await checks.forget(claimed.connectionId);
        else observed.push({ claimed, connection, results: await ask(connection) });
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return observed;
  }

  /** What it says when it is asked. Settings that a newer program refuses are a finding, not a fault. */
  async function ask(connection: Connection): Promise<CheckResult[]> {
    const results: CheckResult[] = [];
    try {
      const provider = await upstreams.freshProviderOf(connection);
      if (canCheck(provider)) for await (const result of provider.check()) results.push(result);
    } catch (error) {
      log.warn({ err: error, connectionId: connection.id }, 'a connection could not be checked');
      const found = error instanceof ProviderError ? error : new ProviderError('settings_invalid', { cause: error });
      results.push({ check: 'settings', ok: false, error: found });
    }
    return results;
  }

  async function settle(observed: readonly Observed[]): Promise<void> {
    if (areWeCutOff(observed)) {
      log.error({ connections: observed.length }, 'no provider can be reached: nothing is held against any of them');
      for (const { claimed } of observed) await checks.postpone(claimed, clock.now() + minute);
      return;
    }
    for (const each of observed) {
      try {
        await conclude(each);
      } catch (error) {
        log.error({ err: error, connectionId: each.connection.id }, 'the outcome of a check could not be kept');
      }
    }
  }

  async function conclude({ claimed, connection, results }: Observed): Promise<void> {
    const before = stateBefore((await states.healthOf([connection.id])).get(connection.id));
    const seen: Observation = {
      results,
      parts: partsOf(connection),
      metadata: await metadataOf(connection),
      toleratesExpired: connection.settings.certificateExpiry === 'warn',
      throughBrowsersOnly: connection.kind === 'saml',
      signIns: await outcomes.countsOf(connection.id, connection.updatedAt),
      lastWorkedAt: before.lastWorkedAt,
      failingSignInsSince: before.code === 'sign_ins_failing' ? before.since : null,
    };
    const verdict = judge(claimed, seen, clock.now(), chance());
    await db.transaction().execute(async (trx) => {
      if (!(await checks.note(claimed, verdict, trx))) return;
      const incident = await move(trx, connection, before, verdict);
      if (incident) await needs.incidents.tell(trx, connection, incident);
    });
  }

  /** What people are told of: it begins to fail, or fails no longer. */
  async function move(
    trx: Database,
    connection: Connection,
    before: ReturnType<typeof stateBefore>,
    { level, code = '', undecided, findings }: Verdict,
  ): Promise<Incident | undefined> {
    if (undecided) return undefined;
    const changed = await states.noteFinding(connection, level && { level, code }, trx);
    if (!changed || (level !== 'failing' && before.level !== 'failing')) return undefined;
    const [finding] = findings;
    return level === 'failing' && finding
      ? { kind: 'failing', finding, lastWorkedAt: before.lastWorkedAt }
      : { kind: 'recovered', since: before.since };
  }

  async function metadataOf(connection: Connection): Promise<CheckFinding[]> {
    if (connection.kind !== 'saml') return [];
    const watch = await metadataWatches.find(connection.id);
    const pending = metadataWatches.pending(watch, connection.settings as unknown as SamlSettings);
    return metadataFindings(watch, pending, clock.now());
  }

  function partsOf({ kind, settings }: Connection): readonly ExpiringPart[] {
    return definitionOf(kind)?.expiring?.(settings) ?? [];
  }

  return { round };
}

function areWeCutOff(observed: readonly { connection: Connection; results: readonly CheckResult[] }[]): boolean {
  const organizations = new Set(observed.map(({ connection }) => connection.organizationId));
  return organizations.size >= cutOffAt && observed.every(({ results }) => isUnreachable(results));
}
