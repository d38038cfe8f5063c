/** The upstream's discovery document: fetched by the expected issuer, checked against it, kept for ten minutes. */
import { type Authorities, findTrust, type Trust } from '../../../certs/trust.ts';
import { DiscoveryError, type OpenIdDiscovery, readDiscovery } from '../../../metadata/discovery.ts';
import { ProviderError } from '../../errors.ts';
import type { Ports } from '../../provider.ts';
import { type JsonObject, measureClockSkew, quoteReceived, readJsonAnswer } from './answers.ts';
import { documentUrlOf } from './endpoints.ts';
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
  /** GWY-2: whose word counts for the upstream's certificates; given, they are judged and `certificates` says so. */
  authorities?: Authorities;
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
  /** Of the TLS connection that brought the document, when that was asked for (`refresh` with `authorities`). */
  connectionTrust?: Trust;
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

  async function fetchDocument(isCheck: boolean): Promise<Discovered> {
    let connectionTrust: Trust | undefined;
    const { authorities } = options;
    const url = options.documentUrl ?? documentUrlOf(options.issuer);
    const response = await ports.fetch(url, {
      headers: { accept: 'application/json' },
      ...(options.certificateAuthorities === undefined
        ? {}
        : { certificateAuthorities: options.certificateAuthorities }),
      ...(isCheck && authorities !== undefined
        ? {
            onCertificates: (chain) => {
              connectionTrust = findTrust(chain, authorities, ports.now());
            },
          }
        : {}),
    });
    const now = ports.now();
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      throw new ProviderError('discovery_missing', { detail: { where: url, received: `HTTP ${response.status}` } });
    }
    const read = readDocument(await readJsonAnswer(response, url), options);
    // the keys stay when the document says the same as before: no fetch per refresh
    const keys = discovered?.jwksUri === read.jwksUri ? discovered.keys : createKeySet(read.jwksUri, ports, options);
    if (discovered !== undefined && new URL(discovered.jwksUri).host !== new URL(read.jwksUri).host) {
      ports.log.warn(
        { issuer: options.issuer, from: discovered.jwksUri, to: read.jwksUri },
        'upstream keys moved to another host',
      );
    }
    discovered = {
      ...read,
      keys,
      clockSkew: measureClockSkew(response, now),
      ...(connectionTrust !== undefined && { connectionTrust }),
    };
    fetchedAt = now;
    return discovered;
  }

  /** Parallel sign-ins share one fetch; a check has its own. */
  function refresh(): Promise<Discovered> {
    fetching ??= fetchDocument(false).finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  return {
    refresh: () => fetchDocument(true),
    async get() {
      return discovered !== undefined && ports.now() - fetchedAt < keptFor ? discovered : refresh();
    },
  };
}

function readDocument(document: JsonObject, options: DiscoveryOptions): Omit<Discovered, 'keys' | 'clockSkew'> {
  const read = readWithOurCodes(document);
  // exact string: case and trailing slash included
  if ((options.resolveIssuer?.(read.issuer) ?? read.issuer) !== options.issuer) {
    throw new ProviderError('discovery_issuer_mismatch', {
      detail: { where: 'issuer', expected: options.issuer, received: quoteReceived(read.issuer) },
    });
  }
  return {
    authorizationEndpoint: read.authorization_endpoint,
    tokenEndpoint: read.token_endpoint,
    jwksUri: read.jwks_uri,
    ...(read.userinfo_endpoint === undefined ? {} : { userinfoEndpoint: read.userinfo_endpoint }),
    ...(read.end_session_endpoint === undefined ? {} : { endSessionEndpoint: read.end_session_endpoint }),
    algorithms: chooseAlgorithms(read.id_token_signing_alg_values_supported, options.algorithm),
    ...(read.token_endpoint_auth_methods_supported === undefined
      ? {}
      : { tokenEndpointAuthMethods: read.token_endpoint_auth_methods_supported }),
    responseIssuer: read.authorization_response_iss_parameter_supported === true,
  };
}

function readWithOurCodes(document: JsonObject): OpenIdDiscovery {
  try {
    // http is accepted for loopback here; whether loopback may be reached at all, the guarded fetch decides
    return readDiscovery(document, { allowLoopbackHttp: true });
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    throw incomplete(error.fields.join(', '), error.message);
  }
}

function chooseAlgorithms(offered: readonly string[], chosen: string | undefined): readonly string[] {
  const algorithms = allowedAlgorithms.filter((name) =>
    chosen === undefined ? offered.includes(name) : name === chosen,
  );
  if (algorithms.length > 0) return algorithms;
  throw incomplete('id_token_signing_alg_values_supported', `none of ${allowedAlgorithms.join(', ')}`);
}

function incomplete(where: string, note: string): ProviderError {
  return new ProviderError('discovery_incomplete', { detail: { where, note: quoteReceived(note) } });
}
