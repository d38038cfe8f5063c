/**
 * When the secrets of connections end, where only people know it: Entra and Okta show the date, and tell no client.
 *
 * Owns: the rows `secret_expiries`. Does not own: the register of everything that expires (`upkeep/`).
 */
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { type Authority, entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import type { DefinitionOf } from './new-connection.ts';

export interface SecretExpiry {
  connectionId: string;
  /** Key path of the setting. */
  key: string;
  /** `2026-11-22`. */
  expiresOn: string;
  /** Null: the operator. */
  enteredBy: string | null;
}

/** Key path → day; an empty text takes the date away. */
export type SecretDates = Readonly<Record<string, string>>;

export type SecretExpiries = ReturnType<typeof createSecretExpiries>;

export function createSecretExpiries(needs: {
  db: Database;
  clock: Clock;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, definitionOf, systemLog } = needs;

  async function list(organizationId: string, within: Database = db): Promise<SecretExpiry[]> {
    const rows = await within
      .selectFrom('secret_expiries')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('connection_id')
      .orderBy('key')
      .execute();
    return rows.map((row) => ({
      connectionId: row.connection_id,
      key: row.key,
      expiresOn: row.expires_on,
      enteredBy: row.entered_by,
    }));
  }

  /** Throws `not_permitted`, `not_found`, `settings_invalid` (no such secret, or no such day; by key path). */
  async function enter(
    by: Authority,
    organizationId: string,
    connectionId: string,
    dates: SecretDates,
  ): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      const connection = await trx
        .selectFrom('connections')
        .select(['id', 'kind', 'name'])
        .where('id', '=', connectionId)
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      if (!connection) throw new DirectoryError('not_found', 'There is no such connection');
      await requireFullAccess(trx, organizationId, by);
      refuseInvalid(dates, definitionOf(connection.kind)?.descriptions ?? []);
      const known = (await list(organizationId, trx)).filter((each) => each.connectionId === connectionId);
      const before = Object.fromEntries(known.map(({ key, expiresOn }) => [key, expiresOn]));
      const changed = Object.entries(dates).filter(([key, day]) => (before[key] ?? '') !== day);
      for (const [key, day] of changed) await write(trx, by, { organizationId, connectionId, key, day });
      if (changed.length === 0) return false;
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/secretexpiry',
          organizationId,
          target: { type: 'connection', id: connectionId, name: connection.name },
          before: Object.fromEntries(changed.map(([key]) => [key, before[key] ?? null])),
          after: Object.fromEntries(changed.map(([key, day]) => [key, day || null])),
        }),
        trx,
      );
      return true;
    });
  }

  async function write(
    trx: Database,
    { act }: Authority,
    {
      organizationId,
      connectionId,
      key,
      day,
    }: { organizationId: string; connectionId: string; key: string; day: string },
  ): Promise<void> {
    await trx.deleteFrom('secret_expiries').where('connection_id', '=', connectionId).where('key', '=', key).execute();
    if (day === '') return;
    await trx
      .insertInto('secret_expiries')
      .values({
        connection_id: connectionId,
        key,
        organization_id: organizationId,
        expires_on: day,
        entered_by: act.actor.type === 'system' ? null : (act.actor.name ?? null),
        entered_at: clock.now(),
      })
      .execute();
  }

  return { list, enter };
}

function refuseInvalid(dates: SecretDates, descriptions: readonly { key: string; secret?: boolean }[]): void {
  const secrets = new Set(descriptions.filter(({ secret }) => secret === true).map(({ key }) => key));
  const problems = Object.entries(dates).flatMap(([key, day]) => {
    if (!secrets.has(key)) return [{ path: key, message: 'is no secret of this connection' }];
    return day === '' || isDay(day) ? [] : [{ path: key, message: 'must be a day as in 2027-03-31' }];
  });
  if (problems.length > 0) throw new DirectoryError('settings_invalid', 'The dates are not possible', problems);
}

function isDay(text: string): boolean {
  const read = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return read !== undefined && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}
