/**
 * The console and the workspaces as relying parties of our own OpenID Provider: plain OpenID Connect like any other
 * application, only that they keep the session's uid and ask `sessions/` on every request (ARCHITECTURE §3).
 *
 * Owns: the code flow's state, nonce and verifier in a sealed cookie, and the session cookie. Called by `console/`,
 * `workspace/`.
 */
import type { IncomingMessage } from 'node:http';
import * as client from 'openid-client';
import type { Sealer } from '../../certs/sealing.ts';
import { type CookieSigner, cookieNamesOf, readCookie } from './cookies.ts';

export interface OwnRelyingPartiesOptions {
  issuer: string;
  /** Calls the OpenID Provider in process. */
  fetch: typeof fetch;
  secretOf(clientId: string): string;
  sealer: Sealer;
  signer: CookieSigner;
}

/** A cookie to set on the answer; `value` undefined clears it. Milliseconds. */
export interface CookieChange {
  name: string;
  value: string | undefined;
  maxAge?: number;
}

/** One of our own relying parties: the console, or the workspace of one organization. */
export interface OwnRelyingParty {
  clientId: string;
  /** Registered redirect URI. */
  callbackUrl: string;
  /** Name of its session cookie, and the beginning of the names of those for sign-ins under way. */
  cookie: string;
  loginCookie: string;
}

interface Flow {
  state: string;
  nonce: string;
  verifier: string;
  returnTo: string;
}

export interface OwnSignIn {
  /** Path within the surface to go to afterwards. */
  returnTo: string;
  acrValues?: string;
  prompt?: string;
  loginHint?: string;
  /** The language chosen here; cookies do not reach the accounts host. */
  uiLocales?: string;
}

const flowLifetime = 3_600_000;
/** Tabs of one browser that may be on their way to one surface. */
const flowsAtOnce = 10;
const capacity = 2_000;

export type OwnRelyingParties = ReturnType<typeof createOwnRelyingParties>;

export function createOwnRelyingParties(options: OwnRelyingPartiesOptions) {
  const { issuer, sealer, signer } = options;
  const configurations = new Map<string, client.Configuration>();

  function configurationOf(clientId: string): client.Configuration {
    const known = configurations.get(clientId);
    if (known) return known;
    const configuration = new client.Configuration(
      {
        issuer,
        authorization_endpoint: `${issuer}/connect/authorize`,
        token_endpoint: `${issuer}/connect/token`,
        jwks_uri: `${issuer}/.well-known/openid-configuration/jwks`,
        id_token_signing_alg_values_supported: ['ES256'],
        authorization_response_iss_parameter_supported: true,
      },
      clientId,
      { id_token_signed_response_alg: 'ES256' },
      client.ClientSecretBasic(options.secretOf(clientId)),
    );
    configuration[client.customFetch] = options.fetch as client.CustomFetch;
    // The in-process fetch never leaves the process; this only lifts openid-client's check of the scheme.
    if (issuer.startsWith('http:')) client.allowInsecureRequests(configuration);
    // By default openid-client trusts TLS instead of the ID token's signature (SECURITY §0.3).
    client.enableNonRepudiationChecks(configuration);
    if (configurations.size >= capacity) configurations.clear();
    configurations.set(clientId, configuration);
    return configuration;
  }

  async function begin(party: OwnRelyingParty, signIn: OwnSignIn): Promise<{ location: string; cookie: CookieChange }> {
    const flow: Flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      returnTo: signIn.returnTo,
    };
    const url = client.buildAuthorizationUrl(configurationOf(party.clientId), {
      redirect_uri: party.callbackUrl,
      scope: 'openid profile email cip',
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      ...(signIn.acrValues !== undefined && { acr_values: signIn.acrValues }),
      ...(signIn.prompt !== undefined && { prompt: signIn.prompt }),
      ...(signIn.loginHint !== undefined && { login_hint: signIn.loginHint }),
      ...(signIn.uiLocales !== undefined && { ui_locales: signIn.uiLocales }),
    });
    const name = flowCookie(party, flow.state);
    return {
      location: url.href,
      cookie: { name, value: sealer.seal(JSON.stringify(flow), name), maxAge: flowLifetime },
    };
  }

  /**
   * Cookies of sign-ins that were begun long ago, to be dropped when another begins: whoever leaves a hundred tabs open
   * would otherwise send more cookies than a server reads, and be refused everything.
   */
  function forgotten(party: OwnRelyingParty, request: IncomingMessage): CookieChange[] {
    const names = cookieNamesOf(request, `${party.loginCookie}-`);
    return names.slice(0, Math.max(0, names.length + 1 - flowsAtOnce)).map((name) => ({ name, value: undefined }));
  }

  /**
   * The answer at the redirect URI. Undefined: not an answer that this browser waits
   * for (expired, repeated, another browser's). Throws what openid-client throws when an answer does not prove itself.
   */
  async function complete(
    party: OwnRelyingParty,
    request: IncomingMessage,
    query: URLSearchParams,
  ): Promise<{ returnTo: string; cookies: CookieChange[]; denied?: string } | undefined> {
    const state = query.get('state');
    if (state === null) return undefined;
    const name = flowCookie(party, state);
    const flow = openFlow(name, readCookie(request, name));
    if (flow?.state !== state) return undefined;
    const done: CookieChange = { name, value: undefined };
    const denied = query.get('error');
    if (denied !== null) return { returnTo: flow.returnTo, cookies: [done], denied };
    const url = new URL(`${party.callbackUrl}?${query}`);
    const tokens = await client.authorizationCodeGrant(configurationOf(party.clientId), url, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    });
    const uid = tokens.claims()?.sid;
    if (typeof uid !== 'string') throw new Error('our own ID token has no sid');
    return {
      returnTo: flow.returnTo,
      cookies: [done, { name: party.cookie, value: signer.sign(party.clientId, uid) }],
    };
  }

  function openFlow(name: string, sealed: string | undefined): Flow | undefined {
    try {
      return sealed === undefined ? undefined : JSON.parse(sealer.openText(sealed, name));
    } catch {
      return undefined;
    }
  }

  /** The session that this browser's cookie names; whether it still lasts is for `sessions/` to say. */
  const sessionUidOf = (party: Pick<OwnRelyingParty, 'clientId' | 'cookie'>, request: IncomingMessage) =>
    signer.open(party.clientId, readCookie(request, party.cookie));

  const forget = (party: OwnRelyingParty): CookieChange => ({ name: party.cookie, value: undefined });

  return { begin, forgotten, complete, sessionUidOf, forget };
}

/** One per sign-in under way: several tabs may each be on their way. */
function flowCookie(party: OwnRelyingParty, state: string): string {
  return `${party.loginCookie}-${state.slice(0, 8)}`;
}
