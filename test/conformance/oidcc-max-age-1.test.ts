import { expect, it, vi } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('max_age=1 asks a person again who signed in two seconds ago, and the ID token says when', async () => {
  const browser = new Browser();
  const first = await op.signIn(browser);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 });
  const second = await op.signIn(browser, { max_age: '1' });
  expect(second.wasAsked).toBe(true);
  const authTime = Number(second.claims.auth_time);
  expect(authTime).toBeGreaterThan(Number(first.claims.auth_time));
  expect(Math.abs(Date.now() / 1000 - authTime)).toBeLessThan(5);
});
