import { expect, it } from 'vitest';
import { startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it('an answer by POST is refused although its fields are right', async () => {
  await using journey = await startOktaJourney();
  const { callback, remember } = await journey.arrive();
  await expect(journey.provider.complete({ ...callback, method: 'POST' }, remember)).rejects.toMatchObject({
    code: 'callback_invalid',
  });
  expect((await journey.provider.complete(callback, remember)).subject).toBe('00u1');
});

it.each(['id_token', 'access_token', 'token', 'response'])(
  'an answer that brings %s itself is refused',
  async (name) => {
    await using journey = await startOktaJourney();
    const { callback, remember } = await journey.arrive();
    const injected = { ...callback, parameters: { ...callback.parameters, [name]: 'eyJ' } };
    await expect(journey.provider.complete(injected, remember)).rejects.toMatchObject({ code: 'callback_invalid' });
  },
);

it('the redirect URI of the exchange is the one that we sent, whatever URL the answer came in by', async () => {
  await using journey = await startOktaJourney();
  const { callback, remember } = await journey.arrive();
  await journey.provider.complete({ ...callback, url: 'https://evil.example/cb?code=x' }, remember);
  const exchange = journey.upstream.requests.find((request) => request.path.endsWith('/token'));
  expect(exchange?.form.redirect_uri).toBe(remember.callbackUrl);
});
