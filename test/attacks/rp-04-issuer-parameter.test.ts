import { describe, expect, it } from 'vitest';
import { startOktaJourney } from '../support/upstreams/oidc/journey.ts';

// the provider's half of RP-04: who answered must be who was asked. The attempt's half is a test of the whole flow.
describe('mix-up: the iss of the answer', () => {
  it('is refused when it names another issuer, and no code is sent anywhere', async () => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn(['response-issuer-foreign'])).rejects.toMatchObject({
      code: 'issuer_parameter_mismatch',
    });
    expect(journey.upstream.requests.some((request) => request.path.endsWith('/token'))).toBe(false);
  });

  it('is required where the upstream says that it sends it', async () => {
    await using journey = await startOktaJourney({ upstream: { responseIssuer: true } });
    expect((await journey.signIn()).subject).toBe('00u1');
    await expect(journey.signIn(['response-issuer-missing'])).rejects.toMatchObject({
      code: 'issuer_parameter_mismatch',
    });
  });

  it('is compared before an error is believed', async () => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn(['access-denied', 'response-issuer-foreign'])).rejects.toMatchObject({
      code: 'issuer_parameter_mismatch',
    });
  });

  it('comes after the state: an answer of another attempt is refused as such', async () => {
    await using journey = await startOktaJourney();
    const { callback, remember } = await journey.arrive();
    for (const state of ['another', '', undefined]) {
      const parameters = { ...callback.parameters, state } as typeof callback.parameters;
      await expect(journey.provider.complete({ ...callback, parameters }, remember)).rejects.toMatchObject({
        code: 'callback_invalid',
      });
    }
  });
});
