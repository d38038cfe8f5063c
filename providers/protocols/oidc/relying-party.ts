/**
 * The OpenID Connect relying party that every OIDC upstream shares (Okta, Entra ID, Gateway): code flow with state, nonce
 * and PKCE S256, none of them optional.
 *
 * It owns the protocol: where to send the browser, and whether the answer is that upstream's, for this attempt, of now.
 * It does not own what the claims mean (the vendor's folder), nor the attempt (the broker keeps `FlowState`).
 * openid-client speaks to the token and userinfo endpoints with its signature checks switched on; each ID token is read by
 * `id-token.ts` and `keys.ts` as well, because openid-client takes no clock, refuses a token without `kid` where two keys
 * fit, and keeps its keys by wall clock.
 */
import { createHash } from 'node:crypto';
import * as client from 'openid-client';
import { ProviderError } from '../../errors.ts';
import type { BeginRequest, BeginResult, Callback, FlowState, Ports } from '../../provider.ts';
import { isJsonObject, measureClockSkew, quoteReceived, readText } from './answers.ts';
import { createDiscovery, type Discovered, type Discovery, type DiscoveryOptions } from './discovery.ts';
import { checkIdTokenClaims, clockTolerance, decodeIdToken, type IdTokenClaims } from './id-token.ts';
import { explainAuthorizationError, explainLibraryError } from './library-errors.ts';

export interface RelyingPartyOptions extends DiscoveryOptions {
  clientId: string;
  clientSecret: string;
  /** Space-separated, with `openid`. */
  scope: string;
  /** When the document does not say (RFC 8414 §2 then means client_secret_basic, but appliances differ). */
  defaultAuthMethod?: 'client_secret_basic' | 'client_secret_post';
  /** Whether this vendor honours `max_age` with `auth_time`; see `checkAuthenticationTime`. */
  sendsAuthenticationTime: boolean;
}

export interface VerifiedAnswer {
  claims: IdTokenClaims;
  idToken: string;
  accessToken: string;
  /** Milliseconds. */
  authenticatedAt?: number;
  methods: readonly string[];
  context?: string;
  /** Milliseconds. */
  clockSkew?: number;
}

