import { expect, it } from 'vitest';
import { callbackUrl, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it.each(['nonce-wrong', 'nonce-missing'] as const)(
  'an ID token with its nonce changed is refused (%s)',
  async (fault) => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn([fault])).rejects.toMatchObject({ code: 'id_token_nonce_mismatch' });
  },
);

it('every attempt has a nonce of its own', async () => {
  await using journey = await startOktaJourney();
  const request = { handle: 'h', callbackUrl, forceAuthentication: false };
  const first = await journey.provider.begin(request);
  const second = await journey.provider.begin(request);
  expect(first.remember.nonce).toMatch(/^[\w-]{43}$/);
  expect(second.remember.nonce).not.toBe(first.remember.nonce);
});

it.each(['nonce', 'state', 'verifier'])('an attempt that lost its %s completes nothing', async (name) => {
  await using journey = await startOktaJourney();
  const { callback, remember } = await journey.arrive();
  for (const value of [undefined, null, '']) {
    const broken = { ...remember, [name]: value } as typeof remember;
    await expect(journey.provider.complete(callback, broken)).rejects.toMatchObject({ code: 'callback_invalid' });
  }
  expect(journey.upstream.requests.some((request) => request.path.endsWith('/token'))).toBe(false);
});
