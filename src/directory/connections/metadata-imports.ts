/**
 * Imports of an identity provider's metadata (SML-3): a document is given by URL, file or paste, one of its identity
 * providers is chosen, and what it says goes into the connection's draft, where a person can change it.
 *
 * Owns: what is kept of a document until somebody has chosen (30 minutes, in the store). Does not own: reading it
 * (`metadata-reader.ts`), what of it is taken (`providers/saml/from-metadata.ts`), drafts, watching it afterwards.
 * Called by the console.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Sealer } from '../../../certs/sealing.ts';
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import { ProviderError } from '../../../providers/errors.ts';
import { settingsOfMetadata } from '../../../providers/saml/from-metadata.ts';
import type { Clock } from '../../core/clock.ts';
import type { GuardedFetch } from '../../core/guarded-fetch.ts';
import { randomToken } from '../../core/random.ts';
import type { Store } from '../../store/store.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { DirectoryError } from '../errors.ts';
import type { Connection } from './connections.ts';
import type { ConnectionDrafts, Draft } from './drafts.ts';
import { fetchMetadata } from './fetch-metadata.ts';
import { type ListedProvider, providersPerSlice } from './metadata-answers.ts';
import { type MetadataReader, MetadataRefused } from './metadata-reader.ts';
import type { Settings } from './sealed-settings.ts';
import { type DraftEditor, entryOfEditor } from './setup-link-holder.ts';

export type MetadataSource = { from: 'url'; url: string } | { from: 'file'; name: string } | { from: 'paste' };
export type GivenMetadata =
  | { from: 'url'; url: string }
  | { from: 'file'; name: string; document: Uint8Array }
  | { from: 'paste'; document: Uint8Array };

export interface MetadataImport {
  id: string;
  source: MetadataSource;
  providers: readonly ListedProvider[];
  /** Entities of the document that are no identity providers. */
  others: number;
}

/** How the document is followed from now on; only where it came from a URL. */
export type Watching = 'off' | 'ask' | 'adopt';

const keptForMs = 30 * 60_000;
/** Each reaches out or takes a second of CPU: enough for a person, too little for a scanner (SECURITY RP-11). */
const perHour = 60;

export type MetadataImports = ReturnType<typeof createMetadataImports>;

