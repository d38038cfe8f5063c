/** oidc-provider's configuration: every default that SECURITY §1.2 calls unsafe is set here, with the reason. */
import {
  type Adapter,
  type Client,
  type Configuration,
  errors,
  type JWKS,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { languages } from '../core/language.ts';
import { referenceCode } from '../core/random.ts';
import type { CookieNames } from '../http/cookies.ts';
import { administratorsRealm, latestEndOf } from '../sessions/policy.ts';
import type { Session, SessionState, Sessions } from '../sessions/sessions.ts';
import { StoreUnavailable } from '../store/store.ts';
import { type AccessClaim, accountClaims, type ClaimedOrganization, scopeClaims } from './account.ts';
import { type ClientExtension, extraClientMetadata } from './clients.ts';
import { createCookieKeys } from './cookie-keys.ts';
import { createInteractionPolicy, isForeign } from './interaction-policy.ts';
import { realmContext, requireRealm } from './realms.ts';
import type { SessionGrants } from './session-adapter.ts';

/** Our own pages in oidc-provider's place. Each returns a whole HTML document. */
export interface OpPages {
  /** `refused`: the relying party's request was not acceptable; `unavailable`: we cannot answer now; else we failed. */
  error(ctx: KoaContextWithOIDC, shown: { problem: 'refused' | 'unavailable' | 'failed'; reference: string }): string;
  /** `action` and `xsrf` of the form that confirms. */
  confirmSignOut(ctx: KoaContextWithOIDC, form: { action: string; xsrf: string; realm: string }): string;
  signedOut(ctx: KoaContextWithOIDC): string;
}

export interface OpConfigurationOptions {
  jwks: JWKS;
  adapter(model: string): Adapter;
  sessions: Sessions;
  grants: SessionGrants;
  cookies: CookieNames;
  /** Newest first; signs oidc-provider's cookies. */
  cookieKeys: readonly string[];
  signinUrl(uid: string): string;
  pages: OpPages;
  fetch: typeof fetch;
  /** What an administrator may do now, by the durable rows; empty: access is gone. */
  accessOf(session: Session): Promise<readonly AccessClaim[]>;
  organizationOf(organizationId: string): Promise<ClaimedOrganization | undefined>;
  /** An error page was shown: the exact cause, for the log, under the code on the page. */
  onErrorPage(reference: string, error: Error, clientId: string | undefined): void;
  now(): number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

export function createOpConfiguration(options: OpConfigurationOptions): Configuration {
  const { sessions, grants, pages, now } = options;

  /** Seconds until the session's end; it was met earlier in this request, or there is no time left. */
  function remaining(uid: string | undefined, endOfState: (state: SessionState) => number): number {
    const state = uid === undefined ? undefined : realmContext().met.get(uid);
    return state === undefined ? 1 : Math.max(1, Math.floor((endOfState(state) - now()) / 1000));
  }
  /** Not cut by inactivity, which is asked for at every use: activity may still move it. */
  const latest = ({ session, policy }: SessionState) => latestEndOf(session, policy);

  return {
    adapter: options.adapter,
    jwks: options.jwks,
    // Clients' `jwks_uri` and back-channel logout: by the guard, in place of oidc-provider's own dispatcher (RP-11).
    fetch: options.fetch,
    routes: {
      authorization: '/connect/authorize',
      token: '/connect/token',
      userinfo: '/connect/userinfo',
      end_session: '/connect/endsession',
      introspection: '/connect/introspect',
      revocation: '/connect/revocation',
      pushed_authorization_request: '/connect/par',
      jwks: '/.well-known/openid-configuration/jwks',
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      claimsParameter: { enabled: true },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      // Audiences are registered clients; access tokens stay opaque whatever a request says.
      resourceIndicators: { enabled: false },
      introspection: {
        enabled: true,
        // The default lets every confidential client read every token (OP-17).
        allowedPolicy: async (ctx, client, token) => {
          if (token.clientId === client.clientId) return true;
          const owner = token.clientId === undefined ? undefined : await ctx.oidc.provider.Client.find(token.clientId);
          return owner !== undefined && isAudienceOf(owner, client);
        },
      },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) => {
          const realm = requireRealm();
          const xsrf = ctx.oidc.session?.state?.secret;
          ctx.body = pages.confirmSignOut(ctx, {
            action: `${ctx.oidc.urlFor('end_session_confirm')}?realm=${realm}`,
            xsrf: typeof xsrf === 'string' ? xsrf : '',
            realm,
          });
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = pages.signedOut(ctx);
        },
      },
    },
    renderError: (ctx, out, error) => {
      ctx.type = 'html';
      const reference = referenceCode();
      options.onErrorPage(reference, error, ctx.oidc?.client?.clientId);
      const failed = error instanceof StoreUnavailable ? 'unavailable' : 'failed';
      ctx.body = pages.error(ctx, { problem: out.error === 'server_error' ? failed : 'refused', reference });
    },

    // Code with PKCE and nothing else, for confidential clients too (RFC 9700 §2.1.1).
    responseTypes: ['code'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'ES256'],
      userinfoSigningAlgValues: ['RS256', 'ES256'],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      dPoPSigningAlgValues: ['ES256', 'EdDSA', 'Ed25519'],
    },
    // A server that a client also trusts must not be able to use here what was meant for itself (OP-18).
    assertJwtClientAuthClaimsAndHeader: async (ctx, claims) => {
      const audiences = [claims.aud].flat();
      if (audiences.length !== 1 || audiences[0] !== ctx.oidc.issuer)
        throw new errors.InvalidClientAuth('audience (aud) must be the issuer');
    },
    extraClientMetadata: { properties: [...extraClientMetadata] },
    clientBasedCORS: () => false,
    discovery: { ui_locales_supported: [...languages] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'cip'],
    claims: scopeClaims as Record<string, null | string[]>,
    conformIdTokenClaims: false,

    cookies: {
      names: {
        session: 'unused: see cookieName in provider.ts',
        interaction: options.cookies.interaction,
        resume: options.cookies.resume,
      },
      keys: createCookieKeys(options.cookieKeys),
      long: { httpOnly: true, sameSite: 'lax', secure: options.cookies.secure, overwrite: true, signed: true },
      short: { httpOnly: true, sameSite: 'lax', secure: options.cookies.secure, overwrite: true, signed: true },
    },

    ttl: {
      AuthorizationCode: minute,
      Interaction: hour,
      PushedAuthorizationRequest: 5 * minute,
      AccessToken: (_ctx, token) => Math.min(hour, remaining(token.sessionUid, latest)),
      RefreshToken: (_ctx, token) => Math.min(365 * day, remaining(token.sessionUid, latest)),
      Grant: 366 * day,
      // RP-visible life of what somebody is: five minutes, and never past the session (ARCHITECTURE §5).
      IdToken: (ctx) =>
        Math.min(
          5 * minute,
          remaining(sessionUidOf(ctx), (state) => state.end.at),
        ),
      Session: () => {
        const { found } = realmContext();
        return found === undefined ? hour : remaining(found.state.session.uid, latest);
      },
    },
    // SES-6: offline access too ends with the session.
    expiresWithSession: () => true,
    // By default a confidential client keeps one refresh token for most of its life (SECURITY §1.2).
    rotateRefreshToken: () => true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),

    interactions: {
      url: (_ctx, interaction) => {
        const { client_id: clientId, ui_locales: uiLocales } = interaction.params;
        // So that a page reached by the back button still knows the way to the application.
        const query = new URLSearchParams({ client: String(clientId) });
        if (typeof uiLocales === 'string') query.set('ui_locales', uiLocales);
        return `${options.signinUrl(interaction.uid)}?${query}`;
      },
      policy: createInteractionPolicy(),
    },

    async findAccount(ctx, accountId, token) {
      const uid = token && 'sessionUid' in token ? token.sessionUid : ctx.oidc.session?.uid;
      const state = uid === undefined ? undefined : (realmContext().met.get(uid) ?? (await sessions.find(uid)));
      if (!state?.active || state.session.accountId !== accountId) return undefined;
      const { session } = state;
      const isAdministrator = session.realm === administratorsRealm;
      const access = isAdministrator ? await options.accessOf(session) : [];
      // SES-3: decided by the durable row, not only by the session.
      if (isAdministrator && access.length === 0) return undefined;
      const [first] = session.organizationIds;
      const [administered] = access;
      const organization = administered
        ? { orgId: administered.org_id, customerId: administered.customer_id }
        : first === undefined
          ? undefined
          : await options.organizationOf(first);
      return { accountId, claims: () => accountClaims(session, organization, access) };
    },

    // One grant per client and session, made once; what the application may ask for was settled at its registration.
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      if (!client || !session?.accountId) return undefined;
      if (isForeign(ctx)) throw new errors.AccessDenied('this person belongs to another organization');
      // `sid` is the session's uid; set before oidc-provider would draw one of its own.
      session.sidFor(client.clientId, session.uid);
      const expiresAt = now() + 366 * day * 1000;
      const held = (await grants.read(session.uid))[client.clientId];
      let grant = held === undefined ? undefined : await provider.Grant.find(held);
      const scopes = [...ctx.oidc.requestParamOIDCScopes];
      const claims = [...ctx.oidc.requestParamClaims];
      if (grant) {
        const missing = scopes.some((scope) => !grant?.getOIDCScope().split(' ').includes(scope));
        const missingClaims = claims.some((claim) => !grant?.getOIDCClaims().includes(claim));
        if (!missing && !missingClaims) return grant;
      } else {
        grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      }
      grant.addOIDCScope(scopes.join(' '));
      if (claims.length > 0) grant.addOIDCClaims(claims);
      const saved = await grant.save();
      const standing = await grants.put(session.uid, client.clientId, saved, held, expiresAt);
      return standing === saved ? grant : await provider.Grant.find(standing);
    },
  };
}

/** A client of the same organization that the token's client names as an audience. */
function isAudienceOf(owner: Client, asking: Client): boolean {
  const [from, to] = [owner.sekisho as ClientExtension, asking.sekisho as ClientExtension];
  return from.audiences.includes(asking.clientId) && from.organizationId === to.organizationId;
}

function sessionUidOf(ctx: KoaContextWithOIDC): string | undefined {
  const { entities, session } = ctx.oidc;
  const source = entities.AuthorizationCode ?? entities.RefreshToken ?? entities.AccessToken;
  return source?.sessionUid ?? session?.uid;
}
