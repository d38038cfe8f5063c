/**
 * The administrators' console.
 *
 * Owns: its routes and who may use them (`rules.ts`). Does not own: signing in (`accounts/`, `op/`), how long a session
 * lasts (`sessions/`), what it shares with the workspaces (`http/own-surface.ts`). Mounted by `app.ts` for the service
 * `console`, behind the edge and the security headers.
 */
import { type Request, type Response, Router } from 'express';
import type { Sites } from '../config/sites.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { referenceCode } from '../core/random.ts';
import type { ChangeSettings } from '../directory/change-settings.ts';
import type { ConnectionList } from '../directory/connections/connection-list.ts';
import type { Connections } from '../directory/connections/connections.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import type { Organizations } from '../directory/organizations.ts';
import { permissionLabels } from '../directory/permission-labels.ts';
import { isAllowed, type Needs } from '../directory/permissions.ts';
import type { CookieNames } from '../http/cookies.ts';
import { type Csrf, refuseCrossSite } from '../http/csrf.ts';
import { edgeOf } from '../http/edge.ts';
import type { OwnRelyingParties } from '../http/own-relying-party.ts';
import { createOwnSurfaces, type Surface } from '../http/own-surface.ts';
import type { Responder } from '../http/respond.ts';
import { requireRules } from '../http/route-table.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Administered } from '../signin/administered.ts';
import type { FreshProof } from '../signin/fresh-proof.ts';
import type { SignOut } from '../signin/sign-out.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import type { RecordEntry } from './acts.ts';
import type { AdministratorsOptions } from './administrator-changes.ts';
import { administratorsRoutes } from './administrators.ts';
import { type ApiAccessOptions, apiAccessRoutes } from './api-access.ts';
import { type ConnectionTestOptions, connectionTestRoutes } from './connections/connection-test.ts';
import { type ConnectionsOptions, connectionsRoutes } from './connections/connections.ts';
import { directoryRoutes } from './connections/directory.ts';
import { type GatewayOptions, gatewayRoutes } from './connections/gateway.ts';
import { type MetadataOptions, metadataRoutes } from './connections/metadata.ts';
import { type MetadataImportOptions, metadataImportRoutes } from './connections/metadata-import.ts';
import { type RolloverOptions, rolloverRoutes } from './connections/rollover.ts';
import { type SecretExpiryOptions, secretExpiryRoutes } from './connections/secret-expiry.ts';
import { type SetupLinksOptions, setupLinksRoutes } from './connections/setup-links.ts';
import { type TenantOptions, tenantRoutes } from './connections/tenant.ts';
import { type DirectoryPeopleOptions, directoryPeopleRoutes } from './directory-people.ts';
import { createEntrance } from './entrance.ts';
import { type ExpiryOptions, expiryRoutes } from './expiry.ts';
import { createShow, type Show } from './frame.ts';
import { createFreshProofGate } from './fresh-proof.ts';
import { type LogWebhookOptions, logWebhookRoutes } from './log-webhook.ts';
import { type MfaOptions, mfaRoutes } from './mfa.ts';
import { mySessionsRoutes } from './my-sessions.ts';
import { organizationSessionsRoutes } from './organization-sessions.ts';
import { overviewRoutes } from './overview.ts';
import { type PasskeysOptions, passkeysRoutes } from './passkeys.ts';
import { type PasswordOptions, passwordRoutes } from './password.ts';
import { type ConsoleRoute, consoleRules, documentRoutes } from './rules.ts';
import { sessionSettingsRoutes } from './session-settings.ts';
import { type SignInsOptions, signInsRoutes } from './sign-ins.ts';
import { systemLogRoutes } from './system-log.ts';
import { forbiddenPage } from './views/forbidden-page.ts';
import { createGuard, type Handler, type Visit } from './visit.ts';
import { type WorkspaceConfigurationOptions, workspaceConfigurationRoutes } from './workspace-configuration.ts';

