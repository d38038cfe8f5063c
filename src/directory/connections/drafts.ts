/**
 * Drafts: what is being prepared for a connection while its live settings go on (SPEC IDP-4). One each; a draft goes
 * live when the test of exactly these settings has passed.
 *
 * Owns: the rows `connection_drafts`, what may be saved, when secrets are dropped (SECURITY RP-20), the way to live. Does
 * not own: the test (`signin/`), earlier versions (`versions.ts`). Every change asks the rows for full access again
 * (SECURITY CON-06) and names the revision that its author has seen (CON-13).
 */
import type { Selectable } from 'kysely';
import type { Sealer } from '../../../certs/sealing.ts';
import type { ProviderDefinition } from '../../../providers/provider.ts';
import type { Clock } from '../../core/clock.ts';
import type { ConnectionDraftRow, Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError, type Problem, problemsOf } from '../errors.ts';
import { joinSecrets } from './connection-secrets.ts';
import { type Connection, insertConnection, lockConnection } from './connections.ts';
import { type ConnectionEditor, lockAsEditor, requireEditor } from './editor.ts';
import { type DefinitionOf, type NewConnectionHead, readConnectionHead, requireDefinition } from './new-connection.ts';
import {
  connectionContext,
  draftContext,
  openSecrets,
  openSettings,
  type Secrets,
  type Settings,
  sealSettings,
} from './sealed-settings.ts';
import { changesBetween, isSet, type SettingChange, valueAt } from './setting-paths.ts';
import {
  type DraftEditor,
  endFinishingLinks,
  entryOfEditor,
  isHolder,
  nameOfEditor,
  requireDraftEditor,
  requireFinisher,
} from './setup-link-holder.ts';
import { type MadeLive, putLive } from './versions.ts';

export interface Draft {
  connectionId: string;
  /** Without the secret ones. Complete only when `problems` is empty. */
  settings: Readonly<Settings>;
  /** Key paths of the secrets that are set. */
  secrets: readonly string[];
  /** The live version that it was begun from; null: there was none. */
  basedOn: number | null;
  revision: number;
  /** What is still missing, by key path within the settings. */
  problems: readonly Problem[];
  /** Milliseconds; null: the settings as they are now have not passed a test. */
  passedAt: number | null;
  updatedBy: string | null;
  createdAt: number;
  updatedAt: number;
}

/** Settings as they stand on a form. */
export interface DraftChange {
  /** All plain ones; what is absent is not set. */
  settings: Readonly<Settings>;
  /** Key path → newly typed secret. One that is absent stays, unless an endpoint changes. */
  secrets?: Readonly<Record<string, string>>;
}

export type ConnectionDrafts = ReturnType<typeof createConnectionDrafts>;

