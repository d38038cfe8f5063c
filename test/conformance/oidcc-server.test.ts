import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The code flow ends with an ID token and with an access token that opens userinfo', async () => {
  const { wasAsked, claims, tokens } = await op.signIn(new Browser());
  expect(wasAsked).toBe(true);
  const now = Date.now() / 1000;
  expect(claims.iat).toBeGreaterThan(now - 60);
  expect(claims.exp).toBeGreaterThan(now);
  expect(claims.exp).toBeLessThan(now + 24 * 3600);
  expect(tokens.access_token).toMatch(/^[\x20-\x7e]+$/);
});
