/**
 * What the official suite has before a module starts: a running OpenID Provider, two registered clients and somebody who
 * can sign in; and what it asserts in nearly every module. A module's own assertions are in the file of its name.
 *
 * Each test file has an app of its own, closed when the file ends. Every request carries PKCE, because without it none
 * is accepted here (README.md).
 */
import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from 'jose';
import { Agent, fetch } from 'undici';
import { afterAll, expect, vi } from 'vitest';
import { startTestApp } from '../support/app.ts';
import type { Browser, Page } from '../support/browser.ts';
import { getJson, type TokenAnswer } from '../support/browserless.ts';
import {
  followTo,
  type RelyingParty,
  type RelyingPartyOptions,
  redirectUri,
  registerRelyingParty,
  type Started,
} from '../support/relying-party.ts';
import { alice, connectOkta } from '../support/scenario/upstreams.ts';

export type Parameters = Record<string, string | undefined>;

/** How one authorization request ended. */
export interface Authorized extends Started {
  /** The application's redirect URI (nobody answers there: status 0) or the page at which the browser stopped. */
  page: Page;
  /** What the application was sent. */
  answer: URLSearchParams;
  /** The sign-in form was shown and filled in. */
  wasAsked: boolean;
}

export type OpenIdProvider = Awaited<ReturnType<typeof startOpenIdProvider>>;

