/**
 * Everything that a command may need of the installation, opened as the server opens it and from the same
 * configuration. The server may be running: single statements and short transactions do not disturb it.
 */
import { createSealer, type Sealer } from '../../certs/sealing.ts';
import { definitionOf } from '../../providers/registry.ts';
import type { Config } from '../config/config.ts';
import { openDataFolder, openSealingKeys } from '../config/sealing-key-file.ts';
import { createSites } from '../config/sites.ts';
import { readTermsOfService } from '../config/terms-of-service.ts';
import { systemClock } from '../core/clock.ts';
import { databaseConfigOf, type OpenDatabase, openDatabase } from '../database/database.ts';
import { createAdministrators } from '../directory/administrators.ts';
import { createApplications } from '../directory/applications.ts';
import { createChangeSettings } from '../directory/change-settings.ts';
import { openCompromisedPasswords } from '../directory/compromised-sources.ts';
import { type Connection, createConnections } from '../directory/connections/connections.ts';
import { createChangeDetails } from '../directory/connections/details.ts';
import { createDisconnecting } from '../directory/connections/disconnecting.ts';
import { createConnectionDrafts } from '../directory/connections/drafts.ts';
import { createSamlRollover } from '../directory/connections/saml-rollover.ts';
import { createPasswordHasher, hasherOptionsOf } from '../directory/credentials.ts';
import { createIdentities } from '../directory/identities.ts';
import { createInvitations } from '../directory/invitations.ts';
import { createOperatorDesk } from '../directory/operator-desk.ts';
import { createOrganizationRecovery } from '../directory/organization-recovery.ts';
import { createOrganizations, type Organization } from '../directory/organizations.ts';
import { createPersonAtDesk } from '../directory/person-at-desk.ts';
import { createSigningKeys } from '../directory/signing-keys.ts';
import { createTermsAcceptances } from '../directory/terms-acceptances.ts';
import { createMails } from '../mail/mails.ts';
import { createTellPerson } from '../mail/tell-person.ts';
import type { SystemLogEntry } from '../system-log/events.ts';
import { createLogSeal } from '../system-log/seal/log-seal.ts';
import { createSystemLog } from '../system-log/system-log.ts';
import { RefusedError } from './refused-error.ts';

export type Installation = Awaited<ReturnType<typeof openInstallation>>;

export async function openInstallation(config: Config) {
  openDataFolder(config);
  const sealer = createSealer(openSealingKeys(config));
  const database = await openDatabase(databaseConfigOf(config));
  return { config, database, sealer, ...createServices(config, database, sealer) };
}

function createServices(config: Config, { db }: OpenDatabase, sealer: Sealer) {
  const sites = createSites(config);
  const terms = readTermsOfService(config);
  const clock = systemClock;
  const organizations = createOrganizations({ db, clock });
  const connections = createConnections({ db, clock, sealer, definitionOf });
  const systemLog = createSystemLog({ db, clock });
  const logSeal = createLogSeal({ db, clock, sealer });
  const connectionDrafts = createConnectionDrafts({ db, clock, sealer, definitionOf, systemLog });
  // The server finds the sessions that end with it by itself (src/removals.ts).
  const disconnecting = createDisconnecting({ db, clock, systemLog, onDisconnected: async () => undefined });
  // The server hands them over, as soon as it looks.
  const mails = createMails({ db, clock, sealer });
  const tellPerson = createTellPerson({ mails, clock, accountUrl: sites.consoleUrl() });
  const identities = createIdentities({
    db,
    clock,
    sealer,
    hasher: createPasswordHasher(hasherOptionsOf(config)),
    compromised: openCompromisedPasswords({ config, clock }),
  });

  /** Throws `RefusedError` when nobody is called that. */
  async function requireOrganization(reference: string): Promise<Organization> {
    const organization = await organizations.findByReference(reference);
    if (!organization) throw new RefusedError(`There is no organization "${reference}" (customer id or OrgID)`);
    return organization;
  }

  /** By name or id, within one organization. Throws `RefusedError`. */
  async function requireConnection(organization: Organization, reference: string): Promise<Connection> {
    const all = await connections.list(organization.id);
    const found = all.find(({ id, name }) => id === reference || name === reference);
    if (!found) throw new RefusedError(`${organization.name} has no connection "${reference}" (name or id)`);
    return found;
  }

  /** What the operator changed, as the system's doing. */
  async function record(entry: Omit<SystemLogEntry, 'actor'>): Promise<void> {
    await systemLog.record({ ...entry, actor: { type: 'system' }, detail: { via: 'cli', ...entry.detail } });
  }

  const administrators = createAdministrators({ db, clock, systemLog, tellPerson });
  const invitations = createInvitations({
    db,
    clock,
    systemLog,
    mails,
    tellPerson,
    identities,
    linkOf: sites.invitationUrl,
  });

  return {
    clock,
    sites,
    organizations,
    connections,
    connectionDrafts,
    disconnecting,
    changeDetails: createChangeDetails({
      db,
      clock,
      definitionOf,
      systemLog,
      onUseDropped: async () => undefined,
    }),
    changeSettings: createChangeSettings({ organizations, record: systemLog.record }),
    systemLog,
    logSeal,
    identities,
    administrators,
    invitations,
    recovery: createOrganizationRecovery({ db, clock, systemLog, tellPerson, administrators, invitations }),
    applications: createApplications({ db, clock }),
    signingKeys: createSigningKeys({ db, clock, sealer, samlEntityId: sites.samlEntityId }),
    samlRollover: createSamlRollover({ db, clock, systemLog, keys: () => [] }),
    termsAcceptances: createTermsAcceptances({ db, clock, systemLog, terms }),
    desk: createOperatorDesk({ db, clock, systemLog, tellPerson, logSeal }),
    personAtDesk: createPersonAtDesk({ db, clock, sealer }),
    requireOrganization,
    requireConnection,
    record,
  };
}
