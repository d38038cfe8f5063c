import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('prompt=none with a session succeeds without a page, for the same person and time of authentication', async () => {
  const browser = new Browser();
  const first = await op.signIn(browser);
  const second = await op.signIn(browser, { prompt: 'none' });
  expect(second.wasAsked).toBe(false);
  expect(second.claims.sub).toBe(first.claims.sub);
  expect(second.claims.auth_time).toBe(first.claims.auth_time);
});
