/**
 * The OpenID Provider: what relying parties see.
 *
 * Owns: the mount of oidc-provider below the issuer, its configuration, adapters, clients, realms, logout notices, and
 * the swap to a new instance when signing keys change. Does not own: sessions (`sessions/`), sign-in pages
 * (`accounts/`), who may sign in (`signin/`).
 * Called by: `app.ts`, which mounts `handle` and lends `interaction…` to the sign-in pages.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWKS } from 'oidc-provider';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { hashOfToken } from '../core/random.ts';
import { type CookieNames, dropAmbiguousCookie, readCookie } from '../http/cookies.ts';
import { administratorsRealm, type EndReason } from '../sessions/policy.ts';
import type { Session, SessionState, Sessions } from '../sessions/sessions.ts';
import type { Store } from '../store/store.ts';
import type { AccessClaim, ClaimedOrganization } from './account.ts';
import { createModelAdapter } from './adapter.ts';
import { createClientAdapter, type RelyingParties } from './clients.ts';
import { createOpConfiguration, type OpPages } from './configuration.ts';
import { createFindRealm, type InteractionExtension } from './find-realm.ts';
import { createLogoutNotices, type LogoutNotice } from './logout-notices.ts';
import { RealmProvider, sendBackchannelLogout } from './provider.ts';
import { runInRealm, undecidedRealm } from './realms.ts';
import { createSessionAdapter, createSessionGrants } from './session-adapter.ts';

export interface OpOptions {
  issuer: string;
  store: Store;
  sealer: Sealer;
  clock: Clock;
  sessions: Sessions;
  parties: RelyingParties;
  cookies: CookieNames;
  /** Newest first. */
  cookieKeys(): readonly string[];
  signinUrl(uid: string): string;
  pages: OpPages;
  fetch: typeof fetch;
  /** What an administrator may do now, by the durable rows; empty: access is gone. */
  accessOf(session: Session): Promise<readonly AccessClaim[]>;
  /** Why somebody without access has lost it. */
  lossOf(session: Session): Promise<EndReason>;
  organizationOf(organizationId: string): Promise<ClaimedOrganization | undefined>;
  /** Private keys in publishing order, and a version that changes with them. */
  signingKeys(): Promise<{ version: number; jwks: JWKS }>;
  onLogoutFailure(notice: LogoutNotice, error: unknown, willRetry: boolean): void;
  onServerError(error: Error): void;
  onErrorPage(reference: string, error: Error, clientId: string | undefined): void;
}

/** Of a query; a request means a dozen. */
const maxParameters = 200;

/** A sign-in that the OpenID Provider waits for. */
export interface Interaction {
  uid: string;
  clientId: string;
  params: Readonly<Record<string, unknown>>;
  /** `login` or `consent`. */
  prompt: string;
  reasons: readonly string[];
  returnTo: string;
}

export type Op = Awaited<ReturnType<typeof createOp>>;

