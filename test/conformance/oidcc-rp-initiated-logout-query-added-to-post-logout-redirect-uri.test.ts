import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectErrorPage, postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A query added to the registered address ends on an error page', async () => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  const page = await op.endSession(browser, {
    id_token_hint: idToken,
    post_logout_redirect_uri: `${postLogoutRedirectUri}?foo=bar`,
    state: 'some-state',
  });
  expectErrorPage(page);
  await op.expectSignedIn(browser);
});
