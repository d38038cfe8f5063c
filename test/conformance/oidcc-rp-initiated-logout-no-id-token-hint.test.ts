import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectSignedOutPage, postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Without a hint the person is asked, and is not sent to the address of the request', async () => {
  const browser = new Browser();
  await op.signIn(browser);
  const page = await op.endSession(browser, { post_logout_redirect_uri: postLogoutRedirectUri, state: 'some-state' });
  expect(page.status).toBe(200);
  await op.expectSignedIn(browser);

  await browser.get(String(op.discovery.end_session_endpoint));
  await browser.get(browser.link('Sign out'));
  expectSignedOutPage(await op.confirmSignOut(browser));
});
