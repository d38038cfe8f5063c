import { expect, it, vi } from 'vitest';
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

it('A hint that has expired meanwhile succeeds too, and without the session it names nobody', async () => {
  const browser = new Browser();
  const { idToken, claims } = await op.signIn(browser);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  const again = await op.signIn(browser, { prompt: 'none', id_token_hint: idToken });
  expect(again.claims.sub).toBe(claims.sub);
  const stranger = await op.authorize(new Browser(), { prompt: 'none', id_token_hint: idToken });
  op.expectErrorAnswer(stranger, ['login_required']);
});
