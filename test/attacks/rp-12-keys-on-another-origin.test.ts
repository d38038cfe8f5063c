import { expect, it } from 'vitest';
import { callbackUrl, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

const begin = { handle: 'h', callbackUrl, forceAuthentication: false };

it('keys over http are refused, at the first reading of the document', async () => {
  await using journey = await startOktaJourney({ upstream: { misbehave: ['document-insecure-keys'] } });
  await expect(journey.provider.begin(begin)).rejects.toMatchObject({
    code: 'discovery_incomplete',
    detail: { where: 'jwks_uri' },
  });
});

it('keys over http are refused at a later reading too, and no key is fetched from there', async () => {
  let now = Date.now();
  await using journey = await startOktaJourney({ now: () => now });
  await journey.signIn();
  now += 11 * 60_000;
  journey.upstream.misbehaveNext('document-insecure-keys');
  await expect(journey.provider.begin(begin)).rejects.toMatchObject({ code: 'discovery_incomplete' });
  expect(journey.ports.fetched.some((url) => url.startsWith('http://keys.example'))).toBe(false);
});

it('keys that move to another host are said in the log, and fetched through the guarded fetch', async () => {
  let now = Date.now();
  await using journey = await startOktaJourney({ now: () => now });
  await journey.signIn();
  now += 11 * 60_000;
  const { fetch } = journey.ports;
  journey.ports.fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!url.endsWith('/openid-configuration')) return response;
    return Response.json({ ...((await response.json()) as object), jwks_uri: 'https://keys.example/keys' });
  };
  await expect(journey.signIn()).rejects.toMatchObject({ code: 'upstream_address_refused' });
  expect(journey.ports.lines.join()).toContain('https://keys.example/keys');
});

it('documents and keys are read once for many sign-ins', async () => {
  await using journey = await startOktaJourney();
  await Promise.all([journey.signIn(), journey.signIn(), journey.signIn()]);
  await journey.signIn();
  expect(journey.ports.fetched.filter((url) => url.endsWith('/openid-configuration'))).toHaveLength(1);
  expect(journey.ports.fetched.filter((url) => url.endsWith('/keys'))).toHaveLength(1);
});
