/** The upstream's discovery document: fetched by the expected issuer, checked against it, kept for ten minutes. */
import { ProviderError } from '../../errors.ts';
import type { Ports } from '../../provider.ts';
import { type JsonObject, measureClockSkew, quoteReceived, readJsonAnswer } from './answers.ts';
import { documentUrlOf, isEndpoint } from './endpoints.ts';
import { createKeySet, type KeySet } from './keys.ts';
import { allowedAlgorithms } from './signature-algorithms.ts';

const keptFor = 10 * 60_000;

export interface DiscoveryOptions {
  /** Exactly what the document (after `resolveIssuer`) and every token must say. */
  issuer: string;
  /** Where the document lies when not below the issuer (a Gateway's). */
  documentUrl?: string;
  /** Turns the document's issuer into the one to compare (Entra's `{tenantid}`). */
  resolveIssuer?: (issuer: string) => string;
  /** The connection's setting; default: what the document lists of the allowed ones. */
  algorithm?: string;
  certificateAuthorities?: readonly string[];
}

export interface Discovered {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  jwksUri: string;
  userinfoEndpoint?: string;
  endSessionEndpoint?: string;
  /** Allowed and offered; never empty. */
  algorithms: readonly string[];
  tokenEndpointAuthMethods?: readonly string[];
  /** RFC 9207: the answer to the browser must carry `iss`. */
  responseIssuer: boolean;
  keys: KeySet;
  /** Milliseconds by the `Date` header of the document's answer. */
  clockSkew: number | undefined;
}

export interface Discovery {
  get(): Promise<Discovered>;
  /** Past the cache, for a connection check. */
  refresh(): Promise<Discovered>;
}

export function createDiscovery(options: DiscoveryOptions, ports: Pick<Ports, 'fetch' | 'now' | 'log'>): Discovery {
  let discovered: Discovered | undefined;
  let fetchedAt = 0;
  let fetching: Promise<Discovered> | undefined;

  async function fetchDocument(): Promise<Discovered> {
    const url = options.documentUrl ?? documentUrlOf(options.issuer);
    const response = await ports.fetch(url, {
      headers: { accept: 'application/json' },
      ...(options.certificateAuthorities === undefined
        ? {}
        : { certificateAuthorities: options.certificateAuthorities }),
    });
    const now = ports.now();
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      throw new ProviderError('discovery_missing', { detail: { where: url, received: `HTTP ${response.status}` } });
    }
    const read = readDocument(await readJsonAnswer(response, url), options);
    // the keys stay when the document says the same as before: no fetch per refresh
    const keys =
      discovered?.jwksUri === read.jwksUri
        ? discovered.keys
        : createKeySet(read.jwksUri, ports, options.certificateAuthorities);
    if (discovered !== undefined && new URL(discovered.jwksUri).host !== new URL(read.jwksUri).host) {
      ports.log.warn(
        { issuer: options.issuer, from: discovered.jwksUri, to: read.jwksUri },
        'upstream keys moved to another host',
      );
    }
    discovered = { ...read, keys, clockSkew: measureClockSkew(response, now) };
    fetchedAt = now;
    return discovered;
  }

  function refresh(): Promise<Discovered> {
    fetching ??= fetchDocument().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  return {
    refresh,
    async get() {
      return discovered !== undefined && ports.now() - fetchedAt < keptFor ? discovered : refresh();
    },
  };
}

function readDocument(document: JsonObject, options: DiscoveryOptions): Omit<Discovered, 'keys' | 'clockSkew'> {
  const issuer = document.issuer;
  if (typeof issuer !== 'string') throw incomplete('issuer', issuer);
  // exact string: case and trailing slash included
  if ((options.resolveIssuer?.(issuer) ?? issuer) !== options.issuer) {
    throw new ProviderError('discovery_issuer_mismatch', {
      detail: { where: 'issuer', expected: options.issuer, received: quoteReceived(issuer) },
    });
  }
  const required = (name: string): string => {
    const value = document[name];
    if (!isEndpoint(value)) throw incomplete(name, value);
    return value;
  };
  const optional = (name: string): string | undefined => (document[name] === undefined ? undefined : required(name));
  const userinfoEndpoint = optional('userinfo_endpoint');
  const endSessionEndpoint = optional('end_session_endpoint');
  const authMethods = document.token_endpoint_auth_methods_supported;
  return {
    authorizationEndpoint: required('authorization_endpoint'),
    tokenEndpoint: required('token_endpoint'),
    jwksUri: required('jwks_uri'),
    ...(userinfoEndpoint === undefined ? {} : { userinfoEndpoint }),
    ...(endSessionEndpoint === undefined ? {} : { endSessionEndpoint }),
    algorithms: chooseAlgorithms(document.id_token_signing_alg_values_supported, options.algorithm),
    ...(isStrings(authMethods) ? { tokenEndpointAuthMethods: authMethods } : {}),
    responseIssuer: document.authorization_response_iss_parameter_supported === true,
  };
}

function chooseAlgorithms(offered: unknown, chosen: string | undefined): readonly string[] {
  if (chosen !== undefined) return allowedAlgorithms.filter((name) => name === chosen);
  // OpenID Connect Core §15.1: RS256 is what everybody has
  const candidates = isStrings(offered) ? offered : ['RS256'];
  const algorithms = allowedAlgorithms.filter((name) => candidates.includes(name));
  if (algorithms.length === 0) throw incomplete('id_token_signing_alg_values_supported', offered);
  return algorithms;
}

function incomplete(where: string, received: unknown): ProviderError {
  return new ProviderError('discovery_incomplete', {
    detail: {
      where,
      expected: where.endsWith('supported') ? 'a usable value' : 'an https URL',
      received: quoteReceived(received),
    },
  });
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
