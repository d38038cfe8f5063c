import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectErrorPage, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('An address that is not registered for the time after signing out ends on an error page', async () => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  const page = await op.endSession(browser, {
    id_token_hint: idToken,
    post_logout_redirect_uri: 'https://attacker.example/signed-out',
    state: 'some-state',
  });
  expectErrorPage(page);
  await op.expectSignedIn(browser);
});
