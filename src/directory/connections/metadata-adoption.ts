/**
 * What a provider's metadata says becomes live: as a version like any other, and in an open draft too, so that the draft
 * is not stuck behind it.
 *
 * Does not own: what may be adopted and when (`metadata-difference.ts`, `upkeep/`). Called by `metadata-watches.ts`.
 */
import type { Sealer } from '../../../certs/sealing.ts';
import type { SamlSettings } from '../../../providers/saml/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { requireFullAccess } from '../authority.ts';
import { DirectoryError, problemsOf } from '../errors.ts';
import { lockConnection } from './connections.ts';
import { type ConnectionEditor, requireVersion } from './editor.ts';
import { certificatesOf } from './metadata-difference.ts';
import type { DefinitionOf } from './new-connection.ts';
import { connectionContext, draftContext, openSettings, type Settings, sealSettings } from './sealed-settings.ts';
import { type MadeLive, putLive } from './versions.ts';

export type MetadataAdoption = ReturnType<typeof createMetadataAdoption>;

export function createMetadataAdoption(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, sealer, definitionOf } = needs;

  /**
   * `change` gets what is live and gives what shall be; undefined: nothing to do. `version`: what its author has seen.
   * Throws `version_conflict`, `connection_not_live`, `settings_invalid`, `not_found`, `not_permitted`.
   */
  async function adopt(
    by: ConnectionEditor,
    connectionId: string,
    version: number,
    change: (live: SamlSettings) => SamlSettings | undefined,
  ): Promise<MadeLive | undefined> {
    return db.transaction().execute(async (trx) => {
      const connection = await lockConnection(trx, connectionId);
      await requireFullAccess(trx, connection.organization_id, by);
      requireVersion(connection, version);
      const definition = definitionOf(connection.kind);
      if (connection.state !== 'live' || connection.kind !== 'saml' || !definition)
        throw new DirectoryError('connection_not_live', 'Only a live SAML connection adopts metadata');
      const parse = (settings: object): SamlSettings => {
        const parsed = definition.schema.safeParse(settings);
        if (!parsed.success)
          throw new DirectoryError('settings_invalid', 'The settings are not possible', problemsOf(parsed.error));
        return parsed.data as SamlSettings;
      };
      const before = parse(openSettings(sealer, connectionContext(connectionId), connection));
      const changed = change(before);
      if (changed === undefined) return undefined;
      const after = parse(changed);
      const made = await putLive(trx, needs, connection, definition, {
        by,
        settings: { ...after } as Settings,
        how: 'metadata',
      });
      await carryIntoDraft(trx, connectionId, connection.version, made.version, before, after);
      return made;
    });
  }

  /**
   * A draft that was begun from what was live now begins from what is. What its author has changed stays; a form that is
   * open somewhere is out of date. A test that it has passed still counts: what was adopted is not what was tested.
   */
  async function carryIntoDraft(
    trx: Database,
    connectionId: string,
    from: number,
    to: number,
    before: SamlSettings,
    after: SamlSettings,
  ): Promise<void> {
    const draft = await trx
      .selectFrom('connection_drafts')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .where('based_on', '=', from)
      .executeTakeFirst();
    if (!draft) return;
    const { descriptions } = definitionOf('saml')!;
    const context = draftContext(connectionId);
    const settings = carried(openSettings(sealer, context, draft), before, after);
    const revision = draft.revision + 1;
    await trx
      .updateTable('connection_drafts')
      .set({
        ...sealSettings(sealer, context, settings, descriptions),
        based_on: to,
        revision,
        passed_revision: draft.passed_revision === draft.revision ? revision : null,
        updated_at: clock.now(),
      })
      .where('connection_id', '=', connectionId)
      .execute();
  }

  return { adopt };
}

function carried(draft: Readonly<Settings>, before: SamlSettings, after: SamlSettings): Settings {
  const result: Settings = { ...draft };
  // Prepared for another provider: the keys of this one must not sign for that one.
  if (draft.entityId !== before.entityId) return result;
  for (const key of ['entityId', 'singleSignOnUrl', 'binding', 'logoutUrl'] as const)
    if (draft[key] === before[key] && after[key] !== undefined) result[key] = after[key];
  if (!Array.isArray(draft.certificates)) return result;
  const fingerprints = (settings: SamlSettings) =>
    new Set(certificatesOf(settings).map(({ fingerprint }) => fingerprint));
  const [had, has] = [fingerprints(before), fingerprints(after)];
  const own = certificatesOf({ certificates: draft.certificates.map(String) });
  const kept = own.filter(({ fingerprint }) => !had.has(fingerprint) || has.has(fingerprint));
  const added = certificatesOf(after).filter(({ fingerprint }) => !had.has(fingerprint));
  result.certificates = [...new Set([...kept, ...added].map(({ pem }) => pem))];
  return result;
}
