/** A registered application, as its own server would drive the protocol: by hand, so that tests can bend any parameter. */
import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { ClientMetadataInput } from '../../src/directory/client-metadata.ts';
import type { TestApp } from './app.ts';
import type { Browser, Page } from './browser.ts';
import { getJson, postForm, type TokenAnswer } from './browserless.ts';

export interface Started {
  url: URL;
  state: string;
  nonce: string;
  verifier: string;
}

export interface RelyingPartyOptions {
  organizationId: string | null;
  name?: string;
  clientId?: string;
  metadata?: Partial<ClientMetadataInput>;
}

export const redirectUri = 'http://127.0.0.1:9/callback';

export type RelyingParty = ReturnType<typeof createRelyingParty>;

export async function registerRelyingParty(app: TestApp, options: RelyingPartyOptions) {
  const { application, secret } = await app.services.applications.add({
    organizationId: options.organizationId,
    name: options.name ?? 'Test application',
    ...(options.clientId !== undefined && { clientId: options.clientId }),
    metadata: {
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: ['http://127.0.0.1:9/signed-out'],
      client_uri: 'http://127.0.0.1:9/',
      ...options.metadata,
    },
  });
  const redirect = String(application.metadata.redirect_uris[0]);
  return createRelyingParty({ issuer: app.sites.issuer, clientId: application.clientId, secret, redirect });
}

/** One that is registered already, perhaps at a server in another process. `redirect`: its redirect URI. */
export function createRelyingParty(registered: {
  issuer: string;
  clientId: string;
  secret: string | null;
  redirect: string;
}) {
  const { issuer, clientId, secret, redirect } = registered;

  /** Parameters given as undefined are left out. */
  function start(parameters: Record<string, string | undefined> = {}): Started {
    const [state, nonce, verifier] = [random(), random(), random()];
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const url = new URL(`${issuer}/connect/authorize`);
    const all: Record<string, string | undefined> = {
      client_id: clientId,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid profile email cip',
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...parameters,
    };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
    return { url, state, nonce, verifier };
  }

  async function post(path: string, form: Record<string, string>, authenticate = true): Promise<TokenAnswer> {
    return postForm(`${issuer}${path}`, form, authenticate && secret !== null ? { clientId, secret } : undefined);
  }

  const redeem = (code: string, verifier: string, more: Record<string, string> = {}) =>
    post('/connect/token', {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirect,
      ...(secret === null && { client_id: clientId }),
      ...more,
    });
  const refresh = (token: string, more: Record<string, string> = {}) =>
    post('/connect/token', {
      grant_type: 'refresh_token',
      refresh_token: token,
      ...(secret === null && { client_id: clientId }),
      ...more,
    });
  const introspect = (token: string) => post('/connect/introspect', { token });
  const revoke = (token: string) => post('/connect/revocation', { token });

  async function userinfo(accessToken: string): Promise<TokenAnswer> {
    return getJson(`${issuer}/connect/userinfo`, { authorization: `Bearer ${accessToken}` });
  }

  /** The whole code flow in this browser, whose sign-in needs no page. Throws when it does not end at the redirect URI. */
  async function signIn(browser: Browser, parameters: Record<string, string | undefined> = {}) {
    const started = start(parameters);
    const query = await arrive(browser, started.url);
    const code = query.get('code');
    if (code === null) throw new Error(`no code: ${query}`);
    const tokens = await redeem(code, started.verifier);
    if (tokens.status !== 200) throw new Error(`not redeemed: ${JSON.stringify(tokens.body)}`);
    const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = tokens.body;
    return {
      ...started,
      code,
      claims: decodeJwt(String(idToken)),
      idToken: String(idToken),
      accessToken: String(accessToken),
      refreshToken: String(refreshToken),
    };
  }

  return { clientId, secret, start, post, redeem, refresh, introspect, revoke, userinfo, signIn };
}

/** Follows redirects until the browser is sent to the application, which is not there; the answer's parameters. */
export async function arrive(browser: Browser, url: URL | string): Promise<URLSearchParams> {
  const page = await followTo(browser, new URL(url), '127.0.0.1:9');
  if (page.url.host !== '127.0.0.1:9')
    throw new Error(`stopped at ${page.url} (${page.status}):\n${page.html.slice(0, 1500)}`);
  return page.url.searchParams;
}

/** Like a navigation, but stops before the first request to `host`. Posts SAML forms, as the page's script would. */
export async function followTo(browser: Browser, url: URL, host: string): Promise<Page> {
  let page = await browser.get(url).catch((error: Error & { cause?: unknown }) => stoppedAt(error, host));
  for (let step = 0; step < 5 && page.url.host !== host; step++) {
    const form = browser.forms(page).find(({ fields }) => 'SAMLRequest' in fields || 'SAMLResponse' in fields);
    if (!form || page.status !== 200) break;
    page = await browser.post(form.action, form.fields).catch((error: Error) => stoppedAt(error, host));
  }
  return page;
}

/** Nobody listens at the application's address, so the browser's last step is an error that carries its URL. */
function stoppedAt(error: Error & { url?: URL }, host: string): Page {
  if (error.url?.host !== host) throw error;
  return { status: 0, url: error.url, headers: {}, html: '', history: [] };
}

const random = () => randomBytes(32).toString('base64url');
