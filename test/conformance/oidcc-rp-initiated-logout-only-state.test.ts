import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectSignedOutPage, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with nothing but a state lets the person choose a session and signs out of it', async () => {
  const browser = new Browser();
  await op.signIn(browser);
  await op.endSession(browser, { state: 'some-state' });
  await browser.get(browser.link('/connect/endsession'));
  const page = await op.confirmSignOut(browser);
  expectSignedOutPage(page);
  expect(page.url.href).not.toContain('some-state');
  await op.expectSignedOut(browser);
});
