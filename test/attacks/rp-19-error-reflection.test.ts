import { expect, it } from 'vitest';
import { errorOf, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

it('an error code with markup and an error description never get into our error', async () => {
  await using journey = await startOktaJourney();
  const error = await errorOf(journey.signIn(['error-with-markup']));
  expect(error).toMatchObject({ code: 'upstream_error' });
  expect(everythingOf(error)).not.toMatch(/script|alert|description/);
});

it.each([
  ['access-denied', 'upstream_denied', 'access_denied'],
  ['server-error', 'upstream_error', 'server_error'],
] as const)('%s is reported as %s, with the plain code alone', async (fault, code, received) => {
  await using journey = await startOktaJourney();
  const error = await errorOf(journey.signIn([fault]));
  expect(error).toMatchObject({ code, detail: { received } });
  expect(everythingOf(error)).not.toContain('description');
});

it('the token endpoint refusing us is told apart: client or code', async () => {
  await using journey = await startOktaJourney();
  const client = await errorOf(journey.signIn(['client-refused']));
  expect(client).toMatchObject({ code: 'client_refused', detail: { received: 'invalid_client' } });
  expect(everythingOf(client)).not.toContain('authentication failed');
  await expect(journey.signIn(['code-refused'])).rejects.toMatchObject({ code: 'token_refused' });
});

it('no refusal of an ID token carries the token or a claim of the person', async () => {
  await using journey = await startOktaJourney();
  for (const fault of ['issuer-foreign', 'nonce-wrong', 'expired', 'audience-foreign', 'signature-corrupt'] as const) {
    const text = everythingOf(await errorOf(journey.signIn([fault])));
    expect(text).not.toContain('eyJ');
    expect(text).not.toContain('alice');
    expect(text).not.toContain('S-1-5-21');
    expect(text).not.toContain('secret-of-the-client');
  }
});

/** Message, code, detail and every cause below, with hidden properties. */
function everythingOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 5) return String(error);
  return Object.getOwnPropertyNames(error)
    .filter((name) => name !== 'stack')
    .map((name) => `${name}: ${everythingOf((error as Record<string, unknown>)[name], depth + 1)}`)
    .join('\n');
}
