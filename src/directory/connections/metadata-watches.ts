/**
 * The watched metadata of live SAML connections (SML-3): when it is read next, the last good reading, what differs from
 * the connection, and what an administrator decides about it.
 *
 * Owns: the rows `metadata_watches`, and that of several processes one reads. Does not own: fetching and the policy's
 * order (`upkeep/metadata-watch.ts`). Called by `upkeep/`, `console/`.
 */
import type { Selectable } from 'kysely';
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import type { SamlSettings } from '../../../providers/saml/settings.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database, MetadataWatchRow } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { type Authority, entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import type { CertificateUses } from './certificate-uses.ts';
import type { Connection } from './connections.ts';
import { brokerEditor, type ConnectionEditor } from './editor.ts';
import type { Validators } from './fetch-metadata.ts';
import type { MetadataAdoption } from './metadata-adoption.ts';
import {
  adoptAll,
  adoptCertificates,
  type DifferenceItem,
  differenceOf,
  keyOfItem,
  missingAfter,
} from './metadata-difference.ts';

export interface MetadataWatch extends Validators {
  connectionId: string;
  /** Of the connection, when it was put on the schedule. */
  version: number;
  url: string | null;
  /** Null: not watched. */
  nextCheckAt: number | null;
  /** Milliseconds, as the rest; null: not yet. */
  checkedAt: number | null;
  goodAt: number | null;
  failingSince: number | null;
  failures: number;
  /** A `ProviderErrorCode`, a `MetadataErrorCode` or `metadata_expired`. */
  failure: string | null;
  /** The last good reading; it counts until there is another. */
  found: IdpMetadata | null;
  missingSince: Readonly<Record<string, number>>;
  kept: readonly string[];
}

/** A process that dies in the middle of a reading leaves it to the others after this. */
const claimMs = 3 * 60_000;
/** Between two readings that failed sign-ins ask for; anybody can make one fail. */
const hastenPause = 10 * 60_000;

export type MetadataWatches = ReturnType<typeof createMetadataWatches>;

