/**
 * What only connections to a Citrix Gateway need (SPEC §8): looking for it, and the pair of client id and secret that we
 * make for it. The pair is given back once, to be shown once; after that only its row knows the secret.
 *
 * Owns: who may ask us to look somewhere and the entry about it, making and replacing the pair. Does not own: what is found
 * (`providers/gateway`), other settings of the draft (`drafts.ts`), how often one may ask (the surface).
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Sealer } from '../../../certs/sealing.ts';
import type { Clock } from '../../core/clock.ts';
import { randomToken } from '../../core/random.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { type Connection, lockConnection } from './connections.ts';
import type { ConnectionDrafts, Draft } from './drafts.ts';
import { type ConnectionEditor, requireEditor } from './editor.ts';
import { type DefinitionOf, requireDefinition } from './new-connection.ts';
import {
  connectionContext,
  draftContext,
  openSettings,
  type Settings,
  sealSettings,
  versionContext,
} from './sealed-settings.ts';
import { endpointsOf } from './setting-paths.ts';
import { type MadeLive, putLive } from './versions.ts';

export interface GatewayPair {
  clientId: string;
  /** Shown in one answer, never again, never logged. */
  clientSecret: string;
}

/** Of `DetectGateway`: what an administrator wants looked at. */
export interface GatewayQuestion {
  fqdn: string;
  issuer?: string;
  certificateAuthorities?: string;
}

export type Gateways<Detection> = ReturnType<typeof createGateways<Detection>>;

