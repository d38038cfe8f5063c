import { expect, it, vi } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A code that is used again after 30 seconds is invalid_grant, and the access token issued for it is revoked', async () => {
  const { answer, verifier, accessToken, refreshToken } = await op.signIn(new Browser());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
  expect((await op.client.userinfo(accessToken)).status).toBe(200);
  const again = await op.client.redeem(String(answer.get('code')), verifier);
  expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect((await op.client.userinfo(accessToken)).status).toBe(401);
  expect(await op.client.refresh(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});
