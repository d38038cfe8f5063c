import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { getJson } from '../support/browserless.ts';
import { expectUserinfo, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Userinfo answers a GET with the access token in the Authorization header, and no other', async () => {
  const { accessToken, claims } = await op.redeem(await op.authorize(new Browser()));
  const url = String(op.discovery.userinfo_endpoint);
  expectUserinfo(await getJson(url, { authorization: `Bearer ${accessToken}` }), claims);
  expect((await getJson(url, { authorization: `Bearer ${accessToken.slice(0, -1)}` })).status).toBe(401);
});
