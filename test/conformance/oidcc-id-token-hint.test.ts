import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('prompt=none with the person’s own ID token as hint succeeds without a page', async () => {
  const browser = new Browser();
  const first = await op.signIn(browser);
  const second = await op.signIn(browser, { prompt: 'none', id_token_hint: first.idToken });
  expect(second.wasAsked).toBe(false);
  expect(second.claims.sub).toBe(first.claims.sub);
  expect(second.claims.auth_time).toBe(first.claims.auth_time);
});
