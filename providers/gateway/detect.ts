/**
 * "Detect" (SPEC GWY-1): reads the discovery document of a Gateway before there is a connection to it, and says what was
 * found, each failure of GWY-3 by itself. Nothing is kept, and no secret is sent: there is none yet.
 */
import type { Trust } from '../../certs/trust.ts';
import { ProviderError } from '../errors.ts';
import { quoteReceived } from '../protocols/oidc/answers.ts';
import { attempt, certificatesOf, checkDocument, result } from '../protocols/oidc/check.ts';
import { createDiscovery, type Discovered } from '../protocols/oidc/discovery.ts';
import type { KeySummary } from '../protocols/oidc/keys.ts';
import type { CheckResult, Installation, Ports } from '../provider.ts';
import { authoritiesOf, baseUrlOf, documentUrlOf } from './gateway.ts';

export interface GatewayDetection {
  documentUrl: string;
  /** `reachable`, `discovery`, `issuer`, `clock`, `keys`, `certificates`, as far as they could be made. */
  results: readonly CheckResult[];
  /** Undefined: no document was found. */
  found?: GatewayFound;
}
export interface GatewayFound {
  issuer: string;
  /** What it was expected to be: `https://` and the FQDN as typed, or what an administrator has confirmed. */
  expectedIssuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  jwksUri: string;
  endSessionEndpoint?: string;
  algorithms: readonly string[];
  /** Milliseconds by which the Gateway is ahead of us (positive) or behind. */
  clockSkew?: number;
  keys: readonly KeySummary[];
  /** Of the TLS connection; undefined over plain http on loopback. */
  tls?: Trust;
}

export interface GatewayQuestion {
  /** As typed, and accepted by `fqdnSetting`. */
  fqdn: string;
  /** Confirmed by an administrator. */
  issuer?: string;
  /** PEM, of the connection. */
  certificateAuthorities?: string;
}

export async function detectGateway(
  { fqdn, issuer, certificateAuthorities }: GatewayQuestion,
  ports: Ports,
  installation: Pick<Installation, 'certificateAuthorities'>,
): Promise<GatewayDetection> {
  const base = baseUrlOf(fqdn);
  const expectedIssuer = issuer ?? base;
  const documentUrl = documentUrlOf(base);
  let named = '';
  const discovery = createDiscovery(
    {
      issuer: expectedIssuer,
      documentUrl,
      // compared below, so that both values can be shown with all that was found
      resolveIssuer(read) {
        named = read;
        return expectedIssuer;
      },
      ...authoritiesOf(certificateAuthorities, installation),
    },
    ports,
  );
  const document = await attempt(() => discovery.refresh());
  const [reachable, discovered, clock] = [...checkDocument(document, ports.now)];
  if (document.error !== undefined)
    return { documentUrl, results: [reachable, discovered].filter((made) => made !== undefined) };
  const keys = await attempt(() => document.value.keys.refresh());
  const published = keys.error === undefined ? keys.value : [];
  const results = [
    reachable,
    discovered,
    result('issuer', named === expectedIssuer ? { value: named } : { error: mismatch(expectedIssuer, named) }),
    clock,
    result('keys', keys),
    certificatesOf(document.value, published),
  ];
  const found = { issuer: named, expectedIssuer, keys: published, ...pick(document.value) };
  return { documentUrl, results: results.filter((made) => made !== undefined), found };
}

function pick({ clockSkew, connectionTrust, endSessionEndpoint, ...found }: Discovered) {
  const { authorizationEndpoint, tokenEndpoint, jwksUri, algorithms } = found;
  return {
    authorizationEndpoint,
    tokenEndpoint,
    jwksUri,
    algorithms,
    ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
    ...(clockSkew !== undefined && { clockSkew }),
    ...(connectionTrust !== undefined && { tls: connectionTrust }),
  };
}

function mismatch(expected: string, received: string): ProviderError {
  return new ProviderError('discovery_issuer_mismatch', {
    detail: { where: 'issuer', expected, received: quoteReceived(received) },
  });
}
