/**
 * The versions of a connection's settings that were or are live: who, when, how, what differed, and the way back.
 *
 * Owns: the rows `connection_versions`, and the one way in which settings become live. Does not own: drafts, tests.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Sealer } from '../../../certs/sealing.ts';
import type { ProviderDefinition } from '../../../providers/provider.ts';
import type { Clock } from '../../core/clock.ts';
import type { ConnectionRow, ConnectionVersionRow, Database } from '../../database/schema.ts';
import type { Changes } from '../../system-log/events.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { DirectoryError } from '../errors.ts';
import type { Connection } from './connections.ts';
import { type ConnectionEditor, lockAsEditor, requireVersion } from './editor.ts';
import { requireIdentifier } from './identifiers.ts';
import { type DefinitionOf, requireDefinition } from './new-connection.ts';
import { requireProvenTenant } from './proven-tenant.ts';
import { forgetSightings } from './saml-rollover.ts';
import { connectionContext, openSettings, type Settings, sealSettings, versionContext } from './sealed-settings.ts';
import { changesBetween, type SettingChange } from './setting-paths.ts';
import { type DraftEditor, entryOfEditor, nameOfEditor } from './setup-link-holder.ts';

/** With their secrets, so that going back is one click; older ones are forgotten. */
const keptVersions = 20;

export interface ConnectionVersion {
  number: number;
  liveAt: number;
  /** Name of the administrator; null: the operator, or the broker by itself. */
  liveBy: string | null;
  how: ConnectionVersionRow['how'];
  rolledBackTo: number | null;
  isLive: boolean;
  /** Against the version before it; empty for the first. */
  changes: readonly SettingChange[];
}

export interface MadeLive {
  connectionId: string;
  organizationId: string;
  /** The version that is live now. */
  version: number;
}

interface Putting {
  by: DraftEditor;
  settings: Settings;
  how: ConnectionVersionRow['how'];
  rolledBackTo?: number;
}

/**
 * Settings become live, with their version and their entry in the log, in the transaction of whoever decided it. The
 * connection is locked (`lockConnection`); the settings have been parsed.
 */
export async function putLive(
  trx: Database,
  needs: { clock: Clock; sealer: Sealer; systemLog: Pick<SystemLog, 'record'> },
  connection: Selectable<ConnectionRow>,
  definition: ProviderDefinition,
  { by, settings, how, rolledBackTo }: Putting,
): Promise<MadeLive> {
  const { clock, sealer, systemLog } = needs;
  const { id, organization_id: organizationId } = connection;
  const { descriptions } = definition;
  const now = clock.now();
  if (connection.for_administrators === 1) await requireIdentifier(trx, { organizationId, connectionId: id, now });
  // AAD-1: whose word is enough is the operator's, who owns the applications
  if (!('as' in by && by.as === 'operator')) await requireProvenTenant(trx, id, definition, settings);
  const before = openSettings(sealer, connectionContext(id), connection);
  if (connection.state === 'live') await keepCurrent(trx, sealer, connection, definition);
  const version = connection.version + 1;
  await trx
    .updateTable('connections')
    .set({
      ...sealSettings(sealer, connectionContext(id), settings, descriptions),
      state: 'live',
      updated_at: now,
      version,
    })
    .where('id', '=', id)
    .execute();
  if (connection.kind === 'saml' && before.entityId !== settings.entityId) await forgetSightings(trx, id);
  const row = versionRow(sealer, definition, settings, {
    connection_id: id,
    number: version,
    live_at: now,
    live_by: nameOfEditor(by),
    how,
    rolled_back_to: rolledBackTo ?? null,
  });
  await trx.insertInto('connection_versions').values(row).execute();
  await trx
    .deleteFrom('connection_versions')
    .where('connection_id', '=', id)
    .where('number', '<=', version - keptVersions)
    .execute();
  const changes = connection.state === 'live' ? changesBetween(before, settings, descriptions) : [];
  await systemLog.record(
    entryOfEditor(by, {
      event: how === 'rollback' ? 'platform/connection/rollback' : 'platform/connection/makelive',
      organizationId,
      target: { type: 'connection', id, name: connection.name },
      detail: { how, version, tested: how === 'test', ...(rolledBackTo !== undefined && { rolledBackTo }) },
      ...(changes.length > 0 && { before: loggable(changes, 'before'), after: loggable(changes, 'after') }),
    }),
    trx,
  );
  return { connectionId: id, organizationId, version };
}

