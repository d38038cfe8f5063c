/** How connections are and what expires, as figures for the operator (Prometheus text format). */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';
import { connectionStates, stateOf, unknownHealth } from '../directory/connections/connection-states.ts';
import type { ExpiryItem, ExpiryRegister } from './expiry-register.ts';

/** Certificates of ten thousand connections are not read at each scrape. */
const expiryKeptMs = 10 * 60_000;

export function createUpkeepMetrics({ db, clock, register }: { db: Database; clock: Clock; register: ExpiryRegister }) {
  let kept: { at: number; earliest: Promise<ReadonlyMap<string, number>> } | undefined;

  async function read(): Promise<string> {
    const now = clock.now();
    if (kept === undefined || now - kept.at >= expiryKeptMs) {
      const earliest = earliestOf();
      kept = { at: now, earliest };
      // What failed is tried again at the next scrape.
      earliest.catch(() => {
        kept = undefined;
      });
    }
    const earliest = await kept.earliest;
    return [
      ...(await connectionLines()),
      '# HELP sekisho_expiry_seconds Seconds until what ends first ends; negative: it has ended.',
      '# TYPE sekisho_expiry_seconds gauge',
      ...[...earliest].map(([labels, at]) => `sekisho_expiry_seconds{${labels}} ${Math.floor((at - now) / 1000)}`),
      '',
    ].join('\n');
  }

  async function connectionLines(): Promise<string[]> {
    const rows = await db
      .selectFrom('connections')
      .innerJoin('organizations', 'organizations.id', 'connections.organization_id')
      .leftJoin('connection_health', 'connection_health.connection_id', 'connections.id')
      .select(['connections.state', 'organizations.customer_id', 'connection_health.level'])
      .select((row) => row.fn.countAll<number>().as('count'))
      .groupBy(['connections.state', 'organizations.customer_id', 'connection_health.level'])
      .execute();
    const totals = new Map<string, number>(connectionStates.map((state) => [state, 0]));
    const failing: string[] = [];
    for (const { state, level, customer_id: customerId, count } of rows) {
      const finding = level === null ? null : { level, code: '', since: 0 };
      const shown = stateOf({ state }, { ...unknownHealth, finding });
      totals.set(shown, (totals.get(shown) ?? 0) + Number(count));
      if (shown === 'failing') failing.push(`sekisho_failing_connections{organization="${customerId}"} ${count}`);
    }
    return [
      '# HELP sekisho_connections Connections by state.',
      '# TYPE sekisho_connections gauge',
      ...[...totals].map(([state, count]) => `sekisho_connections{state="${state}"} ${count}`),
      '# HELP sekisho_failing_connections Connections that fail, of organizations that have any.',
      '# TYPE sekisho_failing_connections gauge',
      ...failing,
    ];
  }

  /** By the labels of its line; of each kind in each organization what ends first. */
  async function earliestOf(): Promise<ReadonlyMap<string, number>> {
    const organizations = await db.selectFrom('organizations').select(['id', 'customer_id']).execute();
    const earliest = new Map<string, number>();
    note(register.ofInstallation(), '');
    for (const { id, customer_id: customerId } of organizations) {
      const { items } = await register.ofOrganization(id);
      // What belongs to the installation is there once already.
      note(
        items.filter(({ connection }) => connection !== undefined && !connection.isDraft),
        customerId,
      );
      await setImmediate();
    }
    return earliest;

    function note(items: readonly ExpiryItem[], customerId: string): void {
      for (const { kind, expiresAt } of items) {
        const labels = `kind="${kind}",organization="${customerId}"`;
        earliest.set(labels, Math.min(earliest.get(labels) ?? Number.POSITIVE_INFINITY, expiresAt));
      }
    }
  }

  return { read };
}