export function createConnectionDrafts(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, sealer, definitionOf, systemLog } = needs;

  /**
   * A connection that is only a draft yet. Throws `settings_invalid` (what is wrong with name, kind and use, by key
   * path), `name_taken`, `identifier_taken`, `not_permitted`, `citrix_identity_needed` (IDP-2).
   */
  async function begin(
    by: ConnectionEditor,
    organizationId: string,
    head: NewConnectionHead,
    change: DraftChange = { settings: {} },
  ): Promise<{ connection: Connection; draft: Draft }> {
    const read = readConnectionHead(head, definitionOf);
    const definition = definitionOf(read.kind)!;
    requireEditor(by, read.kind);
    refuseOtherSecrets(definition, change.secrets);
    return db.transaction().execute(async (trx) => {
      await requireFullAccess(trx, organizationId, by);
      const connection = await insertConnection(trx, organizationId, read, clock.now());
      const whole = wholeOf(change.settings, { ...change.secrets });
      refuseInvalid(definition, whole);
      const row = await writeDraft(trx, definition, connection.id, whole, {
        based_on: null,
        revision: 1,
        passed_revision: null,
        passed_at: null,
        updated_by: nameOfEditor(by),
        created_at: clock.now(),
        updated_at: clock.now(),
      });
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/create',
          organizationId,
          target: targetOf(connection),
          detail: { kind: read.kind },
        }),
        trx,
      );
      return { connection, draft: toDraft(row, definition) };
    });
  }

  /** Undefined: nothing is being prepared. */
  async function find(connection: Pick<Connection, 'id' | 'kind'>): Promise<Draft | undefined> {
    const row = await selectDraft(db, connection.id);
    return row && toDraft(row, requireDefinition(definitionOf, connection.kind));
  }

  /**
   * The draft there is, else a new one from the settings as they are (of a disconnected one: without its secrets).
   * Throws `not_found`, `not_permitted`, `citrix_identity_needed`,
   * `setup_link_over`.
   */
  async function open(by: DraftEditor, connectionId: string): Promise<Draft> {
    return db.transaction().execute(async (trx) => {
      const row = await lockConnection(trx, connectionId);
      const definition = requireDefinition(definitionOf, row.kind);
      await requireDraftEditor(trx, row, by, clock.now());
      const existing = await selectDraft(trx, connectionId);
      const isStale = existing && !isBegun(existing) && existing.based_on !== row.version;
      if (existing && !isStale) return toDraft(existing, definition);
      const whole = openSettings(sealer, connectionContext(connectionId), row);
      const made = await writeDraft(trx, definition, connectionId, whole, {
        based_on: row.state === 'live' ? row.version : null,
        revision: 1,
        passed_revision: null,
        passed_at: null,
        updated_by: nameOfEditor(by),
        created_at: clock.now(),
        updated_at: clock.now(),
      });
      return toDraft(made, definition);
    });
  }

  /**
   * Saves what is valid, complete or not. Secrets that were entered for another endpoint are dropped (RP-20): their key
   * paths are in `dropped`, and they have to be typed again. Throws `settings_invalid` with every problem,
   * `version_conflict`, `not_found`, `not_permitted`, `citrix_identity_needed`.
   */
  async function save(
    by: DraftEditor,
    connectionId: string,
    revision: number,
    change: DraftChange,
  ): Promise<{ draft: Draft; dropped: readonly string[] }> {
    return db.transaction().execute(async (trx) => {
      const connection = await lockConnection(trx, connectionId);
      const definition = requireDefinition(definitionOf, connection.kind);
      await requireDraftEditor(trx, connection, by, clock.now());
      const row = requireRevision(await selectDraft(trx, connectionId), revision);
      refuseOtherSecrets(definition, change.secrets);
      const known = openSecrets(sealer, draftContext(connectionId), row);
      const hasMoved = endpointsDiffer(definition, JSON.parse(row.settings), change.settings);
      const kept: Secrets = hasMoved ? {} : known;
      const typed = { ...change.secrets };
      const whole = wholeOf(change.settings, { ...kept, ...typed });
      refuseInvalid(definition, whole);
      const saved = await writeDraft(trx, definition, connectionId, whole, {
        ...row,
        revision: row.revision + 1,
        updated_by: nameOfEditor(by),
        updated_at: clock.now(),
      });
      await systemLog.record(
        entryOfEditor(by, {
          event: 'platform/connection/draft',
          organizationId: connection.organization_id,
          target: targetOf(connection),
          detail: { revision: saved.revision },
        }),
        trx,
      );
      const dropped = hasMoved ? Object.keys(known).filter((key) => !Object.hasOwn(typed, key)) : [];
      return { draft: toDraft(saved, definition), dropped };
    });
  }

  /** The live settings stay as they are. Throws `version_conflict`, `not_found`, `not_permitted`, `citrix_identity_needed`. */
  async function discard(by: ConnectionEditor, connectionId: string, revision: number): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const connection = await lockAsEditor(trx, by, connectionId);
      requireRevision(await selectDraft(trx, connectionId), revision);
      await trx.deleteFrom('connection_drafts').where('connection_id', '=', connectionId).execute();
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/discarddraft',
          organizationId: connection.organization_id,
          target: targetOf(connection),
        }),
        trx,
      );
    });
  }

  /** What would change when it goes live, by key path; of one that never was live: what it sets. Secrets are compared here and go no further. */
  async function changesOf(connection: Pick<Connection, 'id' | 'kind'>): Promise<SettingChange[]> {
    const [live, row] = await Promise.all([
      db.selectFrom('connections').selectAll().where('id', '=', connection.id).executeTakeFirst(),
      selectDraft(db, connection.id),
    ]);
    if (!live || !row) return [];
    const before = live.state === 'live' ? openSettings(sealer, connectionContext(connection.id), live) : {};
    const after = openSettings(sealer, draftContext(connection.id), row);
    return changesBetween(before, after, requireDefinition(definitionOf, connection.kind).descriptions);
  }

  /** What a provider is made from to be tested. Never shown, never logged. Undefined: there is no draft. */
  async function openWhole(
    connectionId: string,
  ): Promise<{ settings: Settings; revision: number; createdAt: number } | undefined> {
    const row = await selectDraft(db, connectionId);
    if (!row) return undefined;
    const settings = openSettings(sealer, draftContext(connectionId), row);
    return { settings, revision: row.revision, createdAt: row.created_at };
  }

  /**
   * A test of this revision has passed. False: the draft has changed meanwhile, so it proves nothing. `createdAt`: of the
   * draft that was tested; another one that was begun after it was discarded counts its revisions from 1 again.
   */
  async function notePassed(connectionId: string, revision: number, createdAt?: number): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('connection_drafts')
      .set({ passed_revision: revision, passed_at: clock.now() })
      .where('connection_id', '=', connectionId)
      .where('revision', '=', revision)
      .$if(createdAt !== undefined, (update) => update.where('created_at', '=', createdAt!))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /**
   * The draft becomes what signs people in. `untested` is the operator's override (by command or by file), and logged as
   * such. Throws
   * `draft_not_passed`, `draft_incomplete`, `version_conflict` (also when what is live has changed since the draft was
   * begun), `not_found`, `not_permitted`, `citrix_identity_needed`.
   */
  async function makeLive(
    by: DraftEditor,
    connectionId: string,
    revision: number,
    { untested }: { untested?: 'operator' | 'file' } = {},
  ): Promise<MadeLive> {
    return db.transaction().execute(async (trx) => {
      const connection = await lockConnection(trx, connectionId);
      const definition = requireDefinition(definitionOf, connection.kind);
      await requireFinisher(trx, connection, by, clock.now());
      const row = requireRevision(await selectDraft(trx, connectionId), revision);
      if (row.based_on !== null && row.based_on !== connection.version)
        throw new DirectoryError('version_conflict', 'What is live has changed since this draft was begun');
      if ((untested === undefined || isHolder(by)) && row.passed_revision !== row.revision)
        throw new DirectoryError('draft_not_passed', 'These settings have not passed Test and Finish yet');
      const whole = openSettings(sealer, draftContext(connectionId), row);
      const parsed = definition.schema.safeParse(whole);
      if (!parsed.success)
        throw new DirectoryError('draft_incomplete', 'The draft is not complete', problemsOf(parsed.error));
      const made = await putLive(trx, { clock, sealer, systemLog }, connection, definition, {
        by,
        settings: parsed.data as Settings,
        how: untested ?? 'test',
      });
      if (connection.state !== 'live') await endFinishingLinks(trx, connection, by, { now: clock.now(), systemLog });
      await trx.deleteFrom('connection_drafts').where('connection_id', '=', connectionId).execute();
      return made;
    });
  }

  async function writeDraft(
    trx: Database,
    definition: ProviderDefinition,
    connectionId: string,
    whole: Readonly<Settings>,
    rest: Omit<ConnectionDraftRow, 'connection_id' | 'settings' | 'secrets_sealed'>,
  ): Promise<Selectable<ConnectionDraftRow>> {
    // Complete, it is kept as the provider reads it: trimmed, with defaults, metadata taken apart.
    const parsed = definition.schema.safeParse(whole);
    const settings = parsed.success ? (parsed.data as Settings) : whole;
    const columns = sealSettings(sealer, draftContext(connectionId), settings, definition.descriptions);
    const row = { ...rest, connection_id: connectionId, ...columns };
    await trx
      .insertInto('connection_drafts')
      .values(row)
      .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(row))
      .execute();
    return row;
  }

  function toDraft(row: Selectable<ConnectionDraftRow>, definition: ProviderDefinition): Draft {
    const secrets = openSecrets(sealer, draftContext(row.connection_id), row);
    const settings = JSON.parse(row.settings) as Settings;
    const parsed = definition.schema.safeParse(joinSecrets(settings, secrets));
    return {
      connectionId: row.connection_id,
      settings,
      secrets: Object.keys(secrets),
      basedOn: row.based_on,
      revision: row.revision,
      problems: parsed.success ? [] : problemsOf(parsed.error),
      passedAt: row.passed_revision === row.revision ? row.passed_at : null,
      updatedBy: row.updated_by,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  }

  return { begin, find, open, save, discard, changesOf, openSettings: openWhole, notePassed, makeLive };
}

