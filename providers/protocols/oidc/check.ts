/** "Test and Finish" for an OIDC upstream, without a user (GWY-3, OKT-1): each finding by itself, in order. */
import { ProviderError, type ProviderErrorCode } from '../../errors.ts';
import type { CheckResult, Ports } from '../../provider.ts';
import { describeClockSkew } from './answers.ts';
import type { Discovered } from './discovery.ts';
import { clockTolerance } from './id-token.ts';
import { certificateUntrusted, type KeySummary } from './keys.ts';
import type { RelyingParty } from './relying-party.ts';

/** Failures of the first fetch that say that the document was never the question. */
const unreachable: readonly ProviderErrorCode[] = [
  'upstream_name_unknown',
  'upstream_unreachable',
  'upstream_interrupted',
  'upstream_tls',
  'upstream_tls_expired',
  'upstream_tls_name',
  'upstream_timeout',
  'upstream_redirected',
  'upstream_throttled',
  'upstream_address_refused',
];

/**
 * Checks named `reachable`, `discovery`, `clock`, `keys`, `certificates` (where they are judged, GWY-2), `client`,
 * `redirect` (with a callback URL). Ends after a failure that makes the rest meaningless.
 */
export async function* checkOpenIdProvider(
  party: RelyingParty,
  now: Ports['now'],
  about?: { callbackUrl: string },
): AsyncIterable<CheckResult> {
  const found = await attempt(() => party.discovery.refresh());
  yield* checkDocument(found, now);
  if (found.error !== undefined) return;
  const keys = await attempt(() => found.value.keys.refresh());
  yield result('keys', keys);
  const trust = keys.error === undefined ? certificatesOf(found.value, keys.value) : undefined;
  if (trust !== undefined) yield trust;
  const client = await attempt(() => party.proveClient());
  yield result('client', client);
  // a provider that does not know the client says the same of every redirect URI
  if (about === undefined || client.error !== undefined) return;
  yield result('redirect', await attempt(() => party.proveRedirect(about.callbackUrl)));
}

/** `reachable`, `discovery`, `clock`: what the attempt to read the document says. */
export function* checkDocument(found: Attempted<Discovered>, now: Ports['now']): Iterable<CheckResult> {
  if (found.error !== undefined) {
    const isReachable = !unreachable.includes(found.error.code);
    yield isReachable ? { check: 'reachable', ok: true } : { check: 'reachable', ok: false, error: found.error };
    if (isReachable) yield { check: 'discovery', ok: false, error: found.error };
    return;
  }
  yield { check: 'reachable', ok: true };
  yield { check: 'discovery', ok: true };
  const { clockSkew } = found.value;
  const skew = clockSkew ?? 0;
  if (Math.abs(skew) > clockTolerance) {
    const detail = {
      expected: `within 2 minutes of ${new Date(now()).toISOString()}`,
      received: describeClockSkew(skew),
      clockSkew: skew,
    };
    yield { check: 'clock', ok: false, error: new ProviderError('clock_skew', { detail }) };
  } else yield { check: 'clock', ok: true, ...(clockSkew !== undefined && { clockSkew }) };
}

/**
 * GWY-2: the certificates of the keys where they have any, else those of the connection that brought the document; says
 * which. Undefined: nobody asked, or there is nothing to judge (plain http on loopback). One trusted key is enough to sign
 * with; none is not.
 */
export function certificatesOf({ connectionTrust }: Discovered, keys: readonly KeySummary[]): CheckResult | undefined {
  const certified = keys.map(({ trust }) => trust).filter((trust) => trust !== undefined);
  const where = certified.length > 0 ? 'x5c' : 'tls';
  const trust = certified.find(({ trusted }) => trusted) ?? certified[0] ?? connectionTrust;
  if (trust === undefined) return undefined;
  const hasUncertified = certified.length < keys.length;
  if (trust.trusted)
    return { check: 'certificates', ok: true, found: { where, by: trust.by, authority: trust.authority } };
  // keys beside it that bring no certificate came over TLS, which is trusted
  if (hasUncertified && connectionTrust?.trusted)
    return {
      check: 'certificates',
      ok: true,
      found: { where: 'tls', by: connectionTrust.by, authority: connectionTrust.authority },
    };
  return { check: 'certificates', ok: false, error: certificateUntrusted(where === 'x5c' ? 'jwks_uri' : 'TLS', trust) };
}

export type Attempted<T> = { value: T; error?: never } | { error: ProviderError };

/** Only `ProviderError` is a finding; anything else is a fault of ours and goes on up. */
export async function attempt<T>(act: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { value: await act() };
  } catch (error) {
    if (error instanceof ProviderError) return { error };
    throw error;
  }
}

export function result(check: string, attempted: Attempted<unknown>): CheckResult {
  return attempted.error === undefined ? { check, ok: true } : { check, ok: false, error: attempted.error };
}
