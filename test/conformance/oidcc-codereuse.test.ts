import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A code that was used is invalid_grant the second time', async () => {
  const { answer, verifier } = await op.signIn(new Browser());
  const again = await op.client.redeem(String(answer.get('code')), verifier);
  expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(again.headers['content-type']).toContain('application/json');
  expect(again.body).not.toHaveProperty('access_token');
});