/** Opened from live settings and left as it was, it is nothing that anybody prepares. */
export function isBegun({ revision, based_on: basedOn }: Pick<ConnectionDraftRow, 'revision' | 'based_on'>): boolean {
  return revision > 1 || basedOn === null;
}

function selectDraft(from: Database, connectionId: string): Promise<Selectable<ConnectionDraftRow> | undefined> {
  return from.selectFrom('connection_drafts').selectAll().where('connection_id', '=', connectionId).executeTakeFirst();
}

function requireRevision<Row extends { revision: number }>(row: Row | undefined, revision: number): Row {
  if (!row) throw new DirectoryError('not_found', 'There is no draft');
  if (row.revision !== revision)
    throw new DirectoryError('version_conflict', 'Somebody else has changed this draft meanwhile');
  return row;
}

/** Secrets under their key paths, among the plain settings. Empty ones are not set. */
function wholeOf(settings: Readonly<Settings>, secrets: Secrets): Settings {
  const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => isSet(value)));
  return joinSecrets(settings, given);
}

/** What is missing may come later; what is there must be right. Throws `settings_invalid`. */
function refuseInvalid(definition: ProviderDefinition, whole: Readonly<Settings>): void {
  const parsed = definition.schema.safeParse(whole);
  const problems = parsed.success ? [] : problemsOf(parsed.error);
  const wrong = [
    ...misplacedKeys(definition, whole),
    ...problems.filter(({ path }) => path === '' || isSet(valueAt(whole, path))),
  ].filter(({ path }, index, all) => all.findIndex((other) => other.path === path) === index);
  if (wrong.length > 0) throw new DirectoryError('settings_invalid', 'The settings are not possible', wrong);
}

