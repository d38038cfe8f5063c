/**
 * Reads the watched metadata of live SAML connections, four times a day and soon after an answer that was signed with an
 * unknown certificate; adopts new certificates where the connection says so (SML-3). Whatever goes wrong, the last good
 * reading counts.
 *
 * Owns: the order, and the pauses. Does not own: the rows (`directory/connections/metadata-watches.ts`), what may be
 * adopted (`metadata-difference.ts` there). Made by `app.ts`, called by `server.ts` and the console.
 */
import type { IdpMetadata } from '../../metadata/idp-metadata.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { SamlSettings } from '../../providers/saml/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { GuardedFetch } from '../core/guarded-fetch.ts';
import type { Log } from '../core/log.ts';
import { broker, entryOf } from '../directory/authority.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import { fetchMetadata } from '../directory/connections/fetch-metadata.ts';
import { keyOfItem } from '../directory/connections/metadata-difference.ts';
import { type MetadataReader, MetadataRefused } from '../directory/connections/metadata-reader.ts';
import type { MetadataWatch, MetadataWatches } from '../directory/connections/metadata-watches.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { SystemLog } from '../system-log/system-log.ts';

const minute = 60_000;
const period = 6 * 60 * minute;
const firstRetry = 15 * minute;
/** A start is spread over these; an edited connection is read within that. */
const startSpread = 30 * minute;
const editSpread = 5_000;
/** Clocks of several machines, and transactions that commit late. */
const overlap = 2 * minute;
const parallel = 4;
const batch = 40;

export type MetadataWatching = ReturnType<typeof createMetadataWatching>;

export function createMetadataWatching(needs: {
  watches: MetadataWatches;
  connections: Pick<Connections, 'find' | 'openSettings'>;
  fetch: GuardedFetch;
  reader: MetadataReader;
  systemLog: Pick<SystemLog, 'record'>;
  clock: Clock;
  log: Log;
  /** 0 to 1. */
  chance?(): number;
}) {
  const { watches, connections, fetch, reader, systemLog, clock, log } = needs;
  const chance = needs.chance ?? Math.random;
  let enlistedUntil: number | undefined;

  /** Returns how many were read. Safe to run in every process. */
  async function round(): Promise<number> {
    const began = clock.now();
    const isStart = enlistedUntil === undefined;
    const limit = 1000;
    while (
      (await watches.enlist((enlistedUntil ?? overlap) - overlap, isStart ? startSpread : editSpread, limit)) === limit
    );
    enlistedUntil = began;
    const due = await watches.claimDue(batch);
    const waiting = [...due];
    const work = async (): Promise<void> => {
      for (let watch = waiting.shift(); watch; watch = waiting.shift()) await look(watch);
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return due.length;
  }

  async function look(watch: MetadataWatch): Promise<void> {
    try {
      const connection = await connections.find(watch.connectionId);
      if (connection?.state !== 'live' || watch.url === null) await watches.rest(watch);
      else await read(watch, watch.url, connection);
    } catch (error) {
      log.error({ err: error, connectionId: watch.connectionId }, 'watched metadata could not be dealt with');
    }
  }

  /** Gives what went wrong; undefined: it was read. For the console's button, too. */
  async function read(watch: MetadataWatch, url: string, connection: Connection): Promise<string | undefined> {
    const settings = connection.settings as unknown as SamlSettings;
    try {
      const fetched = await fetchMetadata(fetch, url, watch.found === null ? undefined : watch);
      const found = fetched && (await reader.readOne(fetched.document, settings.entityId));
      refuseExpired(found ?? watch.found);
      const next = clock.now() + jittered(period);
      const now = await watches.noteGood(watch, settings, fetched && found && { ...fetched, found }, next);
      await follow(watch, now, connection, settings);
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      log.warn({ connectionId: connection.id, failure }, 'watched metadata could not be read');
      await watches.noteFailure(watch, failure, clock.now() + jittered(retryAfter(watch.failures)));
      return failure;
    }
  }

  function refuseExpired(found: IdpMetadata | null): void {
    if (found?.validUntil !== undefined && found.validUntil <= clock.now()) throw new ExpiredMetadata();
  }

  /** Adopts what the policy allows; what is left waits for a person, and is logged when it is new. */
  async function follow(
    before: MetadataWatch,
    now: MetadataWatch,
    connection: Connection,
    settings: SamlSettings,
  ): Promise<void> {
    if (settings.metadataRefresh === 'adopt') {
      try {
        if (await watches.adoptByPolicy(now, connection)) return;
      } catch (error) {
        // Somebody edits it at this moment: the next reading comes soon.
        if (!(error instanceof DirectoryError)) throw error;
        log.info({ connectionId: connection.id, code: error.code }, 'certificates were not adopted');
      }
    }
    const known = watches.pending(before, settings).map(keyOfItem);
    const fresh = watches.pending(now, settings).filter((item) => !known.includes(keyOfItem(item)));
    if (fresh.length === 0) return;
    await systemLog.record(
      entryOf(broker, {
        event: 'platform/connection/metadatachanged',
        organizationId: connection.organizationId,
        target: { type: 'connection', id: connection.id, name: connection.name },
        detail: Object.fromEntries(
          fresh
            .slice(0, 10)
            .map((item) => [keyOfItem(item).slice(0, 90), item.kind === 'changed' ? item.before : true]),
        ),
      }),
    );
  }

  function jittered(pause: number): number {
    return Math.floor(pause * (0.9 + 0.2 * chance()));
  }

  /** The administrator wants to know now. Undefined: read, or there is nothing to watch. */
  async function readNow(connection: Connection): Promise<string | undefined> {
    await watches.enlist(connection.updatedAt, 0, 1000);
    const watch = await watches.find(connection.id);
    if (!watch || watch.url === null || connection.state !== 'live') return undefined;
    return read(watch, watch.url, connection);
  }

  return {
    round,
    readNow,
  };
}

class ExpiredMetadata extends Error {}

function failureOf(error: unknown): string | undefined {
  if (error instanceof ExpiredMetadata) return 'metadata_expired';
  if (error instanceof MetadataRefused) return error.problem.code;
  return error instanceof ProviderError ? error.code : undefined;
}

function retryAfter(failures: number): number {
  return Math.min(period, firstRetry * 2 ** Math.min(failures, 10));
}
