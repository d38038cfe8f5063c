import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeySet } from '../../../../providers/protocols/oidc/keys.ts';
import type { CheckResult, Installation } from '../../../../providers/provider.ts';
import { issue } from '../../../support/certificates.ts';
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
  const common = ['reachable', 'discovery', 'clock', 'keys', 'client'];
  it.each([
    ['Okta', startOktaJourney, ['domain', ...common]],
    ['Entra', startEntraJourney, common],
    ['a Gateway', startGatewayJourney, common],
  ])('%s that is well passes every check', async (_name, start, checks) => {
    await using journey = await start();
    expect(await findingsOf(journey)).toEqual(checks);
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
    expect(await findingsOf(journey)).toEqual(['domain', 'reachable: upstream_unreachable']);
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

  it("Okta's API token must be accepted, and may read users and groups", async () => {
    const withToken = { settings: { apiToken: 't' }, upstream: { apiToken: 't' } };
    await using good = await startOktaJourney(withToken);
    expect((await findingsOf(good)).slice(-4)).toEqual(['client', 'api-token', 'users', 'groups']);
    good.upstream.misbehaveNext('users-forbidden');
    expect((await findingsOf(good)).slice(-3)).toEqual(['api-token', 'users: directory_refused', 'groups']);
    good.upstream.misbehaveNext('groups-forbidden');
    expect((await findingsOf(good)).slice(-3)).toEqual(['api-token', 'users', 'groups: directory_refused']);
    await using bad = await startOktaJourney({ settings: { apiToken: 'wrong' }, upstream: { apiToken: 't' } });
    expect((await findingsOf(bad)).slice(-2)).toEqual(['client', 'api-token: directory_token_refused']);
  });

  it('an address that is not Okta’s own has to be confirmed as a custom domain', async () => {
    await using journey = await startOktaJourney({ settings: { customDomain: false } });
    expect((await findingsOf(journey))[0]).toBe('domain: domain_unconfirmed');
  });
});

describe('the certificates of a Gateway (GWY-2)', () => {
  const root = issue({ name: 'Company CA', authority: true });
  const tls = issue({ name: 'gateway', by: root });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signing = issue({ name: 'signing', by: root, keys: rsa });

  /** What the appliance would send over TLS: `keys` as published, `chain` as the server's. */
  async function gatewayWith({ keys, installation = {} }: { keys: object[]; installation?: Partial<Installation> }) {
    const journey = await startGatewayJourney({ installation });
    const { fetch } = journey.ports;
    journey.ports.fetch = async (url, init = {}) => {
      init.onCertificates?.([tls.der, root.der]);
      return url.endsWith('/certs') ? Response.json({ keys }) : fetch(url, init);
    };
    return journey;
  }
  const jwk = (fields: object = {}) => ({ ...rsa.publicKey.export({ format: 'jwk' }), use: 'sig', ...fields });
  const certificates = async (journey: Journey) =>
    (await resultsOf(journey)).find(({ check }) => check === 'certificates');
  const trusted = { certificateAuthorities: [root.certificate] };

  it('are those of the connection where the keys bring none, and the check says so', async () => {
    await using journey = await gatewayWith({ keys: [jwk()], installation: trusted });
    expect(await certificates(journey)).toEqual({
      check: 'certificates',
      ok: true,
      found: { where: 'tls', by: 'operator', authority: 'Company CA' },
    });
  });

  it('are those of the keys where there are any', async () => {
    const x5c = [signing.der.toString('base64')];
    await using journey = await gatewayWith({ keys: [jwk({ x5c })], installation: trusted });
    expect(await certificates(journey)).toMatchObject({ ok: true, found: { where: 'x5c', by: 'operator' } });
  });

  it.each([
    ['of an unknown authority', () => [signing.der.toString('base64')], 'authority_unknown'],
    ['self-signed', () => [issue({ name: 'own', keys: rsa }).der.toString('base64')], 'self_signed'],
    ['of another key', () => [tls.der.toString('base64')], 'malformed'],
    ['rubbish', () => ['AAAA'], 'malformed'],
    ['no list', () => 'AAAA', 'malformed'],
    ['empty', () => [], 'malformed'],
  ])('%s are refused, in the check and when a token is signed with that key', async (_what, x5c, reason) => {
    await using journey = await gatewayWith({ keys: [jwk({ x5c: x5c() })] });
    expect(await certificates(journey)).toMatchObject({
      ok: false,
      error: { code: 'certificate_untrusted', detail: { where: 'jwks_uri', received: reason } },
    });
    const keys = createKeySet('https://gateway.test/certs', journey.ports, { authorities: {} });
    const parts = {
      algorithm: 'RS256',
      keyId: undefined,
      input: Buffer.from('a.b'),
      signature: sign('sha256', Buffer.from('a.b'), rsa.privateKey),
    };
    await expect(keys.verify(parts)).rejects.toMatchObject({ code: 'certificate_untrusted' });
  });
});