export function createMetadataWatches(needs: {
  db: Database;
  clock: Clock;
  adoption: MetadataAdoption;
  uses: Pick<CertificateUses, 'list'>;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, adoption, uses, systemLog } = needs;

  async function find(connectionId: string): Promise<MetadataWatch | undefined> {
    const row = await db
      .selectFrom('metadata_watches')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return row && toWatch(row);
  }

  /** Puts live SAML connections on the schedule, or off it, that changed since. Returns how many it looked at. */
  async function enlist(changedSince: number, spreadMs: number, limit: number): Promise<number> {
    const rows = await db
      .selectFrom('connections')
      .leftJoin('metadata_watches', 'metadata_watches.connection_id', 'connections.id')
      .select(['connections.id', 'connections.settings', 'connections.version', 'metadata_watches.url as watched'])
      .where('connections.updated_at', '>=', changedSince)
      .where('connections.kind', '=', 'saml')
      .where('connections.state', '=', 'live')
      .where((row) =>
        row.or([
          row('metadata_watches.version', 'is', null),
          row('metadata_watches.version', '<>', row.ref('connections.version')),
        ]),
      )
      .limit(limit)
      .execute();
    for (const { id, settings, version, watched } of rows)
      await schedule(id, version, JSON.parse(settings), watched, spreadMs);
    return rows.length;
  }

  async function schedule(
    connectionId: string,
    version: number,
    settings: Pick<SamlSettings, 'metadataUrl' | 'metadataRefresh'>,
    watched: string | null,
    spreadMs: number,
  ): Promise<void> {
    const url = settings.metadataRefresh === 'off' ? null : (settings.metadataUrl ?? null);
    const nextCheckAt = url === null ? null : clock.now() + Math.floor(Math.random() * spreadMs);
    const fresh = {
      url,
      etag: null,
      last_modified: null,
      checked_at: null,
      good_at: null,
      failing_since: null,
      failures: 0,
      failure: null,
      found: null,
      missing: '{}',
      kept: '[]',
    };
    const change = { version, next_check_at: nextCheckAt, ...(url !== watched && fresh) };
    await db
      .insertInto('metadata_watches')
      .values({ connection_id: connectionId, ...fresh, version, next_check_at: nextCheckAt })
      .onConflict((conflict) =>
        conflict.column('connection_id').doUpdateSet(change).where('metadata_watches.version', '<>', version),
      )
      .execute();
  }

  /** Those whose time has come, each given to one process. */
  async function claimDue(limit: number): Promise<MetadataWatch[]> {
    const now = clock.now();
    const due = await db
      .selectFrom('metadata_watches')
      .selectAll()
      .where('next_check_at', '<=', now)
      .orderBy('next_check_at')
      .limit(limit)
      .execute();
    const claimed: MetadataWatch[] = [];
    for (const row of due) {
      const taken = await db
        .updateTable('metadata_watches')
        .set({ next_check_at: now + claimMs })
        .where('connection_id', '=', row.connection_id)
        .where('next_check_at', '=', row.next_check_at)
        .executeTakeFirst();
      if (taken.numUpdatedRows > 0n) claimed.push(toWatch({ ...row, next_check_at: now + claimMs }));
    }
    return claimed;
  }

  /** The connection is not live any more, or not watched. */
  async function rest({ connectionId }: MetadataWatch): Promise<void> {
    await db
      .updateTable('metadata_watches')
      .set({ next_check_at: null })
      .where('connection_id', '=', connectionId)
      .execute();
  }

  /** It could not be read: the last good reading stays. */
  async function noteFailure(watch: MetadataWatch, failure: string, nextCheckAt: number): Promise<void> {
    const now = clock.now();
    await update(watch, {
      next_check_at: nextCheckAt,
      checked_at: now,
      failing_since: watch.failingSince ?? now,
      failures: watch.failures + 1,
      failure,
    });
  }

  /** `found`: what was read; absent when it is as last time. Gives the watch as it is now. */
  async function noteGood(
    watch: MetadataWatch,
    settings: SamlSettings,
    read: ({ found: IdpMetadata } & Validators) | undefined,
    nextCheckAt: number,
  ): Promise<MetadataWatch> {
    const now = clock.now();
    const found = read?.found ?? watch.found;
    const missing = found === null ? {} : missingAfter(settings, found, watch, now);
    await update(watch, {
      next_check_at: nextCheckAt,
      checked_at: now,
      good_at: now,
      failing_since: null,
      failures: 0,
      failure: null,
      missing: JSON.stringify(missing),
      ...(read && { found: JSON.stringify(read.found), etag: read.etag, last_modified: read.lastModified }),
    });
    return { ...watch, found, missingSince: missing, nextCheckAt, checkedAt: now, goodAt: now, failure: null };
  }

  /** Only while nobody has put the connection on the schedule anew. */
  async function update(watch: MetadataWatch, change: Partial<MetadataWatchRow>): Promise<void> {
    await db
      .updateTable('metadata_watches')
      .set(change)
      .where('connection_id', '=', watch.connectionId)
      .where('version', '=', watch.version)
      .execute();
  }

  /** What differs and nobody has said that it shall. */
  function pending(watch: MetadataWatch | undefined, settings: SamlSettings): DifferenceItem[] {
    if (!watch?.found || !isOf(watch, settings)) return [];
    return differenceOf(settings, watch.found, clock.now()).filter((item) => !watch.kept.includes(keyOfItem(item)));
  }

  /** By policy: certificates alone, by themselves. True when something went live. */
  async function adoptByPolicy(watch: MetadataWatch, connection: Connection): Promise<boolean> {
    const { found } = watch;
    if (found === null) return false;
    const usedAt = Object.fromEntries(
      (await uses.list(connection.id)).map(({ fingerprint, lastUsedAt }) => [fingerprint, lastUsedAt]),
    );
    const made = await adoption.adopt(brokerEditor, connection.id, connection.version, (live) =>
      isOf(watch, live)
        ? adoptCertificates(live, found, { missingSince: watch.missingSince, usedAt, kept: watch.kept }, clock.now())
        : undefined,
    );
    return made !== undefined;
  }

  /** A person decides: everything that the metadata says. `version`: what they have seen live. Throws as `adopt`. */
  async function adoptBy(by: ConnectionEditor, connection: Connection, version: number): Promise<void> {
    const watch = await find(connection.id);
    const found = watch?.found;
    if (!found) throw new DirectoryError('not_found', 'There is no metadata to adopt');
    await adoption.adopt(by, connection.id, version, (live) => {
      if (!isOf(watch, live)) throw new DirectoryError('not_found', 'The metadata at this address was not read yet');
      return adoptAll(live, found, clock.now());
    });
  }

  /** A person decides: these differences shall stay. */
  async function keep(by: Authority, connection: Connection, keys: readonly string[]): Promise<void> {
    const watch = await find(connection.id);
    if (!watch) throw new DirectoryError('not_found', 'The metadata is not watched');
    const kept = [...new Set([...watch.kept, ...keys])].slice(-100);
    await db.transaction().execute(async (trx) => {
      await requireFullAccess(trx, connection.organizationId, by);
      await trx
        .updateTable('metadata_watches')
        .set({ kept: JSON.stringify(kept) })
        .where('connection_id', '=', connection.id)
        .execute();
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/keepsettings',
          organizationId: connection.organizationId,
          target: { type: 'connection', id: connection.id, name: connection.name },
          detail: { differences: keys.length },
        }),
        trx,
      );
    });
  }

  /** Sooner than planned: an answer came with a certificate that nobody knows. */
  async function hasten(connectionId: string): Promise<void> {
    const now = clock.now();
    await db
      .updateTable('metadata_watches')
      .set({ next_check_at: now })
      .where('connection_id', '=', connectionId)
      .where('next_check_at', '>', now + claimMs)
      .where((row) => row.or([row('checked_at', 'is', null), row('checked_at', '<=', now - hastenPause)]))
      .execute();
  }

  return { find, enlist, claimDue, rest, noteFailure, noteGood, pending, adoptByPolicy, adoptBy, keep, hasten };
}

/**
 * Between an edit and the next round the rows are still those of the address before it: what was read there counts no
 * more. Whoever changes the address may do so because somebody else has got hold of it.
 */
function isOf(watch: Pick<MetadataWatch, 'url'>, settings: Pick<SamlSettings, 'metadataUrl'>): boolean {
  return watch.url !== null && watch.url === settings.metadataUrl;
}

function toWatch(row: Selectable<MetadataWatchRow>): MetadataWatch {
  return {
    connectionId: row.connection_id,
    version: row.version,
    url: row.url,
    nextCheckAt: row.next_check_at,
    etag: row.etag,
    lastModified: row.last_modified,
    checkedAt: row.checked_at,
    goodAt: row.good_at,
    failingSince: row.failing_since,
    failures: row.failures,
    failure: row.failure,
    found: row.found === null ? null : JSON.parse(row.found),
    missingSince: JSON.parse(row.missing),
    kept: JSON.parse(row.kept),
  };
}
