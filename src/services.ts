/**
 * What the program is made of below its surfaces: directory, sessions, log and sign-in, wired once over one database
 * and one store. Shared by `app.ts` and the tests.
 */
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { followKeys, type Sealer } from '../certs/sealing.ts';
import type { SealingKey } from '../certs/sealing-keys.ts';
import { orderForPublishing, type SigningKey } from '../certs/signing-keys.ts';
import { expiriesOf } from '../providers/azure-ad/applications.ts';
import { createCitrixProvider } from '../providers/citrix/citrix.ts';
import { detectGateway } from '../providers/gateway/detect.ts';
import type { AzureAdInstallation, Installation, Ports, ProviderDefinition } from '../providers/provider.ts';
import { consentUris } from '../providers/registry.ts';
import { readAzureAdApplications } from './config/azure-ad-applications.ts';
import type { Config } from './config/config.ts';
import type { Sites } from './config/sites.ts';
import { readTermsOfService } from './config/terms-of-service.ts';
import { readUpstreamAuthorities } from './config/upstream-authorities.ts';
import { createConnectionServices } from './connection-services.ts';
import type { Clock } from './core/clock.ts';
import { watchDataVersion } from './core/data-version.ts';
import type { GuardedFetch } from './core/guarded-fetch.ts';
import type { Log } from './core/log.ts';
import type { Database } from './database/schema.ts';
import { createAccounts } from './directory/accounts.ts';
import type { Administrator } from './directory/administrator-rows.ts';
import { createAdministrators } from './directory/administrators.ts';
import { createApplications } from './directory/applications.ts';
import { createChangeSettings } from './directory/change-settings.ts';
import { createChooseMethod } from './directory/choose-method.ts';
import { openCompromisedPasswords } from './directory/compromised-sources.ts';
import { createChangeDetails } from './directory/connections/details.ts';
import { createDisconnecting } from './directory/connections/disconnecting.ts';
import { createGateways } from './directory/connections/gateways.ts';
import type { DefinitionOf } from './directory/connections/new-connection.ts';
import { createSamlRollover } from './directory/connections/saml-rollover.ts';
import { createConnectionTenants } from './directory/connections/tenants.ts';
import { createCredentialStore } from './directory/credential-store.ts';
import { createPasswordHasher, hasherOptionsOf } from './directory/credentials.ts';
import { createIdentities } from './directory/identities.ts';
import { endSessionsBefore, sessionsNotBefore } from './directory/identity-sessions.ts';
import { createInvitations } from './directory/invitations.ts';
import { createMfa } from './directory/mfa.ts';
import { createMfaChanges } from './directory/mfa-changes.ts';
import { createOrganizations } from './directory/organizations.ts';
import { createPasskeyCeremonies } from './directory/passkey-ceremonies.ts';
import { createPasskeys } from './directory/passkeys.ts';
import { createPasswordResets } from './directory/password-resets.ts';
import { createPasswordThrottle } from './directory/password-throttle.ts';
import { createPasswords } from './directory/passwords.ts';
import { createSecureClients } from './directory/secure-clients.ts';
import { createSigningKeys } from './directory/signing-keys.ts';
import { createTermsAcceptances } from './directory/terms-acceptances.ts';
import { createMails } from './mail/mails.ts';
import type { MailSender } from './mail/senders.ts';
import { createTellPerson } from './mail/tell-person.ts';
import { consoleClientId } from './op/clients.ts';
import { administratorsRealm } from './sessions/policy.ts';
import { createSessions, type Session, type SessionState } from './sessions/sessions.ts';
import { createAdministered } from './signin/administered.ts';
import { createAdmit } from './signin/admit.ts';
import { createAttempts } from './signin/attempts.ts';
import { createCitrixSignIn } from './signin/citrix-identity.ts';
import { createCitrixPasskeys } from './signin/citrix-passkeys.ts';
import { createClientTokens } from './signin/client-tokens.ts';
import { createDirectoryBrowsing } from './signin/directory-browsing.ts';
import { createEnrolment } from './signin/enrolment.ts';
import { createFactorChange } from './signin/factor-change.ts';
import { createFreshProof } from './signin/fresh-proof.ts';
import { createHandles } from './signin/handles.ts';
import { createEndSessionsOf } from './signin/identity-sessions.ts';
import { createMetadataAddresses } from './signin/metadata-addresses.ts';
import { createNetworks } from './signin/networks.ts';
import { createSignIn } from './signin/sign-in.ts';
import { createSignInCounting } from './signin/sign-in-counts.ts';
import { createSignInLog } from './signin/sign-in-log.ts';
import { createSignOut } from './signin/sign-out.ts';
import { createTenantConsents } from './signin/tenant-consents.ts';
import { recordRequests } from './signin/traces/recorder.ts';
import { createTraceLinks } from './signin/traces/trace-links.ts';
import { createTraces } from './signin/traces/traces.ts';
import { createTrials } from './signin/trials.ts';
import { createUpstreams } from './signin/upstreams.ts';
import type { Store } from './store/store.ts';
import { createLogRecords } from './system-log/records.ts';
import { createLogSeal } from './system-log/seal/log-seal.ts';
import { createLogStream, linesTo } from './system-log/stream.ts';
import { createSystemLog } from './system-log/system-log.ts';
import { createWebhooks } from './system-log/webhooks.ts';

