/** What the sign-in routes share: their collaborators, the browser's binding, and where a stranded person goes on. */
import type { Request, Response } from 'express';
import type { ProviderKind } from '../../providers/provider.ts';
import type { Sites } from '../config/sites.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Connections } from '../directory/connections/connections.ts';
import type { ConnectionDrafts } from '../directory/connections/drafts.ts';
import type { MetadataImports } from '../directory/connections/metadata-imports.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import type { SamlRollover } from '../directory/connections/saml-rollover.ts';
import type { SetupLinks } from '../directory/connections/setup-links.ts';
import type { Invitations } from '../directory/invitations.ts';
import type { Organizations } from '../directory/organizations.ts';
import type { PasswordResets } from '../directory/password-resets.ts';
import type { PasswordThrottle } from '../directory/password-throttle.ts';
import type { TermsAcceptances } from '../directory/terms-acceptances.ts';
import { type CookieNames, readCookie } from '../http/cookies.ts';
import type { Csrf } from '../http/csrf.ts';
import { edgeOf } from '../http/edge.ts';
import { type Form, readForm } from '../http/forms.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import type { Responder } from '../http/respond.ts';
import type { Reference, WayOn } from '../http/views/notices.ts';
import type { Session, SessionState, Sessions } from '../sessions/sessions.ts';
import type { Admit } from '../signin/admit.ts';
import type { Attempts } from '../signin/attempts.ts';
import type { CitrixSignIn } from '../signin/citrix-identity.ts';
import type { CitrixPasskeys } from '../signin/citrix-passkeys.ts';
import type { Enrolment } from '../signin/enrolment.ts';
import type { Handles } from '../signin/handles.ts';
import type { EndSessionsOf } from '../signin/identity-sessions.ts';
import type { MetadataAddresses } from '../signin/metadata-addresses.ts';
import type { SignIn } from '../signin/sign-in.ts';
import type { RefusedSignIn, SignInLog } from '../signin/sign-in-log.ts';
import type { TenantConsents } from '../signin/tenant-consents.ts';
import type { TraceLinks } from '../signin/traces/trace-links.ts';
import type { Trials } from '../signin/trials.ts';
import type { KnownDevices } from './known-devices.ts';

/** A sign-in that the OpenID Provider waits for; `op/` has it. */
export interface WaitingSignIn {
  uid: string;
  clientId: string;
  params: Readonly<Record<string, unknown>>;
  prompt: string;
  reasons: readonly string[];
  returnTo: string;
}

/** What these pages ask of the OpenID Provider; implemented by `op/`, handed over by `app.ts`. */
export interface OpSide {
  findInteraction(request: Request, response: Response): Promise<WaitingSignIn | undefined>;
  /** Where to go on; undefined when the interaction has expired meanwhile. */
  finishInteraction(interaction: WaitingSignIn, session: Session): Promise<string | undefined>;
  consent(interaction: WaitingSignIn): Promise<string | undefined>;
  sessionOf(request: Request, realm: string): Promise<SessionState | undefined>;
  /** `handle`: what `admit` has made to stand for the session until oidc-provider gives the browser its own. */
  setSessionCookie(request: Request, response: Response, session: Session, handle: string): Promise<void>;
}

/** A relying party as these pages need it. */
export interface Application {
  clientId: string;
  organizationId: string | null;
  customerId: string | null;
  realm: string | null;
  name: string;
  homeUrl: string | null;
  isNative: boolean;
  /** One of our own: the console, or a workspace. */
  own: 'console' | 'workspace' | null;
}

