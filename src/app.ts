import express, { type Request } from 'express';
import { deriveKey, followKeys, type Sealer } from '../certs/sealing.ts';
import type { SealingKey } from '../certs/sealing-keys.ts';
import { privateJwks } from '../certs/signing-keys.ts';
import { consentUris, definitionOf, providerKinds, redirectUris } from '../providers/registry.ts';
import { createAccounts } from './accounts/accounts.ts';
import type { Application } from './accounts/context.ts';
import { createKnownDevices } from './accounts/known-devices.ts';
import { signOutPage } from './accounts/views/sign-out-pages.ts';
import { createApi } from './api/api.ts';
import type { Config } from './config/config.ts';
import { developmentMailFolder, developmentMailsUrl } from './config/development.ts';
import type { Sites } from './config/sites.ts';
import { createConsole } from './console/console.ts';
import type { Clock } from './core/clock.ts';
import { asStandardFetch, type GuardedFetch } from './core/guarded-fetch.ts';
import type { Log } from './core/log.ts';
import type { OpenDatabase } from './database/database.ts';
import { createCookieNames, createCookieSigner } from './http/cookies.ts';
import { createCsrf } from './http/csrf.ts';
import { createOwnRelyingParties } from './http/own-relying-party.ts';
import { ownSessionOf } from './http/own-surface.ts';
import { createRateLimiter } from './http/rate-limit.ts';
import { createRequestLimits } from './http/request-limits.ts';
import { createResponder } from './http/respond.ts';
import { anyApplication } from './http/security-headers.ts';
import { createStaticFiles } from './http/static.ts';
import { errorPage } from './http/views/error-pages.ts';
import { html, render } from './http/views/html.ts';
import { signedOutPage } from './http/views/signed-out-page.ts';
import { createListener } from './listener.ts';
import type { MailSender } from './mail/senders.ts';
import { consoleClientId, createRelyingParties, workspaceClientId } from './op/clients.ts';
import { createInProcessFetch } from './op/in-process-fetch.ts';
import { createOp } from './op/op.ts';
import { createIssuerRoutes } from './op/routes.ts';
import { createRemovals } from './removals.ts';
import { createSamlMetadata } from './saml-metadata.ts';
import { createServices, samlCertificates } from './services.ts';
import { administratorsRealm } from './sessions/policy.ts';
import type { Session } from './sessions/sessions.ts';
import type { Store } from './store/store.ts';
import { createMetadataWatching } from './upkeep/metadata-watch.ts';
import { createUpkeep } from './upkeep/upkeep.ts';
import { createWorkspace } from './workspace/workspace.ts';

export interface AppOptions {
  config: Config;
  sites: Sites;
  database: OpenDatabase;
  store: Store;
  sealer: Sealer;
  /** The current one first; another array when they have changed. */
  sealingKeys(): readonly SealingKey[];
  clock: Clock;
  log: Log;
  fetch: GuardedFetch;
  random(bytes: number): Uint8Array;
  isStopping(): boolean;
  /** PEM of the certificate that we serve TLS with ourselves. */
  tlsCertificate?: string | undefined;
  /** Absent: mails wait. */
  mailSender?: MailSender | undefined;
  /** Told that mails are waiting to be delivered. */
  onMailQueued?: (() => void) | undefined;
}

export type App = Awaited<ReturnType<typeof createApp>>;

