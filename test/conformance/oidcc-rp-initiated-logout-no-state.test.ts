import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Without a state, signing out leads back to the application without one', async () => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  await op.endSession(browser, { id_token_hint: idToken, post_logout_redirect_uri: postLogoutRedirectUri });
  expect((await op.confirmSignOut(browser)).url.href).toBe(postLogoutRedirectUri);
  await op.expectSignedOut(browser);
});
