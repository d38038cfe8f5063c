import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A name that is requested as essential from userinfo is there, and not in the ID token', async () => {
  const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
  const { claims: idToken, userinfo } = await op.signIn(new Browser(), { scope: 'openid', claims });
  expect(userinfo.name).toBe('Alice Liddell');
  expect(idToken).not.toHaveProperty('name');
});