export interface ConsoleOptions {
  sites: Sites;
  sessions: Pick<
    Sessions,
    'find' | 'recordActivity' | 'noteProof' | 'end' | 'endAll' | 'widen' | 'listOfAccount' | 'listOfOrganization'
  >;
  endSessionsOf: PasswordOptions['endSessionsOf'];
  passwords: PasswordOptions['passwords'];
  throttle: PasswordOptions['throttle'];
  identities: PasswordOptions['identities'];
  accounts: PasswordOptions['accounts'];
  administered: Administered;
  organizations: Pick<Organizations, 'find'>;
  changeSettings: ChangeSettings;
  chooseMethod: WorkspaceConfigurationOptions['chooseMethod'];
  setupLinks: SetupLinksOptions['setupLinks'];
  secureClients: ApiAccessOptions['secureClients'];
  store: ApiAccessOptions['store'];
  administrators: AdministratorsOptions['administrators'];
  invitations: AdministratorsOptions['invitations'];
  connections: Pick<Connections, 'find' | 'findByIdentifier' | 'openSettings'>;
  connectionList: ConnectionList;
  connectionStates: ConnectionsOptions['connectionStates'];
  connectionChecks: ConnectionsOptions['connectionChecks'];
  connectionDrafts: ConnectionsOptions['connectionDrafts'] &
    MetadataImportOptions['connectionDrafts'] &
    GatewayOptions['connectionDrafts'] &
    ConnectionTestOptions['connectionDrafts'];
  connectionVersions: ConnectionsOptions['connectionVersions'];
  changeDetails: ConnectionsOptions['changeDetails'];
  disconnecting: ConnectionsOptions['disconnecting'];
  metadataImports: MetadataImportOptions['metadataImports'];
  metadataWatches: MetadataOptions['metadataWatches'];
  certificateUses: MetadataOptions['certificateUses'];
  readMetadataNow: MetadataOptions['readMetadataNow'];
  samlMetadata: MetadataOptions['samlMetadata'];
  ourCertificates: MetadataOptions['ourCertificates'];
  connectionTenants: TenantOptions['connectionTenants'];
  tenantConsents: TenantOptions['tenantConsents'];
  directoryBrowsing: TenantOptions['directoryBrowsing'] & DirectoryPeopleOptions['directoryBrowsing'];
  definitionOf: DefinitionOf;
  trials: ConnectionTestOptions['trials'];
  /** Kinds of connections that there are, in the order of the registry. */
  kinds: readonly string[];
  gateways: GatewayOptions['gateways'];
  rateLimiter: GatewayOptions['rateLimiter'];
  samlRollover: RolloverOptions['samlRollover'];
  metadataAddresses: RolloverOptions['metadataAddresses'];
  keys: RolloverOptions['keys'];
  expiryRegister: ExpiryOptions['expiryRegister'];
  expiryFeeds: ExpiryOptions['expiryFeeds'];
  secretExpiries: SecretExpiryOptions['secretExpiries'];
  parties: OwnRelyingParties;
  /** The console's client id at our own OpenID Provider. */
  clientId: string;
  signOut: SignOut;
  freshProof: FreshProof;
  passkeys: PasskeysOptions['passkeys'];
  passkeyCeremonies: PasskeysOptions['passkeyCeremonies'];
  mfaChanges: MfaOptions['mfaChanges'];
  factorChange: MfaOptions['factorChange'];
  responder: Responder;
  csrf: Csrf;
  cookies: CookieNames;
  clock: Clock;
  log: Log;
  /** Name of a kind of provider (`citrix` too), as people read it. */
  labelOf(kind: string): string;
  systemLog: Pick<SystemLog, 'page' | 'each'>;
  webhooks: LogWebhookOptions['webhooks'];
  traces: SignInsOptions['traces'];
  traceLinks: SignInsOptions['traceLinks'];
  signInCounts: SignInsOptions['signInCounts'];
  /** Into the system log. */
  record: RecordEntry;
}

