import { expect, it } from 'vitest';
import { startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it.each([
  ['expired', 'id_token_expired'],
  ['issued-long-ago', 'id_token_too_old'],
  ['expires-in-ten-years', 'id_token_malformed'],
  ['issued-in-the-future', 'clock_skew'],
] as const)('an ID token that is %s is refused as %s', async (fault, code) => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn([fault])).rejects.toMatchObject({ code });
});

it('a clock five minutes fast is named as such, with the minutes', async () => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn(['clock-fast'])).rejects.toMatchObject({
    code: 'clock_skew',
    detail: { received: "the provider's clock is 5 minutes ahead" },
  });
});

it('a clock three hours slow is named as such, not as an expired token', async () => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn(['clock-slow'])).rejects.toMatchObject({
    code: 'clock_skew',
    detail: { received: "the provider's clock is 180 minutes behind" },
  });
});

it('the clock that counts is the one given, not the wall', async () => {
  let now = Date.parse('2031-01-01T00:00:00Z');
  const started = now;
  await using journey = await startOktaJourney({ now: () => now, upstream: { clock: { now: () => started } } });
  expect((await journey.signIn()).authenticatedAt).toBe(started);
  const { callback, remember } = await journey.arrive();
  now += 11 * 60_000;
  await expect(journey.provider.complete(callback, remember)).rejects.toMatchObject({
    code: 'clock_skew',
    detail: { received: "the provider's clock is 11 minutes behind" },
  });
});
