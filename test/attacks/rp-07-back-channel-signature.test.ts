import { expect, it } from 'vitest';
import { startEntraJourney, startGatewayJourney, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

// openid-client trusts TLS for a token that came from the token endpoint and looks at no signature by default
it.each([
  ['Okta', startOktaJourney],
  ['Entra', startEntraJourney],
  ['a Gateway', startGatewayJourney],
])('an ID token of %s signed with another key under the right kid is refused', async (_name, start) => {
  await using journey = await start();
  await expect(journey.signIn(['signature-foreign-key'])).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
});

it('a damaged signature is refused', async () => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn(['signature-corrupt'])).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
});

it('after the upstream rolled its keys, a withdrawn key no longer counts and the new one does', async () => {
  let now = Date.now();
  await using journey = await startOktaJourney({ now: () => now });
  await journey.signIn();
  await journey.upstream.rotateKeys();
  // within the minute the old set stands: no hammering
  await expect(journey.signIn()).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
  now += 61_000;
  expect((await journey.signIn()).subject).toBe('00u1');
  await expect(journey.signIn(['signature-foreign-key'])).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
});

it('a withdrawn key is forgotten after a day even when nobody used its successor', async () => {
  let now = Date.now();
  await using journey = await startOktaJourney({ now: () => now });
  await journey.signIn();
  now += 24 * 3_600_000;
  await journey.signIn();
  expect(journey.ports.fetched.filter((url) => url.endsWith('/keys'))).toHaveLength(2);
});