export function createGateways<Detection>(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
  drafts: Pick<ConnectionDrafts, 'find' | 'open' | 'save'>;
  /** Reaches out, by the guarded fetch. */
  detect(question: GatewayQuestion): Promise<Detection>;
}) {
  const { db, clock, sealer, definitionOf, systemLog, drafts } = needs;

  /** Recorded before anything is asked, so that no probe goes unseen (SECURITY RP-11). Throws `not_permitted`, `not_found`. */
  async function detect(by: ConnectionEditor, connectionId: string, question: GatewayQuestion): Promise<Detection> {
    await db.transaction().execute(async (trx) => {
      const connection = await lockGateway(trx, connectionId);
      await requireFullAccess(trx, connection.organization_id, by);
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/detect',
          organizationId: connection.organization_id,
          target: { type: 'connection', id: connectionId, name: connection.name },
          detail: { fqdn: question.fqdn.slice(0, 300) },
        }),
        trx,
      );
    });
    return needs.detect(question);
  }

  /**
   * The Gateway that was found, and a new pair for it, in the draft; one that the draft had is gone. `revision`: of the
   * draft that the caller has seen (CON-13); null: there was none, so one is begun. Throws as `drafts.save`.
   */
  async function prepare(
    by: ConnectionEditor,
    connection: Pick<Connection, 'id' | 'kind'>,
    revision: number | null,
    { fqdn, issuer }: { fqdn: string; issuer?: string | undefined },
  ): Promise<{ draft: Draft; pair: GatewayPair }> {
    if (connection.kind !== 'gateway') throw noGateway();
    const existing = await drafts.find(connection);
    if ((existing?.revision ?? null) !== revision)
      throw new DirectoryError('version_conflict', 'Somebody else has changed this draft meanwhile');
    const current = existing ?? (await drafts.open(by, connection.id));
    const pair = makePair();
    const { issuer: _, ...kept } = current.settings;
    const settings = { ...kept, fqdn, ...(issuer !== undefined && { issuer }), clientId: pair.clientId };
    const secrets = { clientSecret: pair.clientSecret };
    const { draft } = await drafts.save(by, connection.id, current.revision, { settings, secrets });
    return { draft, pair };
  }

  /**
   * GWY-4, for a live connection: a new pair is live at once and the old one is used for nothing any more, not even after
   * going back to an earlier version. A draft gets it too. `version`: what the caller has seen live (CON-13). Throws
   * `version_conflict`, `connection_not_live`, `not_found`, `not_permitted`.
   */
  async function replacePair(
    by: ConnectionEditor,
    connectionId: string,
    version: number,
  ): Promise<{ pair: GatewayPair; live: MadeLive }> {
    const pair = makePair();
    const live = await db.transaction().execute(async (trx) => {
      const connection = await lockGateway(trx, connectionId);
      await requireFullAccess(trx, connection.organization_id, by);
      requireEditor(by, connection.kind);
      if (connection.version !== version)
        throw new DirectoryError('version_conflict', 'Somebody else has changed this connection meanwhile');
      if (connection.state !== 'live')
        throw new DirectoryError('connection_not_live', 'Only a live connection has a pair that is in use');
      const current = openSettings(sealer, connectionContext(connectionId), connection);
      const settings = { ...current, ...pair };
      const made = await putLive(trx, needs, connection, requireDefinition(definitionOf, 'gateway'), {
        by,
        settings,
        how: 'pair',
      });
      await replaceInVersions(trx, connectionId, current, pair);
      await replaceInDraft(trx, connectionId, current, pair, { before: version, after: made.version });
      return made;
    });
    return { pair, live };
  }

  /** Whether this is the pair of the draft or of what is live, for a file to be made of it. */
  async function isPair(connection: Pick<Connection, 'id' | 'kind'>, pair: GatewayPair): Promise<boolean> {
    const [live, draft] = await Promise.all([
      db.selectFrom('connections').selectAll().where('id', '=', connection.id).executeTakeFirst(),
      db.selectFrom('connection_drafts').selectAll().where('connection_id', '=', connection.id).executeTakeFirst(),
    ]);
    const known = [
      ...(live ? [openSettings(sealer, connectionContext(connection.id), live)] : []),
      ...(draft ? [openSettings(sealer, draftContext(connection.id), draft)] : []),
    ];
    return known.some(
      ({ clientId, clientSecret }) =>
        clientId === pair.clientId && typeof clientSecret === 'string' && isSame(clientSecret, pair.clientSecret),
    );
  }

  async function replaceInVersions(
    trx: Database,
    connectionId: string,
    live: Settings,
    pair: GatewayPair,
  ): Promise<void> {
    const rows = await trx
      .selectFrom('connection_versions')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .execute();
    for (const row of rows) {
      const settings = withPair(openSettings(sealer, versionContext(row.id), row), live, pair);
      await trx
        .updateTable('connection_versions')
        .set(sealed(versionContext(row.id), settings))
        .where('id', '=', row.id)
        .execute();
    }
  }

  async function replaceInDraft(
    trx: Database,
    connectionId: string,
    live: Settings,
    pair: GatewayPair,
    { before, after }: { before: number; after: number },
  ): Promise<void> {
    const row = await trx
      .selectFrom('connection_drafts')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    if (!row) return;
    const settings = withPair(openSettings(sealer, draftContext(connectionId), row), live, pair);
    await trx
      .updateTable('connection_drafts')
      .set({
        ...sealed(draftContext(connectionId), settings),
        ...(row.based_on === before && { based_on: after }),
        revision: row.revision + 1,
        updated_at: clock.now(),
      })
      .where('connection_id', '=', connectionId)
      .execute();
  }

  /**
   * Other settings of the same Gateway get the new pair. Those that lead anywhere else never do (SECURITY RP-20): they keep
   * what was made for there, or, where that is the pair that is replaced, none.
   */
  function withPair(settings: Settings, live: Settings, pair: GatewayPair): Settings {
    const { descriptions } = requireDefinition(definitionOf, 'gateway');
    if (endpointsOf(settings, descriptions) === endpointsOf(live, descriptions)) return { ...settings, ...pair };
    if (settings.clientSecret !== live.clientSecret) return settings;
    const { clientSecret: _, ...rest } = settings;
    return rest;
  }

  function sealed(context: string, settings: Settings) {
    return sealSettings(sealer, context, settings, requireDefinition(definitionOf, 'gateway').descriptions);
  }

  return { detect, prepare, replacePair, isPair };
}

async function lockGateway(trx: Database, connectionId: string) {
  const connection = await lockConnection(trx, connectionId);
  if (connection.kind !== 'gateway') throw noGateway();
  return connection;
}

function noGateway(): DirectoryError {
  return new DirectoryError('not_found', 'There is no such connection to a Gateway');
}

function makePair(): GatewayPair {
  return { clientId: randomUUID(), clientSecret: randomToken(32) };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
