import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectSignedOutPage, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Without an address for the time after, signing out ends on a page that says so', async () => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  await op.endSession(browser, { id_token_hint: idToken, state: 'some-state' });
  expectSignedOutPage(await op.confirmSignOut(browser));
  await op.expectSignedOut(browser);
});
