import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../../providers/provider.ts';
import {
  callbackUrl,
  type Journey,
  startEntraJourney,
  startGatewayJourney,
  startOktaJourney,
} from '../../../support/upstreams/oidc/journey.ts';

async function resultsOf({ provider }: Journey, callback?: string): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const about = callback === undefined ? undefined : { callbackUrl: callback };
  for await (const result of provider.check(about)) results.push(result);
  return results;
}

async function findingsOf(journey: Journey, callback?: string): Promise<string[]> {
  return (await resultsOf(journey, callback)).map(({ check, ok, error }) => (ok ? check : `${check}: ${error?.code}`));
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

  it.each([
    ['Okta', startOktaJourney],
    ['Entra', startEntraJourney],
    ['a Gateway', startGatewayJourney],
  ])('%s tells whether it knows our redirect URI', async (_name, start) => {
    await using journey = await start();
    expect(await findingsOf(journey, callbackUrl)).toContain('redirect');
    const other = 'https://accounts.test/core/another';
    expect(await findingsOf(journey, other)).toContain('redirect: redirect_refused');
    const found = (await resultsOf(journey, other)).find(({ check }) => check === 'redirect');
    expect(found?.error?.detail).toMatchObject({ expected: other, received: 'HTTP 400' });
  });

  it('a page of Entra that says so with status 200 is understood', async () => {
    await using journey = await startEntraJourney();
    const { fetch } = journey.ports;
    journey.ports.fetch = async (url, init) =>
      url.includes('/authorize') ? new Response('<p>AADSTS50011: The redirect URI …') : fetch(url, init);
    const found = (await resultsOf(journey, callbackUrl)).find(({ check }) => check === 'redirect');
    expect(found?.error).toMatchObject({ code: 'redirect_refused', detail: { note: 'AADSTS50011' } });
  });

  it('nothing is said of the redirect URI where the client itself is refused', async () => {
    await using journey = await startOktaJourney({ settings: { clientSecret: 'another' } });
    expect((await findingsOf(journey, callbackUrl)).at(-1)).toBe('client: client_refused');
  });

  it('a provider that asks us to wait is told apart, at each endpoint', async () => {
    await using journey = await startGatewayJourney();
    const { fetch } = journey.ports;
    for (const [path, finding] of [
      ['openid-configuration', 'reachable: upstream_throttled'],
      ['certs', 'keys: upstream_throttled'],
      ['token', 'client: upstream_throttled'],
    ] as const) {
      journey.ports.fetch = async (url, init) =>
        url.endsWith(path) ? new Response('', { status: 429, headers: { 'retry-after': '7' } }) : fetch(url, init);
      expect(await findingsOf(journey)).toContain(finding);
    }
  });

  it("Okta's API token must read users and groups", async () => {
    await using good = await startOktaJourney({ settings: { apiToken: 't' }, upstream: { apiToken: 't' } });
    expect(await findingsOf(good)).toEqual(['reachable', 'discovery', 'clock', 'keys', 'client', 'users', 'groups']);
    await using bad = await startOktaJourney({ settings: { apiToken: 'wrong' }, upstream: { apiToken: 't' } });
    expect((await findingsOf(bad)).slice(-2)).toEqual(['users: directory_refused', 'groups: directory_refused']);
  });
});
