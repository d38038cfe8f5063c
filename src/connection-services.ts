/**
 * What knows connections, wired: their rows, drafts and versions, what is read and found out about them, and links that lend
 * their drafts. Called by `services.ts`, which joins them to sessions and sign-ins.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Sealer } from '../certs/sealing.ts';
import type { Sites } from './config/sites.ts';
import type { Clock } from './core/clock.ts';
import type { GuardedFetch } from './core/guarded-fetch.ts';
import type { Log } from './core/log.ts';
import type { Database } from './database/schema.ts';
import { createCertificateUses } from './directory/connections/certificate-uses.ts';
import { createConnectionChecks } from './directory/connections/connection-checks.ts';
import { createConnectionList } from './directory/connections/connection-list.ts';
import { createConnectionStates } from './directory/connections/connection-states.ts';
import { createConnections } from './directory/connections/connections.ts';
import { createConnectionDrafts } from './directory/connections/drafts.ts';
import { createMetadataAdoption } from './directory/connections/metadata-adoption.ts';
import { createMetadataImports } from './directory/connections/metadata-imports.ts';
import { createMetadataReader } from './directory/connections/metadata-reader.ts';
import { createMetadataWatches } from './directory/connections/metadata-watches.ts';
import type { DefinitionOf } from './directory/connections/new-connection.ts';
import { createSecretExpiries } from './directory/connections/secret-expiries.ts';
import { createSetupLinks } from './directory/connections/setup-links.ts';
import { createConnectionVersions } from './directory/connections/versions.ts';
import { createExpiryFeeds } from './directory/expiry-feeds.ts';
import type { Mails } from './mail/mails.ts';
import { createOutcomes } from './signin/outcomes.ts';
import type { Store } from './store/store.ts';
import type { SystemLog } from './system-log/system-log.ts';

/** Sign-ins that begin to fail hasten a check, but not each of them. */
const turnPauseMs = 2 * 60_000;

export interface ConnectionServicesNeeds {
  db: Database;
  /** The embedded database's handle, where it is the embedded one. */
  sqlite: DatabaseSync | undefined;
  store: Store;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  fetch: GuardedFetch;
  sites: Sites;
  definitionOf: DefinitionOf;
  systemLog: SystemLog;
  mails: Mails;
}

export function createConnectionServices(needs: ConnectionServicesNeeds) {
  const { db, store, sealer, clock, log, fetch, sites, definitionOf, systemLog, mails } = needs;
  const connections = createConnections({ db, clock, sealer, definitionOf });
  const connectionList = createConnectionList({ db, like: needs.sqlite ? 'like' : 'ilike' });
  const connectionStates = createConnectionStates({ db, clock });
  const connectionChecks = createConnectionChecks({ db, clock });
  const secretExpiries = createSecretExpiries({ db, clock, definitionOf, systemLog });
  const expiryFeeds = createExpiryFeeds({ db, clock, systemLog });
  const outcomes = createOutcomes({
    store,
    clock,
    log,
    states: connectionStates,
    onTurn: (id) => connectionChecks.hasten(id, turnPauseMs),
  });
  const connectionDrafts = createConnectionDrafts({ db, clock, sealer, definitionOf, systemLog });
  const metadataReader = createMetadataReader();
  const certificateUses = createCertificateUses({ db, clock });
  const metadataAdoption = createMetadataAdoption({ db, clock, sealer, definitionOf, systemLog });
  const metadataWatches = createMetadataWatches({
    db,
    clock,
    adoption: metadataAdoption,
    uses: certificateUses,
    systemLog,
  });
  const metadataImports = createMetadataImports({
    store,
    clock,
    sealer,
    fetch,
    reader: metadataReader,
    drafts: connectionDrafts,
    systemLog,
  });
  const connectionVersions = createConnectionVersions({ db, clock, sealer, definitionOf, systemLog });
  const setupLinks = createSetupLinks({
    db,
    clock,
    systemLog,
    mails,
    labelOf: (kind) => definitionOf(kind)?.label ?? kind,
    linkOf: sites.setupUrl,
    connectionUrlOf: (customerId, id) => sites.consoleUrl(`/o/${customerId}/connections/${id}`),
  });

  return {
    connections,
    connectionList,
    connectionStates,
    connectionChecks,
    secretExpiries,
    expiryFeeds,
    outcomes,
    connectionDrafts,
    metadataReader,
    certificateUses,
    metadataWatches,
    metadataImports,
    connectionVersions,
    setupLinks,
  };
}
