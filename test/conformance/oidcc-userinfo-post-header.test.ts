import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectUserinfo, postWithToken, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Userinfo answers a POST with the access token in the Authorization header', async () => {
  const { accessToken, claims } = await op.redeem(await op.authorize(new Browser()));
  const url = String(op.discovery.userinfo_endpoint);
  expectUserinfo(await postWithToken(url, accessToken), claims);
});