export function createConsole(options: ConsoleOptions): Router {
  const surface = surfaceOf(options);
  const surfaces = createOwnSurfaces(options);
  const guard = createGuard({ ...options, surface, surfaces });
  const entrance = createEntrance({ ...options, surface, surfaces, guard });
  const show = createShow({ ...options, surface, secure: options.sites.secure });
  const pages = { ...options, show };
  const gate = createFreshProofGate({ ...options, surface, surfaces, show });
  const handlers: Readonly<Record<ConsoleRoute, Handler>> = {
    ...overviewRoutes(pages),
    ...mySessionsRoutes(pages),
    ...mfaRoutes(pages),
    ...passwordRoutes(pages),
    ...passkeysRoutes(pages),
    ...organizationSessionsRoutes(pages),
    ...sessionSettingsRoutes(pages),
    ...connectionsRoutes(pages),
    ...connectionTestRoutes(pages),
    ...metadataImportRoutes(pages),
    ...metadataRoutes(pages),
    ...directoryRoutes(pages),
    ...gatewayRoutes(pages),
    ...tenantRoutes(pages),
    ...rolloverRoutes(pages),
    ...secretExpiryRoutes(pages),
    ...expiryRoutes(pages),
    ...setupLinksRoutes(pages),
    ...apiAccessRoutes(pages),
    ...signInsRoutes(pages),
    ...systemLogRoutes(pages),
    ...logWebhookRoutes(pages),
    ...administratorsRoutes(pages),
    ...directoryPeopleRoutes(pages),
    ...workspaceConfigurationRoutes(pages),
    ...gate.routes,
  };

  const router = Router();
  router.use(refuseCrossSite);
  router.get('/', entrance.open);
  router.get('/organizations', entrance.choose);
  router.post('/organizations', entrance.remember);
  router.get('/go', (_request, response) => response.redirect(303, surface.url('/')));
  router.get('/go/:identifier', entrance.go);
  router.get('/sign-in/:customerId', entrance.signIn);
  router.get('/callback', (request, response) => surfaces.answerCallback(surface, request, response));
  router.post('/sign-out', (request, response) => surfaces.answerSignOut(surface, request, response));
  router.get('/signed-out', (request, response) => surfaces.answerSignedOut(surface, request, response));
  for (const [route, needs] of Object.entries(consoleRules) as [ConsoleRoute, Needs][]) {
    const [method, path] = route.split(' ') as ['GET' | 'POST', string];
    const answer = async (request: Request, response: Response): Promise<void> => {
      const visit = await guard.enter(request, response, { document: documentRoutes.get(route), needs });
      if (!visit) return;
      if (!isAllowed(visit.access, needs)) return refuse(options.log, show, visit, needs, route);
      const proven = await gate.pass(visit, route);
      if (proven) await handlers[route](proven);
    };
    router[method === 'GET' ? 'get' : 'post'](`/o/:customerId${path}`, answer);
  }
  requireRules(router, {
    rules: Object.keys(consoleRules).map((route) => route.replace(' ', ' /o/:customerId')),
    open: openRoutes,
    middleware: [refuseCrossSite],
  });
  return router;
}

/** Before an organization is chosen: the ways in, and the way out. */
const openRoutes = [
  'GET /',
  'GET /organizations',
  'POST /organizations',
  'GET /go',
  'GET /go/:identifier',
  'GET /sign-in/:customerId',
  'GET /callback',
  'POST /sign-out',
  'GET /signed-out',
];

function surfaceOf({ sites, cookies, clientId, connections }: ConsoleOptions): Surface {
  const url = (path = '/'): string => sites.consoleUrl(path);
  return {
    url,
    realm: administratorsRealm,
    party: { clientId, callbackUrl: url('/callback'), cookie: cookies.console, loginCookie: cookies.consoleLogin },
    async againUrl(session) {
      const identifier = session && (await connections.find(session.connectionId))?.identifier;
      return identifier ? sites.goUrl(identifier) : url('/');
    },
  };
}

function refuse(log: Log, show: Show, visit: Visit, needs: Needs, route: ConsoleRoute): void {
  const reference = { code: referenceCode(), at: visit.now };
  const { requestId } = edgeOf(visit.request);
  const { accountId } = visit.state.session;
  log.info({ requestId, reference: reference.code, route, needs, accountId }, 'page refused');
  show(
    visit,
    (context, frame) =>
      forbiddenPage(context, frame, {
        needs: needs === 'full' || needs === 'any' ? 'full' : { permission: permissionLabels[context.language][needs] },
        backHref: visit.url('/'),
        reference,
      }),
    { status: 403 },
  );
}