export function createMetadataImports(needs: {
  store: Pick<Store, 'get' | 'writeAll' | 'count'>;
  clock: Clock;
  sealer: Sealer;
  fetch: GuardedFetch;
  reader: MetadataReader;
  drafts: Pick<ConnectionDrafts, 'open' | 'save'>;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { store, clock, sealer, fetch, reader, drafts, systemLog } = needs;

  /**
   * Reads a document and keeps it for this connection. Throws `MetadataRefused`, `ProviderError` (it cannot be fetched),
   * `limit_reached`. Every try is logged, because it may reach out.
   */
  async function begin(by: DraftEditor, connection: Connection, given: GivenMetadata): Promise<MetadataImport> {
    const hour = Math.floor(clock.now() / 3_600_000);
    const count = await store.count(`metadata-imports/${connection.organizationId}/${hour}`, (hour + 1) * 3_600_000);
    if (count > perHour) throw new DirectoryError('limit_reached', 'Too many imports of metadata in this hour');
    try {
      const document = 'document' in given ? given.document : (await fetchMetadata(fetch, given.url))?.document;
      const read = await reader.readAll(document ?? new Uint8Array());
      const id = randomToken(16);
      const source = sourceOf(given);
      await keep(connection.id, id, { source, providers: read.providers, others: read.others }, read.slices);
      await note(by, connection, given, {});
      return { id, source, providers: read.providers, others: read.others };
    } catch (error) {
      const reason =
        error instanceof MetadataRefused ? error.problem.code : error instanceof ProviderError ? error.code : undefined;
      if (reason !== undefined) await note(by, connection, given, { reason });
      throw error;
    }
  }

  async function keep(
    connectionId: string,
    id: string,
    list: Omit<MetadataImport, 'id'>,
    slices: readonly Uint8Array[],
  ): Promise<void> {
    const key = keyOf(connectionId, id);
    const expiresAt = clock.now() + keptForMs;
    const head = gzipSync(JSON.stringify(list), { level: 1 });
    await store.writeAll([
      ...slices.map((slice, index) => {
        const sliceKey = `${key}/${index}`;
        return ['set', sliceKey, sealer.seal(slice, sliceKey), expiresAt] as const;
      }),
      ['set', key, sealer.seal(head, key), expiresAt] as const,
    ]);
  }

  /** Undefined: it is over, or never was this connection's. */
  async function find(connection: Pick<Connection, 'id'>, id: string): Promise<MetadataImport | undefined> {
    const kept = await read<Omit<MetadataImport, 'id'>>(keyOf(connection.id, id));
    return kept && { id, ...kept };
  }

  /** One identity provider of it, by its place in the list. Undefined: as above, or it cannot be used. */
  async function providerOf(
    connection: Pick<Connection, 'id'>,
    id: string,
    place: number,
  ): Promise<IdpMetadata | undefined> {
    if (!Number.isSafeInteger(place) || place < 0) return undefined;
    const slice = await read<(IdpMetadata | null)[]>(
      `${keyOf(connection.id, id)}/${Math.floor(place / providersPerSlice)}`,
    );
    return slice?.[place % providersPerSlice] ?? undefined;
  }

  async function read<Value>(key: string): Promise<Value | undefined> {
    const sealed = await store.get(key);
    return sealed === undefined ? undefined : JSON.parse(gunzipSync(sealer.open(sealed, key)).toString('utf8'));
  }

  /**
   * What the chosen provider says goes into the connection's draft; the rest of the draft stays. `revision`: of the draft
   * that its author has seen, 0 for none. Throws `not_found`, `version_conflict`, and what a draft refuses.
   */
  async function take(
    by: DraftEditor,
    connection: Connection,
    chosen: { importId: string; place: number; revision: number; watching: Watching },
  ): Promise<Draft> {
    const found = await find(connection, chosen.importId);
    const metadata = found && (await providerOf(connection, chosen.importId, chosen.place));
    if (!metadata || found.providers[chosen.place]?.problem !== undefined)
      throw new DirectoryError('not_found', 'There is no such identity provider in this import');
    const draft = await drafts.open(by, connection.id);
    if (draft.revision !== Math.max(1, chosen.revision))
      throw new DirectoryError('version_conflict', 'Somebody else has changed this draft meanwhile');
    const settings = settingsAfter(draft.settings, metadata, found.source, chosen.watching);
    return (await drafts.save(by, connection.id, draft.revision, { settings })).draft;
  }

  async function note(
    by: DraftEditor,
    { id, name, organizationId }: Connection,
    given: GivenMetadata,
    more: { reason?: string },
  ): Promise<void> {
    await systemLog.record(
      entryOfEditor(by, {
        event: 'platform/connection/readmetadata',
        organizationId,
        target: { type: 'connection', id, name },
        detail: { from: given.from, ...(given.from === 'url' && { host: hostOf(given.url) }), ...more },
      }),
    );
  }

  return { begin, find, providerOf, take };
}

/** The draft's settings with what the metadata says. A document of another provider is no longer watched. */
export function settingsAfter(
  before: Readonly<Settings>,
  metadata: IdpMetadata,
  source: MetadataSource,
  watching: Watching,
): Settings {
  const taken = settingsOfMetadata(metadata);
  const isAnother = before.entityId !== undefined && before.entityId !== taken.entityId;
  const { metadataUrl: _url, metadataRefresh: _refresh, metadata: _document, ...rest } = before;
  const kept = source.from === 'url' || isAnother ? rest : { ...rest, ...pick(before) };
  return {
    ...kept,
    ...taken,
    ...(source.from === 'url' && { metadataUrl: source.url, metadataRefresh: watching }),
  };
}

function pick({ metadataUrl, metadataRefresh }: Readonly<Settings>): Settings {
  return {
    ...(metadataUrl !== undefined && { metadataUrl }),
    ...(metadataRefresh !== undefined && { metadataRefresh }),
  };
}

function keyOf(connectionId: string, id: string): string {
  return `metadata-import/${connectionId}/${id}`;
}

function sourceOf(given: GivenMetadata): MetadataSource {
  if (given.from === 'url') return { from: 'url', url: given.url };
  return given.from === 'file' ? { from: 'file', name: given.name } : { from: 'paste' };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.slice(0, 200) : '';
}
