import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Signing out leads back to the application with its state, and the person is signed out', async () => {
  const browser = new Browser();
  const { idToken, accessToken, refreshToken } = await op.signIn(browser);
  const state = randomBytes(64).toString('hex');
  await op.endSession(browser, {
    id_token_hint: idToken,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
  });
  const { url } = await op.confirmSignOut(browser);
  expect(url.href).toBe(`${postLogoutRedirectUri}?state=${state}`);
  await op.expectSignedOut(browser);
  expect((await op.client.userinfo(accessToken)).status).toBe(401);
  expect((await op.client.refresh(refreshToken)).body.error).toBe('invalid_grant');
});

it('The same request posted leads there too', async () => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  await browser.post(String(op.discovery.end_session_endpoint), {
    id_token_hint: idToken,
    post_logout_redirect_uri: postLogoutRedirectUri,
  });
  expect((await op.confirmSignOut(browser)).url.href).toBe(postLogoutRedirectUri);
  await op.expectSignedOut(browser);
});
