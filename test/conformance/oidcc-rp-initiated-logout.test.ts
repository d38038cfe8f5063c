import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
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

// Ours live for five minutes, sessions for hours (RP-Initiated Logout 1.0 §2: an expired hint should be accepted).
it('An ID token that has expired meanwhile is a hint like any other', async () => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  await op.endSession(browser, { id_token_hint: idToken, post_logout_redirect_uri: postLogoutRedirectUri });
  expect((await op.confirmSignOut(browser)).url.href).toBe(postLogoutRedirectUri);
  await op.expectSignedOut(browser);
});

it('Somebody who is signed out already is led back at once, with the state', async () => {
  const { idToken } = await op.signIn(new Browser());
  const page = await op.endSession(new Browser(), {
    id_token_hint: idToken,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state: 'some-state',
  });
  expect(page.url.href).toBe(`${postLogoutRedirectUri}?state=some-state`);
});
