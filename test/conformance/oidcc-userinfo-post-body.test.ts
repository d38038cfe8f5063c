import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { postForm } from '../support/browserless.ts';
import { expectUserinfo, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Userinfo answers a POST with the access token in its body', async () => {
  const { accessToken, claims } = await op.redeem(await op.authorize(new Browser()));
  const url = String(op.discovery.userinfo_endpoint);
  expectUserinfo(await postForm(url, { access_token: accessToken }), claims);
});
