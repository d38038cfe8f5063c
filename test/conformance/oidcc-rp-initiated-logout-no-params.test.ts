import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectSignedOutPage, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request without parameters lets the person choose a session and signs out of it', async () => {
  const browser = new Browser();
  await op.signIn(browser);
  await op.endSession(browser, {});
  await browser.get(browser.link('/connect/endsession'));
  expectSignedOutPage(await op.confirmSignOut(browser));
  await op.expectSignedOut(browser);
});
