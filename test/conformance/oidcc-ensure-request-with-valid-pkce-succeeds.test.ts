import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with PKCE succeeds with its verifier, and with no other', async () => {
  await op.signIn(new Browser());
  const { answer } = await op.authorize(new Browser());
  const wrong = await op.client.redeem(String(answer.get('code')), 'x'.repeat(43));
  expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

it.each([
  ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
  ['the method plain', { code_challenge_method: 'plain' }],
])('A request with %s is refused, for confidential clients too', async (_what, parameters) => {
  op.expectErrorAnswer(await op.authorize(new Browser(), parameters), ['invalid_request']);
});
