import { expect, it } from 'vitest';
import { startGatewayJourney, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it.each(['alg-none', 'alg-hs256-public-key'] as const)('%s is refused before any key is looked at', async (fault) => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn([fault])).rejects.toMatchObject({ code: 'id_token_algorithm_refused' });
});

it('an algorithm that the discovery document offers is still refused when it is not allowed', async () => {
  await using journey = await startOktaJourney();
  const { fetch } = journey.ports;
  journey.ports.fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!url.endsWith('/openid-configuration')) return response;
    return Response.json({
      ...((await response.json()) as object),
      id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'],
    });
  };
  for (const fault of ['alg-none', 'alg-hs256-public-key'] as const) {
    await expect(journey.signIn([fault])).rejects.toMatchObject({ code: 'id_token_algorithm_refused' });
  }
});

it('a key inside the token is not used, nor fetched from where the token says that it lies', async () => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn(['signature-embedded-key'])).rejects.toMatchObject({
    code: 'id_token_signature_invalid',
  });
  expect(journey.ports.fetched.filter((url) => url.includes('evil.example'))).toEqual([]);
});

it('an unknown kid is refused, and does not make us fetch the keys again and again', async () => {
  await using journey = await startOktaJourney();
  await journey.signIn();
  for (let attempt = 0; attempt < 5; attempt++) {
    await expect(journey.signIn(['key-unknown'])).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
  }
  expect(journey.ports.fetched.filter((url) => url.endsWith('/keys'))).toHaveLength(1);
});

it('a token without kid is verified against the published keys, not waved through', async () => {
  await using journey = await startGatewayJourney({ upstream: { unnamedKeys: true } });
  expect((await journey.signIn()).subject).toBe('00u1');
  await expect(journey.signIn(['signature-foreign-key'])).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
});
