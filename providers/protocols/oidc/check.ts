/** "Test and Finish" for an OIDC upstream, without a user (GWY-3, OKT-1): each finding by itself, in order. */
import { ProviderError, type ProviderErrorCode } from '../../errors.ts';
import type { CheckResult, Ports } from '../../provider.ts';
import { describeClockSkew } from './answers.ts';
import { clockTolerance } from './id-token.ts';
import type { RelyingParty } from './relying-party.ts';

/** Failures of the first fetch that say that the document was never the question. */
const unreachable: readonly ProviderErrorCode[] = [
  'upstream_unreachable',
  'upstream_tls',
  'upstream_timeout',
  'upstream_address_refused',
];

/**
 * Checks named `reachable`, `discovery`, `clock`, `keys`, `client`. Ends after a failure that makes the rest meaningless.
 * NOT checked: that our redirect URI is registered, which only a browser's journey shows.
 */
export async function* checkOpenIdProvider(party: RelyingParty, now: Ports['now']): AsyncIterable<CheckResult> {
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
  const skew = found.value.clockSkew ?? 0;
  if (Math.abs(skew) > clockTolerance) {
    const detail = {
      expected: `within 2 minutes of ${new Date(now()).toISOString()}`,
      received: describeClockSkew(skew),
    };
    yield { check: 'clock', ok: false, error: new ProviderError('clock_skew', { detail }) };
  } else yield { check: 'clock', ok: true };
  yield result('keys', await attempt(() => found.value.keys.refresh()));
  yield result('client', await attempt(() => party.proveClient()));
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