export async function createOp(options: OpOptions) {
  const { issuer, store, sealer, clock, sessions, parties } = options;
  const grants = createSessionGrants(store);
  const adapterOptions = { store, sealer, clock };
  /** SES-3: decided by the durable row; a session whose person was removed is over, here and for whoever is told. */
  const hasAccess = async (session: Session): Promise<boolean> => {
    if (session.realm !== administratorsRealm || (await options.accessOf(session)).length > 0) return true;
    await sessions.end(session.uid, await options.lossOf(session));
    return false;
  };
  const adapters: Record<string, ReturnType<typeof createModelAdapter>> = {
    Session: createSessionAdapter({ ...adapterOptions, sessions, grants, hasAccess }),
    Client: createClientAdapter(parties),
  };
  const adapter = (model: string) => {
    adapters[model] ??= createModelAdapter(model, adapterOptions);
    return adapters[model];
  };

  function build(jwks: JWKS): RealmProvider {
    const configuration = createOpConfiguration({
      ...options,
      cookieKeys,
      jwks,
      adapter,
      grants,
      now: () => clock.now(),
    });
    const provider = new RealmProvider(issuer, configuration, options.cookies.session);
    // oidc-provider looks and then writes: two requests at once could both use one JWT (OP-18, RFC 9449 §11.1).
    (provider.ReplayDetection as unknown as ReplayMarks).unique = (issuedBy, id, expiresAt) =>
      store.add(`op:replay:{${hashOfToken(`${issuedBy} ${id}`)}}`, '1', Math.max(expiresAt * 1000, clock.now() + 1000));
    provider.on('server_error', (_ctx, error) => options.onServerError(error));
    provider.use(async (ctx, next) => {
      await next();
      // oidc-provider lets any origin read what it answers before it knows the client; no page reads these (OP-22).
      if (!ctx.path.startsWith('/.well-known/')) ctx.remove('Access-Control-Allow-Origin');
      if (ctx.oidc?.route === 'end_session_confirm' && ctx.oidc.session?.destroyed === true) {
        await sessions.end(ctx.oidc.session.uid, 'signed_out');
      }
      if (ctx.oidc?.route === 'end_session' && ctx.status === 200 && ctx.oidc.session?.accountId === undefined) {
        finishEmptyLogout(ctx as unknown as LogoutContext);
      }
    });
    return provider;
  }

  let { version, jwks } = await options.signingKeys();
  let cookieKeys = options.cookieKeys();
  let provider = build(jwks);

  /** Swaps to a new instance when the keys have changed; requests in flight finish on the old one. */
  async function refreshKeys(): Promise<boolean> {
    const latest = await options.signingKeys();
    const latestCookieKeys = options.cookieKeys();
    if (latest.version === version && latestCookieKeys.join() === cookieKeys.join()) return false;
    ({ version, jwks } = latest);
    cookieKeys = latestCookieKeys;
    provider = build(jwks);
    return true;
  }

  const findRealm = createFindRealm({ parties, sessions, provider: () => provider });
  const notices = createLogoutNotices({
    store,
    clock,
    send: ({ clientId, accountId, sid }) =>
      runInRealm(undefined, async () => void (await sendBackchannelLogout(provider, clientId, accountId, sid))),
    onFailure: options.onLogoutFailure,
  });

  /**
   * Answers a request below the issuer (`request.url` is relative to it). Throws `not_found`, `request_invalid`. Resolves to `ask` without answering when a
   * logout does not say whose session it means; the accounts pages then list this browser's sessions.
   */
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<'answered' | 'ask'> {
    // By hand: `URL` would take `//x` for a host and tidy the path up, oidc-provider's router does neither.
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const pathname = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    // Koa's parser takes quadratic time: 32 kB of `x&` would hold the whole process for seconds (OP-19).
    if (query.split('&', maxParameters + 1).length > maxParameters) throw new AppError('request_invalid');
    const searchParams = new URLSearchParams(query);
    const found = await findRealm(pathname, searchParams);
    if (found === 'unknown') throw new AppError('not_found');
    if (found !== 'none' && found !== 'ask') dropAmbiguousCookie(request, options.cookies.session(found.realm));
    if (found === 'ask') return 'ask';
    if (pathname === '/connect/authorize' && found !== 'none')
      await recordAuthorize(request, searchParams, found.realm);
    await runInRealm(found === 'none' ? undefined : found.realm, () => provider.callback()(request, response));
    return 'answered';
  }

  /** SES-7: an authorize request without `prompt=none` is activity. */
  async function recordAuthorize(request: IncomingMessage, query: URLSearchParams, realm: string): Promise<void> {
    if (query.get('prompt') === 'none') return;
    const state = await sessionOf(request, realm);
    if (state) await sessions.recordActivity(state);
  }

  /** The session that this browser holds in a realm. */
  async function sessionOf(request: IncomingMessage, realm: string): Promise<SessionState | undefined> {
    const handle = readCookie(request, options.cookies.session(realm));
    const state = handle === undefined ? undefined : await sessions.findByHandle(handle, realm);
    return state?.active ? state : undefined;
  }

  /** Gives this browser the session: the cookie that the resumed authorize request will bring. */
  async function setSessionCookie(
    request: IncomingMessage,
    response: ServerResponse,
    session: Session,
    handle: string,
  ): Promise<void> {
    // Whoever has learned the cookie from before this sign-in does not keep it (OP-08).
    const before = readCookie(request, options.cookies.session(session.realm));
    if (before !== undefined) await sessions.retireHandle(before);
    const { cookies } = provider.createContext(request, response);
    cookies.set(options.cookies.session(session.realm), handle, {
      httpOnly: true,
      sameSite: 'lax',
      secure: options.cookies.secure,
      overwrite: true,
      signed: true,
      path: '/',
    });
  }

  /** The models behind what `findInteraction` gave out, for the same request. */
  const waiting = new WeakMap<Interaction, Awaited<ReturnType<typeof provider.interactionDetails>>>();

  /** The interaction that this browser was sent to sign in for; undefined when it is over or another browser's. */
  async function findInteraction(request: IncomingMessage, response: ServerResponse): Promise<Interaction | undefined> {
    return runInRealm(undecidedRealm, async () => {
      try {
        const details = await provider.interactionDetails(request, response);
        const { uid, params, prompt, returnTo } = details;
        const found = {
          uid,
          clientId: String(params.client_id),
          params,
          prompt: prompt.name,
          reasons: prompt.reasons,
          returnTo,
        };
        waiting.set(found, details);
        return found;
      } catch {
        return undefined;
      }
    });
  }

  /** Hands the finished sign-in back; the browser then goes to `returnTo`. Undefined when the interaction has expired. */
  async function finishInteraction(interaction: Interaction, session: Session): Promise<string | undefined> {
    return saveResult(interaction, {
      login: {
        accountId: session.accountId,
        ts: Math.floor(session.authTime / 1000),
        amr: [...session.amr],
        ...(session.acr !== null && { acr: session.acr }),
      },
      sekisho: { realm: session.realm } satisfies InteractionExtension,
    });
  }

  /** Answers `prompt=consent`: the administrator who registered the application has consented for the organization. */
  const consent = (interaction: Interaction) => saveResult(interaction, { consent: {} });

  /** Ends the journey with an OAuth error at the relying party. */
  const abort = (interaction: Interaction, error: string) =>
    saveResult(interaction, { error, error_description: 'the sign-in was not completed' });

  async function saveResult(found: Interaction, result: Record<string, unknown>): Promise<string | undefined> {
    const interaction = waiting.get(found) ?? (await provider.Interaction.find(found.uid));
    if (!interaction) return undefined;
    interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result };
    // A session that stood at the beginning may have been replaced by this sign-in; resume must not look for it.
    if ('login' in result) interaction.session = undefined as never;
    await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
    return interaction.returnTo;
  }

  /** Queues a logout notice for every client that had a grant in the session. */
  async function announceEnd({ session }: SessionState): Promise<void> {
    const clientIds = Object.keys(await grants.read(session.uid));
    await notices.enqueue(clientIds.map((clientId) => ({ clientId, accountId: session.accountId, sid: session.uid })));
  }

  /** The session behind an access token, for `POST /core/session/activity` (SES-7). */
  async function sessionOfAccessToken(token: string): Promise<SessionState | undefined> {
    const found = await runInRealm(undefined, () => provider.AccessToken.find(token));
    const uid = found?.isValid ? found.sessionUid : undefined;
    const grant = found?.grantId === undefined ? undefined : await provider.Grant.find(found.grantId);
    const state = uid === undefined || !grant ? undefined : await sessions.find(uid);
    return state?.active ? state : undefined;
  }

  return {
    handle,
    refreshKeys,
    sessionOf,
    setSessionCookie,
    findInteraction,
    finishInteraction,
    consent,
    abort,
    announceEnd,
    deliverNotices: notices.deliver,
    sessionOfAccessToken,
  };
}

interface ReplayMarks {
  /** True for the first use. `expiresAt` in seconds. */
  unique(issuedBy: string, id: string, expiresAt: number): Promise<boolean>;
}

interface LogoutContext {
  oidc: {
    session: { state?: { postLogoutRedirectUri?: string; state?: string } };
    urlFor(name: string): string;
  };
  status: number;
  redirect(url: string): void;
  remove(header: string): void;
}

/** Nobody is signed in: oidc-provider would post an empty confirmation by script. We go straight to where it leads. */
function finishEmptyLogout(ctx: LogoutContext): void {
  // Nothing to remember, and a link could fill a browser's cookies with sessions of realms that it makes up (OP-14).
  ctx.remove('Set-Cookie');
  const { postLogoutRedirectUri, state } = ctx.oidc.session.state ?? {};
  let target = ctx.oidc.urlFor('end_session_success');
  if (postLogoutRedirectUri !== undefined) {
    const url = new URL(postLogoutRedirectUri);
    if (state !== undefined) url.searchParams.set('state', state);
    target = url.href;
  }
  ctx.status = 303;
  ctx.redirect(target);
}