export interface RelyingParty {
  discovery: Discovery;
  begin(request: BeginRequest): Promise<BeginResult>;
  complete(callback: Callback, remembered: FlowState): Promise<VerifiedAnswer>;
  /** Claims of the userinfo endpoint, proved to be of the same subject. */
  fetchUserinfo(answer: VerifiedAnswer): Promise<Readonly<Record<string, unknown>>>;
  /** Whether the token endpoint takes our client id and secret. Throws `client_refused`. */
  proveClient(): Promise<void>;
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
    const exchange = createExchange(discovered, remembered);
    try {
      await client.authorizationCodeGrant(exchange.configuration, currentUrl, {
        expectedState: remembered.state,
        expectedNonce: remembered.nonce,
        pkceCodeVerifier: remembered.verifier,
        idTokenExpected: true,
      });
    } catch (error) {
      throw explainLibraryError(error);
    }
    return exchange.answer();
  }

  /**
   * One token exchange. A configuration of its own costs microseconds and lets the fetch beneath the library see exactly
   * this exchange: the token answer passes through our reading first, and the library's request for keys is answered with
   * the one key that we found to have signed, so its own verification runs too, without a fetch per sign-in.
   */
  function createExchange(discovered: Discovered, remembered: Remembered) {
    let verified: VerifiedAnswer | undefined;
    let signer: Record<string, unknown> | undefined;
    const configuration = configure(discovered, async (url, init) => {
      if (url === discovered.jwksUri) return Response.json({ keys: signer === undefined ? [] : [signer] });
      const response = await ports.fetch(url, requestOf(init));
      const text = await readText(response, 'token_endpoint');
      if (response.status === 200) {
        const read = await readTokenAnswer(text, measureClockSkew(response, ports.now()));
        verified = read.answer;
        signer = read.signer;
      }
      return new Response(text, { status: response.status, headers: response.headers });
    });

    async function readTokenAnswer(text: string, clockSkew: number | undefined) {
      const body = parseTokenAnswer(text);
      const { parts, claims } = decodeIdToken(body.idToken, discovered.algorithms);
      const jwk = await discovered.keys.findSigner(parts);
      checkIdTokenClaims(claims, {
        issuer: options.issuer,
        clientId: options.clientId,
        nonce: remembered.nonce,
        now: ports.now(),
        ...(remembered.forced ? { authenticatedSince: remembered.startedAt } : {}),
        requiresAuthenticationTime: options.sendsAuthenticationTime,
        ...(clockSkew === undefined ? {} : { clockSkew }),
      });
      const { kid: _, ...unnamed } = jwk as Record<string, unknown>;
      const answer: VerifiedAnswer = {
        claims,
        ...body,
        ...(typeof claims.auth_time === 'number' ? { authenticatedAt: claims.auth_time * 1000 } : {}),
        methods: Array.isArray(claims.amr) ? claims.amr.filter((method) => typeof method === 'string') : [],
        ...(typeof claims.acr === 'string' ? { context: claims.acr } : {}),
        ...(clockSkew === undefined ? {} : { clockSkew }),
      };
      return { answer, signer: parts.keyId === undefined ? unnamed : { ...unnamed, kid: parts.keyId } };
    }

    return {
      configuration,
      answer(): VerifiedAnswer {
        if (verified === undefined) throw new ProviderError('id_token_missing');
        return verified;
      },
    };
  }

  function configure(discovered: Discovered, fetch: client.CustomFetch): client.Configuration {
    const configuration = new client.Configuration(
      {
        issuer: options.issuer,
        authorization_endpoint: discovered.authorizationEndpoint,
        token_endpoint: discovered.tokenEndpoint,
        jwks_uri: discovered.jwksUri,
        ...(discovered.userinfoEndpoint === undefined ? {} : { userinfo_endpoint: discovered.userinfoEndpoint }),
        id_token_signing_alg_values_supported: [...discovered.algorithms],
        authorization_response_iss_parameter_supported: discovered.responseIssuer,
      },
      options.clientId,
      {
        ...(discovered.algorithms.length === 1 ? { id_token_signed_response_alg: discovered.algorithms[0]! } : {}),
        [client.clockTolerance]: clockTolerance / 1000,
        // the library reads the wall clock; this moves it to ours (they differ in tests only)
        [client.clockSkew]: Math.round((ports.now() - Date.now()) / 1000),
      },
      clientAuthentication(discovered),
    );
    configuration[client.customFetch] = fetch;
    // time limits are the guarded fetch's
    configuration.timeout = 0;
    client.enableNonRepudiationChecks(configuration);
    // which http URLs may be reached is decided at `readDocument` (loopback only) and by the guarded fetch
    client.allowInsecureRequests(configuration);
    return configuration;
  }

  function clientAuthentication(discovered: Discovered): client.ClientAuth {
    const methods = discovered.tokenEndpointAuthMethods ?? [options.defaultAuthMethod ?? 'client_secret_basic'];
    return methods.includes('client_secret_basic') || !methods.includes('client_secret_post')
      ? client.ClientSecretBasic(options.clientSecret)
      : client.ClientSecretPost(options.clientSecret);
  }

  function requestOf(init: client.CustomFetchOptions) {
    return {
      method: init.method,
      headers: init.headers,
      ...(typeof init.body === 'string' || init.body instanceof URLSearchParams ? { body: init.body } : {}),
      ...(options.certificateAuthorities === undefined
        ? {}
        : { certificateAuthorities: options.certificateAuthorities }),
    };
  }

  async function fetchUserinfo(answer: VerifiedAnswer): Promise<Readonly<Record<string, unknown>>> {
    const discovered = await discovery.get();
    const refused = (detail: object) =>
      new ProviderError('userinfo_refused', { detail: { where: 'userinfo_endpoint', ...detail } });
    const configuration = configure(discovered, async (url, init) => {
      const response = await ports.fetch(url, requestOf(init));
      if (response.status !== 200) throw refused({ received: `HTTP ${response.status}` });
      // a signed answer would need its own verification; none of our upstreams sends one unasked
      if (/jwt/i.test(response.headers.get('content-type') ?? '')) throw refused({ expected: 'JSON', received: 'JWT' });
      const text = await readText(response, 'userinfo_endpoint');
      const claims = parseOrUndefined(text);
      if (claims !== undefined && claims.sub !== answer.claims.sub) {
        throw new ProviderError('userinfo_subject_mismatch', {
          detail: { where: 'userinfo_endpoint', expected: 'the subject of the ID token' },
        });
      }
      return new Response(text, { headers: response.headers });
    });
    try {
      return { ...(await client.fetchUserInfo(configuration, answer.accessToken, answer.claims.sub)) };
    } catch (error) {
      throw explainLibraryError(error);
    }
  }

  async function proveClient(): Promise<void> {
    const discovered = await discovery.get();
    const configuration = configure(discovered, (url, init) => ports.fetch(url, requestOf(init)));
    const verifier = randomText(ports);
    try {
      // a code that nobody issued: a provider that took our credentials answers invalid_grant
      await client.genericGrantRequest(configuration, 'authorization_code', {
        code: randomText(ports),
        redirect_uri: 'https://redirect.invalid/',
        code_verifier: verifier,
      });
    } catch (error) {
      const explained = explainLibraryError(error);
      if (explained.code !== 'token_refused') throw explained;
    }
  }

  return { discovery, begin, complete, fetchUserinfo, proveClient };
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

function parseTokenAnswer(text: string): { idToken: string; accessToken: string } {
  const body = parseOrUndefined(text);
  if (body === undefined) {
    throw new ProviderError('upstream_answer_invalid', {
      detail: { where: 'token_endpoint', expected: 'a JSON object' },
    });
  }
  const { id_token: idToken, access_token: accessToken } = body;
  if (typeof idToken !== 'string') {
    throw new ProviderError('id_token_missing', { detail: { where: 'token_endpoint', expected: 'id_token' } });
  }
  return { idToken, accessToken: typeof accessToken === 'string' ? accessToken : '' };
}

function parseOrUndefined(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function invalid(expected: string, received: string): ProviderError {
  return new ProviderError('callback_invalid', { detail: { where: 'callback', expected, received } });
}

function randomText(ports: Pick<Ports, 'random'>): string {
  return Buffer.from(ports.random(32)).toString('base64url');
}