export const postLogoutRedirectUri = 'http://127.0.0.1:9/signed-out';
const application = new URL(redirectUri).host;
const agent = new Agent({
  connect: { lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
});

/** Starts everything; closes it when the test file ends. */
export async function startOpenIdProvider() {
  const app = await startTestApp();
  // With a sign-in page, so that it is seen when somebody is asked again and when not.
  const { organization, upstream } = await connectOkta(app, 'conformance', { loginPage: true });
  afterAll(async () => {
    vi.useRealTimers();
    await upstream.close();
    await app.close();
  });
  const { issuer } = app.sites;
  const discovery = (await getJson(`${issuer}/.well-known/openid-configuration`)).body;
  const jwks = createRemoteJWKSet(new URL(String(discovery.jwks_uri)), {
    [customFetch]: (url, options) => fetch(url, { ...options, dispatcher: agent } as never) as never,
  });
  const register = (more: Partial<RelyingPartyOptions> = {}) =>
    registerRelyingParty(app, { organizationId: organization.id, ...more });
  const client = await register({ name: 'First client' });

  /** An authorization request in this browser, with the sign-in form filled in when one is shown. */
  async function authorize(browser: Browser, parameters: Parameters = {}, party = client): Promise<Authorized> {
    const started = party.start(parameters);
    return continueAt(browser, started, await followTo(browser, started.url, application));
  }

  /** From a page that may be the sign-in form to where it leads. */
  async function continueAt(browser: Browser, started: Started, shown: Page): Promise<Authorized> {
    const wasAsked = shown.url.origin === upstream.url;
    const { username, password } = alice;
    const page = wasAsked ? await submit(browser, { username, password }) : shown;
    return { ...started, page, answer: page.url.searchParams, wasAsked };
  }

  /** The answer is a success, complete and unspoilt (OpenID Connect Core §3.1.2.5, RFC 9207). Returns the code. */
  function expectCode({ page, answer, state }: Authorized): string {
    expect(`${page.url.origin}${page.url.pathname}`).toBe(redirectUri);
    expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(answer.get('state')).toBe(state);
    expect(answer.get('iss')).toBe(issuer);
    return String(answer.get('code'));
  }

  /** The application is sent one of these errors, with its state (RFC 6749 §4.1.2.1). */
  function expectErrorAnswer({ page, answer, state }: Authorized, errors: readonly string[]): void {
    expect(page.url.host).toBe(application);
    expect(errors).toContain(answer.get('error'));
    expect(answer.get('state')).toBe(state);
    expect(answer.get('iss')).toBe(issuer);
    expect(answer.get('error_description') ?? '').toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/);
    expect(answer.has('code')).toBe(false);
  }

  /** OpenID Connect Core §3.1.3.7, with keys fetched as an application would. */
  async function verifyIdToken(idToken: unknown, party: RelyingParty, nonce: string | undefined): Promise<JWTPayload> {
    const options = { issuer, audience: party.clientId, algorithms: ['RS256', 'ES256'], clockTolerance: 5 };
    const { payload, protectedHeader } = await jwtVerify(String(idToken), jwks, {
      ...options,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    expect(protectedHeader.kid).toBeTruthy();
    expect(payload.nonce).toBe(nonce);
    expect(payload.aud).toBe(party.clientId);
    expect(payload.sub).toMatch(/^[\x21-\x7e]{1,255}$/);
    return payload;
  }

  /** A successful token answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
  function expectTokens({ status, headers, body }: TokenAnswer): void {
    expect(body).toMatchObject({
      token_type: 'Bearer',
      access_token: expect.any(String),
      id_token: expect.any(String),
    });
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('application/json');
    expect(headers['cache-control']).toContain('no-store');
    expect(body.expires_in).toEqual(expect.any(Number));
  }

  /** Redeems the code and proves what came for it. */
  async function redeem(authorized: Authorized, party = client) {
    const tokens = await party.redeem(expectCode(authorized), authorized.verifier);
    expectTokens(tokens);
    const nonce = authorized.url.searchParams.get('nonce') ?? undefined;
    return {
      ...authorized,
      tokens: tokens.body,
      idToken: String(tokens.body.id_token),
      accessToken: String(tokens.body.access_token),
      refreshToken: String(tokens.body.refresh_token),
      claims: await verifyIdToken(tokens.body.id_token, party, nonce),
    };
  }

  /** The whole flow, as most modules make it: authorize, redeem, ask userinfo. */
  async function signIn(browser: Browser, parameters: Parameters = {}, party = client) {
    const signedIn = await redeem(await authorize(browser, parameters, party), party);
    const userinfo = await party.userinfo(signedIn.accessToken);
    expectUserinfo(userinfo, signedIn.claims);
    return { ...signedIn, userinfo: userinfo.body };
  }

  /** Where the end session endpoint leads: a page, or the application. */
  function endSession(browser: Browser, parameters: Record<string, string>): Promise<Page> {
    const url = new URL(String(discovery.end_session_endpoint));
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return followTo(browser, url, application);
  }

  /** Says yes on the page that asks. */
  const confirmSignOut = (browser: Browser) => submit(browser, { logout: 'yes' }, '/connect/endsession/confirm');

  /** As the official suite sees it: an authorization request with prompt=none. */
  async function expectSignedOut(browser: Browser): Promise<void> {
    expectErrorAnswer(await authorize(browser, { prompt: 'none' }), ['login_required']);
  }
  async function expectSignedIn(browser: Browser): Promise<void> {
    expectCode(await authorize(browser, { prompt: 'none' }));
  }

  return {
    app,
    issuer,
    discovery,
    upstream,
    client,
    register,
    authorize,
    continueAt,
    expectCode,
    expectErrorAnswer,
    verifyIdToken,
    redeem,
    signIn,
    endSession,
    confirmSignOut,
    expectSignedOut,
    expectSignedIn,
  };
}

/** OpenID Connect Core §5.3.2, and the types of §5.1 for the standard claims that we have. */
export function expectUserinfo({ status, headers, body }: TokenAnswer, idToken: JWTPayload): void {
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('application/json');
  expect(body.sub).toBe(idToken.sub);
  for (const name of ['name', 'given_name', 'family_name', 'preferred_username', 'email']) {
    if (name in body) expect(body[name]).toEqual(expect.stringMatching(/./));
  }
}

/** A page of ours that says no, and sends nobody anywhere. */
export function expectErrorPage(page: Page): void {
  expect(page.url.host).not.toBe(application);
  expect(page.status).toBe(400);
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.html).toContain('<h1');
}

/** The page that says that the person is signed out, without sending the browser anywhere. */
export function expectSignedOutPage(page: Page): void {
  expect(page.url.pathname).toBe('/core/connect/endsession/success');
  expect(page.status).toBe(200);
  expect(page.html).toContain('You are signed out');
}

/** Sends a form and follows it, up to the application. */
export async function submit(browser: Browser, fields: Record<string, string>, match = ''): Promise<Page> {
  return browser.submit(fields, match).catch((error: Error & { url?: URL }) => {
    if (error.url?.host !== application) throw error;
    return { status: 0, url: error.url, headers: {}, html: '', history: [] };
  });
}

/** A POST with the access token in its header. */
export async function postWithToken(url: string, accessToken: string): Promise<TokenAnswer> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(url, { method: 'POST', headers, dispatcher: agent });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: (await answer.json()) as never };
}
