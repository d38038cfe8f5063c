/**
 * The OpenID Connect relying party that every OIDC upstream shares (Okta, Entra ID, Gateway): code flow with state, nonce
 * and PKCE S256, none of them optional.
 *
 * It owns the protocol: where to send the browser, and whether the answer is that upstream's, for this attempt, of now.
 * It does not own what the claims mean (the vendor's folder), nor the attempt (the broker keeps `FlowState`).
 * `token-client.ts` redeems the code, `keys.ts` verifies the signature, `id-token.ts` the claims.
 */
import { createHash } from 'node:crypto';
import { ProviderError } from '../../errors.ts';
import type { BeginRequest, BeginResult, Callback, FlowState, Ports } from '../../provider.ts';
import { quoteReceived, readText, refuseThrottled } from './answers.ts';
import { createDiscovery, type Discovered, type Discovery } from './discovery.ts';
import { explainAuthorizationError } from './library-errors.ts';
import { createTokenClient, type RelyingPartyOptions, type VerifiedAnswer } from './token-client.ts';

export interface RelyingParty {
  discovery: Discovery;
  begin(request: BeginRequest): Promise<BeginResult>;
  complete(callback: Callback, remembered: FlowState): Promise<VerifiedAnswer>;
  /** Claims of the userinfo endpoint, proved to be of the same subject. */
  fetchUserinfo(answer: VerifiedAnswer): Promise<Readonly<Record<string, unknown>>>;
  /** Whether the token endpoint takes our client id and secret. Throws `client_refused`. */
  proveClient(): Promise<void>;
  /** Whether the provider would send people back to this URL, as far as it says so without one. Throws `redirect_refused`. */
  proveRedirect(callbackUrl: string): Promise<void>;
}

/** What `begin` remembers; nothing in it is optional, so no check can be switched off by its absence (RP-02, RP-03). */
interface Remembered {
  state: string;
  nonce: string;
  verifier: string;
  callbackUrl: string;
  /** Milliseconds. */
  startedAt: number;
  forced: boolean;
}

/** Cheap, and no I/O: documents and keys are read at first use and kept in this instance. */
export function createRelyingParty(options: RelyingPartyOptions, ports: Ports): RelyingParty {
  const discovery = createDiscovery(options, ports);
  const tokens = createTokenClient(options, ports);

  async function begin(request: BeginRequest): Promise<BeginResult> {
    const { authorizationEndpoint } = await discovery.get();
    const remember: Remembered = {
      state: request.handle,
      nonce: randomText(ports),
      verifier: randomText(ports),
      callbackUrl: request.callbackUrl,
      startedAt: ports.now(),
      forced: request.forceAuthentication,
    };
    const url = new URL(authorizationEndpoint);
    const parameters = {
      client_id: options.clientId,
      response_type: 'code',
      scope: options.scope,
      redirect_uri: request.callbackUrl,
      state: request.handle,
      nonce: remember.nonce,
      code_challenge: createHash('sha256').update(remember.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      // max_age obliges a compliant provider to send auth_time, which `complete` then checks
      ...(request.forceAuthentication ? { prompt: 'login', max_age: '0' } : {}),
      ...(request.loginHint === undefined ? {} : { login_hint: request.loginHint }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { send: { method: 'GET', url: url.href }, remember: { ...remember } };
  }

  async function complete(callback: Callback, flowState: FlowState): Promise<VerifiedAnswer> {
    const remembered = readRemembered(flowState);
    const discovered = await discovery.get();
    const currentUrl = readAuthorizationResponse(callback, remembered, discovered, options.issuer);
    return tokens.exchange(discovered, currentUrl, remembered);
  }

  /**
   * Asks as a browser would whose person is not signed in and must not be asked (`prompt=none`). A provider that knows the
   * URL answers there, or shows its sign-in page; one that does not stops with a page of its own (OpenID Connect Core
   * §3.1.2.6). Entra ID stops with status 200 and a code. NOT verified on an appliance: what a Gateway does.
   */
  async function proveRedirect(callbackUrl: string): Promise<void> {
    const { send } = await begin({ handle: randomText(ports), callbackUrl, forceAuthentication: false });
    const url = new URL(send.url);
    url.searchParams.set('prompt', 'none');
    const { certificateAuthorities } = options;
    const response = await ports.fetch(url.href, {
      headers: { accept: 'text/html' },
      redirect: 'report',
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
    });
    const { status } = response;
    refuseThrottled(response, 'authorization_endpoint');
    const page = status === 200 ? await readText(response, 'authorization_endpoint').catch(() => '') : '';
    await response.body?.cancel().catch(() => {});
    const note = /\bAADSTS(?:50011|500113|90102)\b/.exec(page)?.[0];
    if (note === undefined && ![400, 401, 403, 404].includes(status)) return;
    throw new ProviderError('redirect_refused', {
      detail: {
        where: 'authorization_endpoint',
        expected: callbackUrl,
        received: `HTTP ${status}`,
        ...(note !== undefined && { note }),
      },
    });
  }

  return {
    discovery,
    proveRedirect,
    begin,
    complete,
    fetchUserinfo: async (answer) => tokens.fetchUserinfo(await discovery.get(), answer),
    proveClient: async () => tokens.proveClient(await discovery.get()),
  };
}

/** Our own checks of the redirect, before any request is made on its account. */
function readAuthorizationResponse(
  callback: Callback,
  remembered: Remembered,
  discovered: Discovered,
  issuer: string,
): URL {
  const { parameters } = callback;
  // only the response mode that we asked for (RP-21)
  if (callback.method !== 'GET') throw invalid('GET', callback.method);
  if (parameters.state !== remembered.state) throw invalid('the state of this attempt', 'another');
  // mix-up: whoever answers must say that it is the one we asked, where it can (RFC 9207; RP-04)
  if (parameters.iss !== undefined ? parameters.iss !== issuer : discovered.responseIssuer) {
    throw new ProviderError('issuer_parameter_mismatch', {
      detail: {
        where: 'iss',
        expected: issuer,
        received: parameters.iss === undefined ? 'none' : quoteReceived(parameters.iss),
      },
    });
  }
  if (parameters.error !== undefined) throw explainAuthorizationError(parameters.error);
  for (const name of ['response', 'id_token', 'access_token', 'token']) {
    if (parameters[name] !== undefined) throw invalid('a code only', name);
  }
  if (!parameters.code) throw invalid('a code', 'none');
  // built from what we sent, never from the request's own Host
  const url = new URL(remembered.callbackUrl);
  for (const name of ['code', 'state', 'iss']) {
    if (parameters[name] !== undefined) url.searchParams.set(name, parameters[name]);
  }
  return url;
}

function readRemembered(flowState: FlowState): Remembered {
  const { state, nonce, verifier, callbackUrl, startedAt, forced } = flowState;
  if (
    typeof state !== 'string' ||
    typeof nonce !== 'string' ||
    typeof verifier !== 'string' ||
    typeof callbackUrl !== 'string' ||
    typeof startedAt !== 'number' ||
    typeof forced !== 'boolean' ||
    [state, nonce, verifier].includes('')
  ) {
    throw invalid('an attempt of ours', 'something else');
  }
  return { state, nonce, verifier, callbackUrl, startedAt, forced };
}

function invalid(expected: string, received: string): ProviderError {
  return new ProviderError('callback_invalid', { detail: { where: 'callback', expected, received } });
}

function randomText(ports: Pick<Ports, 'random'>): string {
  return Buffer.from(ports.random(32)).toString('base64url');
}