export interface ServicesOptions {
  config: Config;
  sites: Sites;
  db: Database;
  /** The embedded database's handle, where it is the embedded one. */
  sqlite: DatabaseSync | undefined;
  store: Store;
  sealer: Sealer;
  /** The current one first; another array when they have changed. */
  sealingKeys(): readonly SealingKey[];
  clock: Clock;
  log: Log;
  fetch: GuardedFetch;
  random(bytes: number): Uint8Array;
  definitionOf: DefinitionOf;
  /** Absent: mails wait. */
  mailSender?: MailSender | undefined;
  /** Mails are waiting: `mails.deliver` is worth calling soon. */
  onMailQueued?: (() => void) | undefined;
}

export type Services = Awaited<ReturnType<typeof createServices>>;

export async function createServices(options: ServicesOptions) {
  const { config, sites, db, store, sealer, sealingKeys, clock, log, definitionOf } = options;
  const systemLog = createSystemLog({ db, clock });
  const authorities = readUpstreamAuthorities(config);
  const logRecords = createLogRecords({ systemLog, sealer, clock });
  const logSeal = createLogSeal({ db, store, clock, sealer, log });
  const customerIdOf = async (id: string) => (await organizations.find(id))?.customerId;
  const webhooks = createWebhooks({
    db,
    clock,
    sealer,
    systemLog,
    fetch: options.fetch,
    allowLoopback: config.upstreamLoopback === 'allow',
    customerIdOf,
    log,
  });
  const logStream =
    config.logStream === undefined
      ? undefined
      : createLogStream({ db, write: linesTo(config.logStream), lease: logSeal.lease, customerIdOf });
  const mails = createMails({
    db,
    clock,
    sealer,
    log,
    sender: options.mailSender,
    ...(options.onMailQueued && { onQueued: options.onMailQueued }),
  });
  const tellPerson = createTellPerson({ mails, clock, accountUrl: sites.consoleUrl() });
  const organizations = createOrganizations({
    db,
    clock,
    // A round trip to PostgreSQL for every session check would cost more than the check; a second is "at once" (SES-2).
    rememberSettings: options.sqlite ? { whileSame: watchDataVersion(options.sqlite) } : { forMs: 1000 },
  });
  const ofConnections = createConnectionServices({ ...options, systemLog, mails });
  const { connections, connectionDrafts, connectionList, certificateUses, metadataWatches, outcomes } = ofConnections;
  const accounts = createAccounts({ db, clock });
  /** What follows a removal at once in this process (SES-3); the surfaces know who has no access left. */
  const removals: ((removed: Administrator) => Promise<void>)[] = [];
  const administrators = createAdministrators({
    db,
    clock,
    systemLog,
    tellPerson,
    onRemoved: async (removed) => {
      for (const follow of removals) await follow(removed);
    },
  });
  const applications = createApplications({ db, clock });
  const secureClients = createSecureClients({ db, clock, record: systemLog.record, tellPerson });
  const hasher = createPasswordHasher(hasherOptionsOf(config));
  const compromised = openCompromisedPasswords({ config, clock, log, fetch: options.fetch });
  const identities = createIdentities({ db, clock, sealer, hasher, compromised });
  const passwords = createPasswords({ db, clock, hasher, compromised, systemLog, tellPerson });
  const passwordResets = createPasswordResets({
    db,
    store,
    clock,
    mails,
    passwords,
    systemLog,
    linkOf: sites.passwordResetUrl,
    onRequested: options.onMailQueued,
  });
  const passkeys = createPasskeys({ db, clock, systemLog, tellPerson });
  const passkeyCeremonies = createPasskeyCeremonies({ webauthn: sites.webauthn, passkeys, store, clock, log });
  const invitations = createInvitations({
    db,
    clock,
    systemLog,
    mails,
    tellPerson,
    identities,
    linkOf: sites.invitationUrl,
  });
  const signingKeys = createSigningKeys({ db, clock, sealer, samlEntityId: sites.samlEntityId });
  await signingKeys.ensure();
  // The version first: keys that are newer than it are read once more, never missed.
  let keysVersion = await signingKeys.version();
  let keys = await signingKeys.load();
  const samlRollover = createSamlRollover({ db, clock, systemLog, keys: () => keys });
  let samlChoices = await samlRollover.choices();

  const ports: Ports = {
    fetch: recordRequests(options.fetch, clock),
    now: () => clock.now(),
    random: options.random,
    log: {
      info: (fields, message) => log.info(fields, message),
      warn: (fields, message) => log.warn(fields, message),
    },
    sleep: (milliseconds) => setTimeout(milliseconds),
  };
  const azureAd = readAzureAdApplications(config);

  const gateways = createGateways({
    db,
    clock,
    sealer,
    definitionOf,
    systemLog,
    drafts: connectionDrafts,
    detect: (question) => detectGateway(question, ports, { certificateAuthorities: authorities }),
  });

  /** The end of a session is announced by the surfaces, which are made later. */
  const endings: ((state: SessionState) => Promise<void>)[] = [];
  const sessions = createSessions({
    store,
    clock,
    settingsOf: (ids) => {
      const [only] = ids;
      const known = only === undefined || ids.length > 1 ? undefined : organizations.rememberedSettings(only);
      return known ? [known] : organizations.settingsOf(ids).then((found) => [...found.values()]);
    },
    onEnded: async (state) => {
      for (const announce of endings) await announce(state);
    },
  });

  /** Who signed in with it, and for what it is no longer. */
  async function endSessionsBy(
    { id, organizationId }: { id: string; organizationId: string },
    isConcerned: (session: Session) => boolean,
  ): Promise<void> {
    const states = await sessions.listOfOrganization(organizationId);
    await sessions.endAll(
      states.filter(({ session }) => session.connectionId === id && isConcerned(session)),
      'removed',
    );
  }
  const disconnecting = createDisconnecting({
    db,
    clock,
    systemLog,
    onDisconnected: (connection) => endSessionsBy(connection, () => true),
  });
  const changeDetails = createChangeDetails({
    db,
    clock,
    definitionOf,
    systemLog,
    onUseDropped: (connection, kind) =>
      endSessionsBy(connection, ({ realm }) => (realm === administratorsRealm) === (kind === 'administrator')),
  });
  const attempts = createAttempts({ store, clock, sealer });
  const signInCounts = createSignInCounting({ db, clock });
  const networks = createNetworks({ store, clock });
  const traces = createTraces({ db, clock });
  const traceLinks = createTraceLinks({ db, clock, traces, systemLog });
  const metadataAddresses = createMetadataAddresses(followKeys(sealingKeys, 'saml-metadata'));
  const handles = createHandles(followKeys(sealingKeys, 'handles'));
  const upstreams = createUpstreams({
    connections,
    definitionOf,
    ports,
    installation: (connectionId) =>
      installationOf({ azureAd, certificateAuthorities: authorities }, sites, keys, samlChoices.get(connectionId)),
    samlEntityIdOf: sites.samlEntityIdOf,
  });
  const callbackUrlOf = ({ kind, callback }: ProviderDefinition) =>
    kind === 'saml' ? sites.acsUrl : sites.callbackUrl(callback);
  const trials = createTrials({
    store,
    sealer,
    clock,
    log,
    attempts,
    handles,
    upstreams,
    connections,
    drafts: connectionDrafts,
    definitionOf,
    systemLog,
    callbackUrlOf,
    alwaysPrompts: async (id) => (await organizations.find(id))?.settings.alwaysPrompt !== false,
  });
  const signIn = createSignIn({
    trials,
    attempts,
    counts: signInCounts,
    traces,
    networks,
    handles,
    upstreams,
    connections,
    definitionOf,
    sealer,
    clock,
    log,
    callbackUrlOf,
    organizationOfClient: async (clientId) => {
      const customerId = /^workspace:(.+)$/.exec(clientId)?.[1];
      return customerId === undefined
        ? ((await applications.find(clientId))?.organizationId ?? undefined)
        : (await organizations.findByCustomerId(customerId))?.id;
    },
    returnUrl: (uid, code) => `${sites.signinUrl(uid, 'return')}?h=${code}`,
    onFailed: async ({ reference, code, organizationId, connectionId }, share) => {
      await outcomes.failed({ code, organizationId, connectionId }, share);
      // Its provider may have changed its key.
      if (code === 'saml_signature_invalid') await metadataWatches.hasten(connectionId);
      if (share.record === 'over') return;
      await systemLog.record({
        event: 'platform/signin/failed',
        organizationId,
        actor: { type: 'subscriber', id: null },
        target: { type: 'connection', id: connectionId },
        // Further ones of this hour are not recorded.
        detail: { reason: code, ...(share.record === 'last' && { more: true }) },
        reference,
      });
    },
    onProven: async (connection, { startedAt, network }) => {
      await outcomes.worked(connection);
      if (network !== undefined) await networks.noteWorked(connection.id, network);
      if (connection.kind === 'saml' && connection.settings.signRequests === true)
        await samlRollover.noteAnswered(connection.id, startedAt);
    },
    onSigned: (connectionId, fingerprint) =>
      certificateUses
        .note(connectionId, fingerprint)
        .catch((error: unknown) => log.warn({ err: error }, 'the use of a certificate could not be noted')),
  });
  const connectionTenants = createConnectionTenants({ db, clock, drafts: connectionDrafts, systemLog });
  const directoryBrowsing = createDirectoryBrowsing({ upstreams, definitionOf, tenants: connectionTenants });
  const tenantConsents = createTenantConsents({
    store,
    sealer,
    clock,
    log,
    handles,
    definitionOf,
    ports,
    installation: () => installationOf({ azureAd, certificateAuthorities: authorities }, sites, keys),
    clientId: consoleClientId,
    callbackUrlOf: (kind) => sites.callbackUrl(consentUris.find((each) => each.kind === kind)?.name ?? ''),
    returnUrl: async (organizationId, connectionId, code) => {
      const customerId = await customerIdOf(organizationId);
      return sites.consoleUrl(`/o/${customerId}/connections/${connectionId}/tenant/return?h=${code}`);
    },
  });
  const signOut = createSignOut({ sessions, connections, upstreams, handles, openSignOut: signIn.openSignOut, log });
  const termsAcceptances = createTermsAcceptances({ db, clock, systemLog, terms: readTermsOfService(config) });
  const citrixProvider = createCitrixProvider(createCredentialStore(identities), ports);
  const throttle = createPasswordThrottle({ store, clock });
  const mfa = createMfa({ db, store, clock, sealer, mails, tellPerson, systemLog });
  const mfaChanges = createMfaChanges({ db, clock, sealer, tellPerson, systemLog });
  const administratorAccountOf = async (identityId: string) => (await accounts.findOfIdentity(identityId))?.id;
  const endSessionsOf = createEndSessionsOf({
    sessions,
    clock,
    endBefore: (identityId, at) => endSessionsBefore(db, identityId, at),
    accountOf: administratorAccountOf,
  });
  const citrix = createCitrixSignIn({
    endSessionsOf,
    attempts,
    provider: citrixProvider,
    throttle,
    mfa,
    passwords,
    facts: {
      sessionsNotBefore: (identityId) => sessionsNotBefore(db, identityId),
      hasFactor: async (identityId) => (await mfaChanges.hasDevice(identityId)) || passkeys.has(identityId),
      termsDue: termsAcceptances.isDue,
    },
    clock,
  });
  const enrolment = createEnrolment({
    citrix,
    provider: citrixProvider,
    throttle,
    mfa,
    changes: mfaChanges,
    endSessionsOf,
    clock,
  });
  const factorChange = createFactorChange({ store, sealer, clock, mfa, changes: mfaChanges, endSessionsOf });
  const freshProof = createFreshProof({
    sessions,
    accounts,
    identities,
    provider: citrixProvider,
    throttle,
    mfa,
    passkeys,
    ceremonies: passkeyCeremonies,
  });
  const citrixPasskeys = createCitrixPasskeys({
    citrix,
    ceremonies: passkeyCeremonies,
    passkeys,
    identities,
    clock,
  });
  const signInLog = createSignInLog({ systemLog, identities, accounts, administrators, store, clock });
  const admit = createAdmit({
    sessions,
    accountOf: (key) =>
      key.kind === 'administrator'
        ? accounts.findOrCreate({ ...key, kind: 'administrator', organizationId: null, claims: { ...key.claims } })
        : accounts.findOrCreate({
            ...key,
            kind: 'subscriber',
            organizationId: String(key.organizationId),
            claims: { ...key.claims },
          }),
    acceptInvitation: invitations.acceptBySigningIn,
    administeredBy: async (key) =>
      (await administrators.membershipsOf(key)).map((membership) => membership.organizationId),
  });

  /** Reads our keys again when another process has changed them. */
  async function reloadKeys(): Promise<void> {
    const version = await signingKeys.version();
    keys = await signingKeys.load();
    samlChoices = await samlRollover.choices();
    keysVersion = version;
    upstreams.forget();
  }

  return {
    ...ofConnections,
    systemLog,
    logRecords,
    logSeal,
    webhooks,
    logStream,
    mails,
    tellPerson,
    organizations,
    gateways,
    connectionTenants,
    directoryBrowsing,
    /** For the register of what expires: the operator's applications at Azure AD. */
    applicationCertificates: azureAd ? expiriesOf(azureAd.applications) : [],
    tenantConsents,
    changeDetails,
    samlRollover,
    metadataAddresses,
    disconnecting,
    accounts,
    administrators,
    invitations,
    removals,
    applications,
    identities,
    passwords,
    passwordResets,
    throttle,
    passkeys,
    passkeyCeremonies,
    signingKeys,
    sessions,
    endSessionsOf,
    endings,
    attempts,
    handles,
    upstreams,
    signIn,
    trials,
    signOut,
    signInLog,
    signInCounts,
    traces,
    traceLinks,
    citrix,
    citrixPasskeys,
    enrolment,
    factorChange,
    mfa,
    mfaChanges,
    freshProof,
    termsAcceptances,
    /** The `sub` of an identity as an administrator; undefined: it has never signed in. */
    administratorAccountOf,
    admit,
    administered: createAdministered({ accounts, administrators, organizations }),
    changeSettings: createChangeSettings({ organizations, record: systemLog.record }),
    chooseMethod: createChooseMethod({ organizations, connectionList, record: systemLog.record }),
    secureClients,
    clientTokens: createClientTokens({ store, clock, secureClients }),
    keys: () => keys,
    /** Of `keys()`; goes up when they change. */
    keysVersion: () => keysVersion,
    reloadKeys,
  };
}