/** What went live before there were versions has none yet. */
async function keepCurrent(
  trx: Database,
  sealer: Sealer,
  connection: Selectable<ConnectionRow>,
  definition: ProviderDefinition,
): Promise<void> {
  const { id, version } = connection;
  const settings = openSettings(sealer, connectionContext(id), connection);
  const row = versionRow(sealer, definition, settings, {
    connection_id: id,
    number: version,
    live_at: connection.updated_at,
    live_by: null,
    how: 'operator',
    rolled_back_to: null,
  });
  await trx
    .insertInto('connection_versions')
    .values(row)
    .onConflict((conflict) => conflict.columns(['connection_id', 'number']).doNothing())
    .execute();
}

/** A row, its secrets sealed for it alone. */
function versionRow(
  sealer: Sealer,
  { descriptions }: ProviderDefinition,
  settings: Readonly<Settings>,
  about: Omit<ConnectionVersionRow, 'id' | 'settings' | 'secrets_sealed'>,
): ConnectionVersionRow {
  const id = randomUUID();
  return { ...about, id, ...sealSettings(sealer, versionContext(id), settings, descriptions) };
}

export type ConnectionVersions = ReturnType<typeof createConnectionVersions>;

export function createConnectionVersions(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, sealer, definitionOf } = needs;

  /** Newest first. Secrets are compared here and go no further. */
  async function list(connection: Pick<Connection, 'id' | 'kind' | 'state' | 'version'>): Promise<ConnectionVersion[]> {
    const rows = await db
      .selectFrom('connection_versions')
      .selectAll()
      .where('connection_id', '=', connection.id)
      .orderBy('number', 'desc')
      .execute();
    const { descriptions } = requireDefinition(definitionOf, connection.kind);
    const opened = rows.map((row) => openSettings(sealer, versionContext(row.id), row));
    return rows.map((row, index) => {
      const [settings, before] = [opened[index]!, opened[index + 1]];
      return {
        number: row.number,
        liveAt: row.live_at,
        liveBy: row.live_by,
        how: row.how,
        rolledBackTo: row.rolled_back_to,
        isLive: connection.state === 'live' && row.number === connection.version,
        changes: before === undefined ? [] : changesBetween(before, settings, descriptions),
      };
    });
  }

  /**
   * Makes an earlier version live again, as a new one. `version`: what the caller has seen live (CON-13). Throws
   * `version_conflict`, `not_found` (also for a version that is forgotten), `connection_not_live`, `not_permitted`,
   * `citrix_identity_needed`, `settings_invalid` (a newer program refuses what it once took).
   */
  async function rollBack(by: ConnectionEditor, connectionId: string, to: number, version: number): Promise<MadeLive> {
    return db.transaction().execute(async (trx) => {
      const connection = await lockAsEditor(trx, by, connectionId);
      requireVersion(connection, version);
      if (connection.state !== 'live')
        throw new DirectoryError('connection_not_live', 'Only a live connection has something to go back from');
      const row = await trx
        .selectFrom('connection_versions')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .where('number', '=', to)
        .executeTakeFirst();
      if (!row || to === version) throw new DirectoryError('not_found', 'There is no such earlier version');
      const definition = requireDefinition(definitionOf, connection.kind);
      const parsed = definition.schema.safeParse(openSettings(sealer, versionContext(row.id), row));
      if (!parsed.success)
        throw new DirectoryError('settings_invalid', 'That version is not possible with this program');
      const settings = parsed.data as Settings;
      return putLive(trx, needs, connection, definition, { by, settings, how: 'rollback', rolledBackTo: to });
    });
  }

  return { list, rollBack };
}

function loggable(changes: readonly SettingChange[], side: 'before' | 'after'): Changes {
  return Object.fromEntries(
    changes.map((change) => {
      const value = change[side];
      if (change.secret) return [change.key, '(secret)'];
      if (Array.isArray(value)) return [change.key, value.map((item) => textOf(item))];
      return [change.key, value === undefined || value === null ? null : textOf(value)];
    }),
  );
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
