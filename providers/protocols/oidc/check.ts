/** "Test and Finish" for an OIDC upstream, without a user (GWY-3, OKT-1): each finding by itself, in order. */
import { ProviderError, type ProviderErrorCode } from '../../errors.ts';
import type { CheckResult, Ports } from '../../provider.ts';
import { describeClockSkew } from './answers.ts';
import { clockTolerance } from './id-token.ts';
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
 * Checks named `reachable`, `discovery`, `clock`, `keys`, `client` and, given a callback URL, `redirect`. Ends after a
 * failure that makes the rest meaningless.
 */
export async function* checkOpenIdProvider(
  party: RelyingParty,
  now: Ports['now'],
  about?: { callbackUrl: string },
): AsyncIterable<CheckResult> {
  const found = await attempt(() => party.discovery.refresh());
  if (found.error !== undefined) {
    if (unreachable.includes(found.error.code)) {
      yield { check: 'reachable', ok: false, error: found.error };
      return;
    }
    yield { check: 'reachable', ok: true };
    yield { check: 'discovery', ok: false, error: found.error };
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
  yield result('keys', await attempt(() => found.value.keys.refresh()));
  const client = await attempt(() => party.proveClient());
  yield result('client', client);
  // a provider that does not know the client says the same of every redirect URI
  if (about === undefined || client.error !== undefined) return;
  yield result('redirect', await attempt(() => party.proveRedirect(about.callbackUrl)));
}

type Attempted<T> = { value: T; error?: never } | { error: ProviderError };

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