export interface AccountsOptions {
  sites: Sites;
  clock: Clock;
  log: Log;
  cookies: CookieNames;
  csrf: Csrf;
  responder: Responder;
  rateLimiter: RateLimiter;
  knownDevices: KnownDevices;
  passwordResets: Pick<PasswordResets, 'request' | 'find' | 'use'>;
  throttle: Pick<PasswordThrottle, 'succeeded'>;
  endSessionsOf: EndSessionsOf;
  op: OpSide;
  findApplication(clientId: string): Promise<Application | undefined>;
  labelOf(kind: ProviderKind): string;
  definitionOf: DefinitionOf;
  /** `login-okta` and the like: where upstreams send the browser back, below the issuer. */
  redirectUris: readonly string[];
  /** `login-azuread/connect` and the like: where the consent of a tenant comes back to. */
  consentUris: readonly { kind: ProviderKind; name: string }[];
  tenantConsents: Pick<TenantConsents, 'answer'>;
  organizations: Organizations;
  connections: Connections;
  /** Since when sign-in with this connection has been failing; undefined: it works. Costs nothing. */
  failingSince(connectionId: string): number | undefined;
  setupLinks: Pick<SetupLinks, 'find' | 'begin' | 'held' | 'finishedHere' | 'keepProgress' | 'finish'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find' | 'open' | 'save' | 'makeLive'>;
  metadataImports: Pick<MetadataImports, 'begin' | 'take'>;
  trials: Pick<Trials, 'begin' | 'find' | 'depart' | 'accept'>;
  invitations: Pick<Invitations, 'find' | 'acceptAsNew' | 'acceptAsExisting'>;
  sessions: Sessions;
  attempts: Attempts;
  handles: Handles;
  signIn: SignIn;
  citrix: CitrixSignIn;
  citrixPasskeys: CitrixPasskeys;
  enrolment: Enrolment;
  admit: Admit;
  termsAcceptances: TermsAcceptances;
  /** The `sub` of this identity as an administrator; undefined: it has never signed in. */
  administratorAccountOf(identityId: string): Promise<string | undefined>;
  /** Where a SAML identity provider finds us: signed, with both certificates during a rollover. */
  /** With `encryption`, it says that and how assertions may be encrypted for us. */
  samlMetadata(how: { encryption: boolean; connectionId?: string }): Promise<string>;
  metadataAddresses: MetadataAddresses;
  samlRollover: Pick<SamlRollover, 'noteFetched'>;
  /** Folder of mails to show (`config/development.ts`). */
  developmentMails: string | undefined;
  signInLog: Pick<SignInLog, 'refused'>;
  traceLinks: Pick<TraceLinks, 'open' | 'noteOpened'>;
  /** `reference`: of the trace of a sign-in by a connection. */
  onSignedIn(session: Session, clientId: string, reference?: string): Promise<void>;
  onNoAccess(details: { reference: string; connectionId: string; organizationId: string | null }): Promise<void>;
}

export type AccountsContext = ReturnType<typeof createAccountsContext>;

export function createAccountsContext(options: AccountsOptions) {
  const { cookies, responder, clock } = options;

  /** The value of the cookie that binds this browser, made when it has none. */
  function browserToken(request: Request, response: Response): string {
    const known = readCookie(request, cookies.browser);
    if (known !== undefined && /^[\w-]{43}$/.test(known)) return known;
    const token = randomToken();
    responder.setCookie(response, { name: cookies.browser, value: token });
    // Later calls in this request see the same browser.
    request.headers.cookie = `${request.headers.cookie === undefined ? '' : `${request.headers.cookie}; `}${cookies.browser}=${token}`;
    return token;
  }
  const browserOf = (request: Request, response: Response) => hashOfToken(browserToken(request, response));

  /** Where somebody goes on whose journey has stopped: the application that sent them, never an address from a request. */
  function wayTo(application: Application | undefined): WayOn {
    if (application?.own === 'console' && application.homeUrl !== null)
      return { to: 'console', href: application.homeUrl };
    if (application?.own === 'workspace' && application.homeUrl !== null) {
      return { to: 'workspace', organization: application.name, href: application.homeUrl };
    }
    if (!application) return { to: 'application' };
    return {
      to: 'application',
      name: application.name,
      ...(application.homeUrl !== null && { href: application.homeUrl }),
    };
  }
  const wayToClient = async (clientId: string | undefined): Promise<WayOn> =>
    wayTo(clientId === undefined ? undefined : await options.findApplication(clientId));

  /** A page or form of this sign-in; it carries the client, so that the way on is known even when the sign-in is over. */
  const signinUrl = ({ uid, clientId }: Pick<WaitingSignIn, 'uid' | 'clientId'>, ...rest: string[]): string =>
    `${options.sites.signinUrl(uid, ...rest)}?client=${encodeURIComponent(clientId)}`;

  const referenceOf = (code: string): Reference => ({ code, at: clock.now() });

  return { ...options, browserToken, browserOf, wayTo, wayToClient, signinUrl, referenceOf };
}

/** A form of these pages; throws `cross_site_refused` when it was not shown to this browser. */
export async function readPost(context: AccountsContext, request: Request, response: Response): Promise<Form> {
  const form = await readForm(request);
  context.csrf.require(context.browserToken(request, response), form);
  return form;
}

/** After the answer has been sent: an error here is the log's, not the person's. */
export async function recordRefusal(
  { signInLog, log }: Pick<AccountsContext, 'signInLog' | 'log'>,
  request: Request,
  refusal: Pick<RefusedSignIn, 'who' | 'reason' | 'retryAfter'>,
): Promise<void> {
  try {
    const { address } = edgeOf(request);
    await signInLog.refused({ ...refusal, clientAddress: address, userAgent: request.headers['user-agent'] });
  } catch (error) {
    log.error({ err: error }, 'a refused sign-in could not be recorded');
  }
}
