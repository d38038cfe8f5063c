import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectErrorPage, postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

it.each([
  ['with the algorithm none', (payload: string) => `${encode({ alg: 'none' })}.${payload}.`],
  ['with its signature cut off', (payload: string, header: string) => `${header}.${payload}.`],
])('An ID token as hint %s ends on an error page', async (_how, bend) => {
  const browser = new Browser();
  const { idToken } = await op.signIn(browser);
  const [header = '', payload = ''] = idToken.split('.');
  const page = await op.endSession(browser, {
    id_token_hint: bend(payload, header),
    post_logout_redirect_uri: postLogoutRedirectUri,
    state: 'some-state',
  });
  expectErrorPage(page);
  await op.expectSignedIn(browser);
});
