import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A refresh token gives new tokens for the same person, and another client cannot use it', async () => {
  expect(op.discovery.grant_types_supported).toContain('refresh_token');
  const browser = new Browser();
  const first = await op.signIn(browser);
  expect(first.refreshToken).toMatch(/^[\x20-\x7e]+$/);
  const { status, body } = await op.client.refresh(first.refreshToken);
  expect(status).toBe(200);
  expect(body.access_token).not.toBe(first.accessToken);
  // OpenID Connect Core §12.2: the ID token of a refresh speaks of the same authentication.
  const refreshed = await op.verifyIdToken(body.id_token, op.client, first.nonce);
  for (const name of ['iss', 'sub', 'aud', 'auth_time']) expect(refreshed[name]).toEqual(first.claims[name]);
  expect((await op.client.userinfo(String(body.access_token))).status).toBe(200);

  const other = await op.register({ name: 'Second client' });
  const second = await op.signIn(browser, {}, other);
  const stolen = await op.client.refresh(second.refreshToken);
  expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect((await other.refresh(second.refreshToken)).status).toBe(200);
});

it('The same with offline_access and prompt=consent, as the module asks when that scope is configured', async () => {
  const { refreshToken, tokens } = await op.signIn(new Browser(), {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  expect(tokens.scope).toBe('openid offline_access');
  expect((await op.client.refresh(refreshToken)).status).toBe(200);
});
