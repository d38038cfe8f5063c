import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  callbackUrl,
  startEntraJourney,
  startGatewayJourney,
  startOktaJourney,
} from '../support/upstreams/oidc/journey.ts';

it.each([
  ['Okta', startOktaJourney],
  ['Entra', startEntraJourney],
  // whose document does not mention PKCE
  ['a Gateway', startGatewayJourney],
])('PKCE with S256 is sent to %s, and the verifier with the code', async (_name, start) => {
  await using journey = await start();
  const { send, remember } = await journey.provider.begin({ handle: 'h', callbackUrl, forceAuthentication: false });
  const query = new URL(send.url).searchParams;
  expect(query.get('code_challenge_method')).toBe('S256');
  const challenge = createHash('sha256').update(String(remember.verifier)).digest('base64url');
  expect(query.get('code_challenge')).toBe(challenge);
  const { callback, remember: remembered } = await journey.arrive();
  await journey.provider.complete(callback, remembered).catch(() => undefined);
  const exchange = journey.upstream.requests.find((request) => request.path.endsWith('/token'));
  expect(exchange?.form.code_verifier).toBe(remembered.verifier);
});

it("a code of somebody else's attempt is worthless without that attempt's verifier", async () => {
  await using journey = await startOktaJourney();
  const theirs = await journey.arrive();
  const mine = await journey.arrive();
  const injected = {
    ...mine.callback,
    parameters: { ...mine.callback.parameters, code: theirs.callback.parameters.code! },
  };
  await expect(journey.provider.complete(injected, mine.remember)).rejects.toMatchObject({ code: 'token_refused' });
});
