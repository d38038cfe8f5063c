import { expect, it } from 'vitest';
import { startGatewayJourney, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it.each(['issuer-foreign', 'issuer-trailing-slash', 'issuer-other-case'] as const)(
  'an ID token with %s is refused: the issuer is compared character by character',
  async (fault) => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn([fault])).rejects.toMatchObject({
      code: 'id_token_issuer_mismatch',
      detail: { expected: journey.upstream.issuer },
    });
  },
);

it("a Gateway's issuer is compared with its case", async () => {
  await using journey = await startGatewayJourney({ settings: { issuer: 'URL/Gateway' } });
  await expect(journey.signIn()).rejects.toMatchObject({
    code: 'discovery_issuer_mismatch',
    detail: { expected: `${journey.upstream.url}/Gateway`, received: journey.upstream.url },
  });
});

it.each(['audience-foreign', 'audience-list-foreign-azp', 'azp-foreign'] as const)(
  'an ID token made for another client is refused (%s)',
  async (fault) => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn([fault])).rejects.toMatchObject({ code: 'id_token_audience_mismatch' });
  },
);

it('an ID token without a subject is refused', async () => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn(['subject-missing'])).rejects.toMatchObject({ code: 'subject_missing' });
});
