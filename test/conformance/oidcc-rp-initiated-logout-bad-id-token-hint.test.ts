import { generateKeyPair, SignJWT } from 'jose';
import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectErrorPage, postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('An ID token as hint that somebody else signed ends on an error page', async () => {
  const browser = new Browser();
  const { claims } = await op.signIn(browser);
  const { privateKey } = await generateKeyPair('ES256');
  const page = await op.endSession(browser, {
    id_token_hint: await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey),
    post_logout_redirect_uri: postLogoutRedirectUri,
    state: 'some-state',
  });
  expectErrorPage(page);
  await op.expectSignedIn(browser);
});