/** What the operator configured for all connections, and our SAML key that signs requests. */
export function installationOf(
  operators: { azureAd: AzureAdInstallation | undefined; certificateAuthorities: readonly string[] },
  sites: Sites,
  keys: readonly SigningKey[],
  signingKid?: string,
): Installation {
  const ours = keys.filter((key) => key.use === 'saml');
  const current = ours.find((key) => key.state === 'current');
  const signing = ours.find((key) => key.kid === signingKid) ?? current;
  if (current === undefined || signing?.certificatePem === undefined) throw new Error('there is no current SAML key');
  return {
    saml: {
      entityId: sites.samlEntityId,
      signingKey: signing.privateKeyPem,
      signingCertificate: signing.certificatePem,
      // During a rollover providers encrypt for the key of the metadata that they have read.
      decryptionKeys: [current, ...ours.filter((key) => key !== current)].map(({ privateKeyPem }) => privateKeyPem),
    },
    certificateAuthorities: operators.certificateAuthorities,
    ...(operators.azureAd && { azureAd: operators.azureAd }),
  };
}

/** The certificates that our SAML metadata publishes: the current one first, the next one during a rollover. */
export function samlCertificates(keys: readonly SigningKey[], now: number): string[] {
  return orderForPublishing(keys, now)
    .filter((key) => key.use === 'saml')
    .map((key) => key.certificatePem)
    .filter((pem) => pem !== undefined);
}
