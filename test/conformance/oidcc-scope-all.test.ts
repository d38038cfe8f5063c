import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('All standard scopes together give everything that those we offer give', async () => {
  const { userinfo } = await op.signIn(new Browser(), { scope: 'openid profile email address phone' });
  expect(userinfo).toMatchObject({ name: 'Alice Liddell', email: expect.stringContaining('@') });
});
