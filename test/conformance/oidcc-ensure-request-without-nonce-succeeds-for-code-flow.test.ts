import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The code flow works without a nonce, and then the ID token has none', async () => {
  const { claims } = await op.signIn(new Browser(), { nonce: undefined });
  expect(claims).not.toHaveProperty('nonce');
});
