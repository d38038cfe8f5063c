import { expect, it, vi } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('max_age=10000 asks nobody who signed in just now, and the ID token says when', async () => {
  const browser = new Browser();
  const first = await op.signIn(browser, { max_age: '10000' });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 });
  const second = await op.signIn(browser, { max_age: '10000' });
  expect(second.wasAsked).toBe(false);
  expect(first.claims.auth_time).toEqual(expect.any(Number));
  expect(second.claims.auth_time).toBe(first.claims.auth_time);
  expect(second.claims.sub).toBe(first.claims.sub);
});
