import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../../providers/provider.ts';
import {
  type Journey,
  startEntraJourney,
  startGatewayJourney,
  startOktaJourney,
} from '../../../support/upstreams/oidc/journey.ts';

async function resultsOf({ provider }: Journey): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for await (const result of provider.check()) results.push(result);
  return results;
}

async function findingsOf(journey: Journey): Promise<string[]> {
  return (await resultsOf(journey)).map(({ check, ok, error }) => (ok ? check : `${check}: ${error?.code}`));
}

describe('checking a connection without a user', () => {
  it.each([
    ['Okta', startOktaJourney],
    ['Entra', startEntraJourney],
    ['a Gateway', startGatewayJourney],
  ])('%s that is well passes every check', async (_name, start) => {
    await using journey = await start();
    expect(await findingsOf(journey)).toEqual(['reachable', 'discovery', 'clock', 'keys', 'client']);
  });

  it.each([
    ['document-missing', ['reachable', 'discovery: discovery_missing']],
    ['document-foreign-issuer', ['reachable', 'discovery: discovery_issuer_mismatch']],
    ['keys-empty', ['reachable', 'discovery', 'clock', 'keys: keys_missing', 'client']],
    ['client-refused', ['reachable', 'discovery', 'clock', 'keys', 'client: client_refused']],
  ] as const)('%s is told apart', async (fault, findings) => {
    await using journey = await startGatewayJourney();
    journey.upstream.misbehaveNext(fault);
    expect(await findingsOf(journey)).toEqual(findings);
  });

  it('a wrong client secret is found', async () => {
    await using journey = await startOktaJourney({ settings: { clientSecret: 'another' } });
    expect(await findingsOf(journey)).toContain('client: client_refused');
  });

  it('a host that does not answer is found', async () => {
    await using journey = await startOktaJourney({ settings: { url: 'http://127.0.0.1:1' } });
    expect(await findingsOf(journey)).toEqual(['reachable: upstream_unreachable']);
  });

  it('a clock that is off is found, with the minutes', async () => {
    const now = Date.now();
    await using journey = await startGatewayJourney({
      now: () => now,
      upstream: { clock: { now: () => now + 600_000 } },
    });
    const clock = (await resultsOf(journey)).find(({ check }) => check === 'clock');
    expect(clock?.error).toMatchObject({
      code: 'clock_skew',
      detail: { received: "the provider's clock is 10 minutes ahead" },
    });
  });

  it("Okta's API token must read users and groups", async () => {
    await using good = await startOktaJourney({ settings: { apiToken: 't' }, upstream: { apiToken: 't' } });
    expect(await findingsOf(good)).toEqual(['reachable', 'discovery', 'clock', 'keys', 'client', 'users', 'groups']);
    await using bad = await startOktaJourney({ settings: { apiToken: 'wrong' }, upstream: { apiToken: 't' } });
    expect((await findingsOf(bad)).slice(-2)).toEqual(['users: directory_refused', 'groups: directory_refused']);
  });
});
