import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The scope email gives the address without vouching for it, and no name', async () => {
  expect(op.discovery.scopes_supported).toContain('email');
  const { userinfo } = await op.signIn(new Browser(), { scope: 'openid email' });
  expect(userinfo.email).toMatch(/^alice@mail\.example$/i);
  // What an upstream says about a mailbox is not ours to confirm.
  expect(userinfo).not.toHaveProperty('email_verified');
  expect(userinfo).not.toHaveProperty('name');
});
