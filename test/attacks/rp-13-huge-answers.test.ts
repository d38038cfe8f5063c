import { expect, it } from 'vitest';
import { ProviderError } from '../../providers/errors.ts';
import { startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it.each([
  ['keys-many', 'upstream_answer_too_large'],
  ['keys-huge', 'upstream_answer_too_large'],
  ['token-answer-huge', 'upstream_answer_too_large'],
  ['token-answer-not-json', 'upstream_answer_invalid'],
] as const)('an upstream with %s is refused, and the next sign-in works', async (fault, code) => {
  await using journey = await startOktaJourney();
  await expect(journey.signIn([fault])).rejects.toMatchObject({ code });
  expect((await journey.signIn()).subject).toBe('00u1');
});

it('fifty keys are read, fifty-one are not', async () => {
  for (const [count, accepted] of [
    [49, true],
    [50, false],
  ] as const) {
    await using journey = await startOktaJourney();
    const { fetch } = journey.ports;
    journey.ports.fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (!url.endsWith('/keys')) return response;
      const { keys } = (await response.json()) as { keys: object[] };
      return Response.json({ keys: [...Array.from({ length: count }, () => ({ kty: 'oct', k: 'AA' })), ...keys] });
    };
    const outcome = await journey.signIn().then(
      () => true,
      (error: ProviderError) => error.code,
    );
    expect(outcome).toBe(accepted || 'upstream_answer_invalid');
  }
});

it('a key set without a usable key is reported as such', async () => {
  await using journey = await startOktaJourney({ upstream: { misbehave: ['keys-empty'] } });
  await expect(journey.signIn()).rejects.toMatchObject({ code: 'keys_missing' });
});

it('an answer that never comes ends as the fetch says, and is forgotten', async () => {
  await using journey = await startOktaJourney();
  const { fetch } = journey.ports;
  let slow = true;
  journey.ports.fetch = async (url, init) => {
    if (slow && url.endsWith('/keys')) throw new ProviderError('upstream_timeout');
    return fetch(url, init);
  };
  await expect(journey.signIn()).rejects.toMatchObject({ code: 'upstream_timeout' });
  slow = false;
  expect((await journey.signIn()).subject).toBe('00u1');
});
