/**
 * What we say to the token and userinfo endpoints, by openid-client, and the ID token that comes back.
 *
 * The signature is verified by `keys.ts`, always, and the claims by `id-token.ts` before openid-client checks them again
 * (it takes no clock). Its own signature check, `enableNonRepudiationChecks`, is not used: it refuses a token without `kid`
 * where two keys fit (GWY-2), keeps keys by wall clock, and its import of keys costs as much as all the rest.
 */
import * as client from 'openid-client';
import { ProviderError } from '../../errors.ts';
import type { ClientCredential, Ports } from '../../provider.ts';
import { isJsonObject, measureClockSkew, namingPlace, readText, refuseThrottled } from './answers.ts';
import { assertClient } from './client-assertion.ts';
import { clientSecretBasic } from './client-secret-basic.ts';
import type { Discovered, DiscoveryOptions } from './discovery.ts';
import { checkIdTokenClaims, clockTolerance, decodeIdToken, type IdTokenClaims } from './id-token.ts';
import { explainLibraryError } from './library-errors.ts';

export interface RelyingPartyOptions extends DiscoveryOptions {
  clientId: string;
  /** A text is the secret. */
  clientSecret: string | ClientCredential;
  /** Whether a refusal of the token endpoint says that what the client proves itself with has expired (a vendor's code). */
  saysExpired?: (refusal: Readonly<Record<string, unknown>>) => boolean;
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
  /** Of the published key that signed, where the token names one. */
  keyId?: string;
}

/** What one exchange must match. */
interface ExchangeChecks {
  state: string;
  nonce: string;
  verifier: string;
  /** Milliseconds. */
  startedAt: number;
  forced: boolean;
}

export function createTokenClient(options: RelyingPartyOptions, ports: Ports) {
  /**
   * Redeems the code. A library configuration of its own costs microseconds and lets the fetch beneath it see exactly this
   * exchange, so that the token answer passes through our reading before the library's. Throws `ProviderError`.
   */
  async function exchange(discovered: Discovered, currentUrl: URL, checks: ExchangeChecks): Promise<VerifiedAnswer> {
    let verified: VerifiedAnswer | undefined;
    const configuration = configure(discovered, async (url, init) => {
      const response = await namingPlace('token_endpoint', ports.fetch(url, requestOf(init)));
      refuseThrottled(response, 'token_endpoint');
      const text = await readText(response, 'token_endpoint');
      if (response.status === 200) {
        verified = await readTokenAnswer(text, discovered, checks, measureClockSkew(response, ports.now()));
      }
      return new Response(text, { status: response.status, headers: response.headers });
    });
    try {
      await client.authorizationCodeGrant(configuration, currentUrl, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.verifier,
        idTokenExpected: true,
      });
    } catch (error) {
      throw explainLibraryError(error, options.saysExpired);
    }
    if (verified === undefined) throw new ProviderError('id_token_missing', { detail: { where: 'token_endpoint' } });
    return verified;
  }

  async function readTokenAnswer(
    text: string,
    discovered: Discovered,
    checks: ExchangeChecks,
    clockSkew: number | undefined,
  ): Promise<VerifiedAnswer> {
    const body = parseTokenAnswer(text);
    const { parts, claims } = decodeIdToken(body.idToken, discovered.algorithms);
    await discovered.keys.verify(parts);
    checkIdTokenClaims(claims, {
      issuer: options.issuer,
      clientId: options.clientId,
      nonce: checks.nonce,
      now: ports.now(),
      ...(checks.forced ? { authenticatedSince: checks.startedAt } : {}),
      requiresAuthenticationTime: options.sendsAuthenticationTime,
      ...(clockSkew === undefined ? {} : { clockSkew }),
    });
    return {
      claims,
      ...body,
      ...(typeof claims.auth_time === 'number' ? { authenticatedAt: claims.auth_time * 1000 } : {}),
      methods: Array.isArray(claims.amr) ? claims.amr.filter((method) => typeof method === 'string') : [],
      ...(typeof claims.acr === 'string' ? { context: claims.acr } : {}),
      ...(parts.keyId === undefined ? {} : { keyId: parts.keyId }),
      ...(clockSkew === undefined ? {} : { clockSkew }),
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
    // which http URLs may be reached is decided at `readDocument` (loopback only) and by the guarded fetch
    client.allowInsecureRequests(configuration);
    return configuration;
  }

  function clientAuthentication(discovered: Discovered): client.ClientAuth {
    const { clientId, clientSecret: credential } = options;
    if (typeof credential !== 'string' && 'certificate' in credential) {
      return (_server, _client, body) => {
        const fields = { client_id: clientId, ...assertClient(clientId, credential, discovered.tokenEndpoint, ports) };
        for (const [name, value] of Object.entries(fields)) body.set(name, value);
      };
    }
    const secret = typeof credential === 'string' ? credential : credential.secret;
    const methods = discovered.tokenEndpointAuthMethods ?? [options.defaultAuthMethod ?? 'client_secret_basic'];
    return methods.includes('client_secret_basic') || !methods.includes('client_secret_post')
      ? clientSecretBasic(secret)
      : client.ClientSecretPost(secret);
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

  /** Claims of the userinfo endpoint, proved to be of the ID token's subject. */
  async function fetchUserinfo(
    discovered: Discovered,
    answer: VerifiedAnswer,
  ): Promise<Readonly<Record<string, unknown>>> {
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
      throw explainLibraryError(error, options.saysExpired);
    }
  }

  /** Whether the token endpoint takes our client id and secret. Throws `client_refused`. */
  async function proveClient(discovered: Discovered): Promise<void> {
    const configuration = configure(discovered, async (url, init) => {
      const response = await ports.fetch(url, requestOf(init));
      refuseThrottled(response, 'token_endpoint');
      return response;
    });
    const unissued = Buffer.from(ports.random(32)).toString('base64url');
    try {
      // a code that nobody issued: a provider that took our credentials answers invalid_grant
      await client.genericGrantRequest(configuration, 'authorization_code', {
        code: unissued,
        redirect_uri: 'https://redirect.invalid/',
        code_verifier: unissued,
      });
    } catch (error) {
      const explained = explainLibraryError(error, options.saysExpired);
      if (explained.code !== 'token_refused') throw explained;
    }
  }

  return { exchange, fetchUserinfo, proveClient };
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
