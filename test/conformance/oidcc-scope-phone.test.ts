import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The scope phone is not offered, and asking for it does no harm', async () => {
  expect(op.discovery.scopes_supported).not.toContain('phone');
  const { tokens, userinfo } = await op.signIn(new Browser(), { scope: 'openid phone' });
  expect(tokens.scope).toBe('openid');
  expect(Object.keys(userinfo).filter((name) => name.startsWith('phone'))).toEqual([]);
});
