import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The order of scopes means nothing', async () => {
  const { userinfo } = await op.signIn(new Browser(), { scope: 'email openid' });
  expect(userinfo.email).toContain('@');
});