/** SECURITY RP-20: whatever came as a secret under another key would change an endpoint unseen. */
function refuseOtherSecrets(
  { descriptions }: ProviderDefinition,
  secrets: Readonly<Record<string, string>> = {},
): void {
  const known = descriptions.filter(({ secret }) => secret === true).map(({ key }) => key);
  const wrong = Object.keys(secrets).filter((key) => !known.includes(key));
  if (wrong.length === 0) return;
  const problems = wrong.map((path) => ({ path, message: 'unknown key' }));
  throw new DirectoryError('settings_invalid', 'The settings are not possible', problems);
}

/** SECURITY CON-10: a private key where everybody with access would see it. */
function misplacedKeys({ descriptions }: ProviderDefinition, whole: Readonly<Settings>): Problem[] {
  return descriptions
    .filter(({ key, secret }) => secret !== true && holdsPrivateKey(valueAt(whole, key)))
    .map(({ key }) => ({ path: key, message: privateKeyPasted }));
}

const privateKeyPasted =
  'This contains a private key. It was not kept. Give only the certificate, and treat that key as disclosed: replace it at the identity provider.';

export function holdsPrivateKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsPrivateKey);
  return typeof value === 'string' && /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----/.test(value);
}

function endpointsDiffer(
  definition: ProviderDefinition,
  before: Readonly<Settings>,
  after: Readonly<Settings>,
): boolean {
  const textOf = (settings: Readonly<Settings>, key: string) => String(valueAt(settings, key) ?? '').trim();
  return definition.descriptions.some(
    ({ key, endpoint = false }) => endpoint && textOf(before, key) !== textOf(after, key),
  );
}

function targetOf({ id, name }: { id: string; name: string }) {
  return { type: 'connection', id, name } as const;
}
