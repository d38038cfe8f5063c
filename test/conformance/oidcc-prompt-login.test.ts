import { expect, it, vi } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('prompt=login asks a person who is signed in to sign in again, and the time of authentication moves', async () => {
  const browser = new Browser();
  const first = await op.signIn(browser);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 });
  const second = await op.signIn(browser, { prompt: 'login' });
  expect(second.wasAsked).toBe(true);
  expect(second.claims.sub).toBe(first.claims.sub);
  expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
});