export async function createApp(options: AppOptions) {
  const { sites, database, store, sealer, sealingKeys, clock, log } = options;
  const services = await createServices({ ...options, db: database.db, sqlite: database.sqlite, definitionOf });
  const { organizations, sessions, signingKeys } = services;
  const { lossOf } = services.administered;

  const cookies = createCookieNames(sites.secure);
  const files = createStaticFiles(sites.assetsPath);
  const responder = createResponder({
    assets: files,
    cookies,
    developmentMails: developmentMailsUrl(options.config, sites),
  });
  const csrf = createCsrf(followKeys(sealingKeys, 'csrf'));
  const cookieSigner = createCookieSigner(followKeys(sealingKeys, 'cookies'));
  const rateLimiter = createRateLimiter({ store, clock, factor: options.config.rateLimitFactor });

  const parties = createRelyingParties({
    findApplication: async (clientId) => {
      const found = await services.applications.find(clientId);
      return found && { ...found, audiences: found.metadata.audiences, metadata: withoutOurs(found.metadata) };
    },
    findOrganization: (by) => ('id' in by ? organizations.find(by.id) : organizations.findByCustomerId(by.customerId)),
    consoleUrl: sites.consoleUrl(),
    workspaceUrl: (name) => sites.workspaceUrl(name),
    // Only this process asks itself with it, so it stays what it was at the start.
    clientSecretKey: deriveKey(sealingKeys(), 'own-clients'),
  });

  const opCookieKeys = followKeys(sealingKeys, 'op-cookies');
  const op = await createOp({
    issuer: sites.issuer,
    store,
    sealer,
    clock,
    sessions,
    parties,
    cookies,
    cookieKeys: () => opCookieKeys().map((key) => Buffer.from(key).toString('base64url')),
    signinUrl: (uid) => sites.signinUrl(uid),
    pages: {
      error: (ctx, { problem, reference }) =>
        render(
          errorPage(contextOf(ctx.req), {
            kind: ({ refused: 'request_refused', unavailable: 'unavailable', failed: 'generic' } as const)[problem],
            reference: { code: reference, at: clock.now() },
          }),
        ),
      confirmSignOut: (ctx, form) => {
        const formHtml = html`<form id="op.logoutForm" method="post" action="${form.action}"><input type="hidden" name="xsrf" value="${form.xsrf}"></form>`;
        const application = ctx.oidc.client?.clientName;
        return render(
          signOutPage(contextOf(ctx.req), {
            formHtml: render(formHtml),
            ...(application !== undefined && { application }),
          }),
        );
      },
      signedOut: (ctx) => render(signedOutPage(contextOf(ctx.req), { reason: 'signed_out' })),
    },
    fetch: asStandardFetch(options.fetch) as typeof fetch,
    accessOf,
    lossOf,
    organizationOf: (id) => organizations.find(id),
    signingKeys: async () => ({
      version: services.keysVersion(),
      jwks: privateJwks(services.keys(), clock.now()) as never,
    }),
    onLogoutFailure: (notice, error, willRetry) =>
      log.warn({ err: error, clientId: notice.clientId, willRetry }, 'a logout notice was not accepted'),
    onErrorPage: (reference, error, clientId) =>
      log.info({ reference, clientId, err: error }, 'the OpenID Provider showed an error page'),
    onServerError: (error) => log.error({ err: error }, 'the OpenID Provider failed'),
  });
  services.endings.push(op.announceEnd, services.signInLog.ended);

  /** An administrator's rights now, as applications are told. */
  async function accessOf(session: Session) {
    const memberships = await services.administered.membershipsOf(session);
    const claims = await Promise.all(
      memberships.map(async ({ organizationId, access }) => {
        const organization = await organizations.find(organizationId);
        return organization && { customer_id: organization.customerId, org_id: organization.orgId, ...access };
      }),
    );
    return claims.filter((claim) => claim !== undefined);
  }

  async function findApplication(clientId: string): Promise<Application | undefined> {
    const party = await parties.find(clientId);
    if (!party) return undefined;
    const own = clientId === consoleClientId ? 'console' : party.clientId.startsWith('workspace:') ? 'workspace' : null;
    return { ...party, own, isNative: party.metadata.application_type === 'native' };
  }

  const ownParties = createOwnRelyingParties({
    issuer: sites.issuer,
    fetch: createInProcessFetch({ issuer: sites.issuer, handle: op.handle }),
    secretOf: parties.ownSecret,
    sealer,
    signer: cookieSigner,
  });

  const upkeep = createUpkeep({
    ...services,
    db: database.db,
    clock,
    log,
    sites,
    definitionOf,
    checks: services.connectionChecks,
    states: services.connectionStates,
    tlsCertificate: options.tlsCertificate,
  });

  const samlMetadata = createSamlMetadata({ sites, clock, keys: services.keys });
  const metadataWatching = createMetadataWatching({
    ...services,
    watches: services.metadataWatches,
    reader: services.metadataReader,
    fetch: options.fetch,
    clock,
    log,
  });

  const accounts = createAccounts({
    ...services,
    sites,
    clock,
    log,
    cookies,
    csrf,
    rateLimiter,
    knownDevices: createKnownDevices({ name: cookies.device, signer: cookieSigner, responder }),
    // Chromium applies form-action to redirects after a post: these pages lead to relying parties and upstreams.
    responder: responder.allowing(anyApplication(sites.secure)),
    op,
    findApplication,
    failingSince: upkeep.failingSince,
    labelOf,
    definitionOf,
    redirectUris,
    consentUris,
    samlMetadata,
    developmentMails: developmentMailFolder(options.config, sites),
    onSignedIn: services.signInLog.signedIn,
    onNoAccess: async ({ reference, connectionId, organizationId }) => {
      log.info({ reference, connectionId }, 'authenticated, but without access');
      await services.systemLog.record({
        event: 'platform/signin/failed',
        organizationId,
        actor: { type: 'system' },
        target: { type: 'connection', id: connectionId },
        detail: { reason: 'no_access' },
        reference,
      });
    },
  });

  const surface = { ...services, sites, clock, cookies, csrf, responder, labelOf, log, parties: ownParties };
  const console = createConsole({
    ...surface,
    clientId: consoleClientId,
    samlMetadata,
    ourCertificates: () => samlCertificates(services.keys(), clock.now()),
    readMetadataNow: metadataWatching.readNow,
    store,
    rateLimiter,
    definitionOf,
    kinds: providerKinds,
    expiryRegister: upkeep.expiryRegister,
    record: services.systemLog.record,
  });
  const consoleSession = { party: { clientId: consoleClientId, cookie: cookies.console }, realm: administratorsRealm };
  const api = createApi({
    ...services,
    expiryRegister: upkeep.expiryRegister,
    sites,
    sessionOf: (request) => ownSessionOf({ parties: ownParties, sessions }, consoleSession, request),
    cookieName: cookies.console,
    csrf,
    rateLimiter,
    store,
    sealer,
    cursorKeys: followKeys(sealingKeys, 'api-cursors'),
    clock,
    log,
    record: services.systemLog.record,
  });
  const workspace = createWorkspace({ ...surface, clientIdOf: workspaceClientId });

  const issuerRoutes = createIssuerRoutes({
    op,
    issuer: sites.issuer,
    sessions,
    secure: sites.secure,
    showRealms: accounts.showRealms,
  });
  const core = express.Router().use('/core', issuerRoutes);
  const routers = {
    accounts: express.Router().use(providerFirst(core)).use(accounts.router).use(core),
    saml: accounts.router,
    api,
    console: express.Router().use(below('/api/', api)).use(console),
    workspace,
  };
  const { listener, flushLog } = createListener({
    ...options,
    metrics: upkeep.metrics,
    assets: files.serve,
    responder,
    limits: createRequestLimits(rateLimiter),
    byService: routers,
  });

  function contextOf(request: unknown) {
    return responder.contextOf(request as Request);
  }

  /** Sees signing keys that another process has rotated, and sealing keys that were read again. */
  async function refreshKeys(): Promise<void> {
    const isNew = (await signingKeys.version()) !== services.keysVersion();
    if (isNew) await services.reloadKeys();
    if (isNew || sealingKeys() !== opSealingKeys) {
      opSealingKeys = sealingKeys();
      await op.refreshKeys();
    }
  }
  let opSealingKeys = sealingKeys();

  const removals = createRemovals({ ...services, accessOf, clock, log });
  services.removals.push(removals.endOf);

  return {
    listener,
    /** What answers, by service. */
    routers,
    services,
    op,
    refreshKeys,
    /** Ends and announces what is due. */
    async finalise(): Promise<number> {
      await removals.round();
      return sessions.finalise();
    },
    deliverNotices: () => op.deliverNotices(),
    /** What is asked for by mail is found out here and not while somebody waits for an answer (SECURITY ID-02). */
    async deliverMails(): Promise<number> {
      await services.passwordResets.process();
      return services.mails.deliver();
    },
    /** Seals what was recorded, and writes it to the stream. */
    async tendLog(): Promise<void> {
      await services.logSeal.seal();
      await services.logStream?.deliver();
    },
    /** What is done to connections while nobody looks. */
    upkeep,
    metadataWatching,
    /** Writes the request lines that are still waiting. */
    flushLog,
  };
}

/** Most requests are oidc-provider's: they need not pass the routes of all sign-in pages first. */
function providerFirst(core: express.Router): express.RequestHandler {
  return (request, response, next) => {
    if (/^\/core\/(?:connect|\.well-known)\//.test(request.url)) core(request, response, next);
    else next();
  };
}

/** Without taking the path off: the router knows its routes by their whole paths. */
function below(path: string, router: express.Router): express.RequestHandler {
  return (request, response, next) => {
    if (request.url.startsWith(path)) router(request, response, next);
    else next();
  };
}

function labelOf(kind: string): string {
  return kind === 'citrix' ? 'Citrix identity' : (definitionOf(kind)?.label ?? kind);
}

/** Metadata keys of ours that oidc-provider does not know. */
function withoutOurs({ audiences: _, ...metadata }: { audiences: readonly string[] } & Record<string, unknown>) {
  return metadata;
}
