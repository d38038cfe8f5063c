import { decodeProtectedHeader } from 'jose';
import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A client that asked for no algorithm gets ID tokens signed with RS256, and the key is named', async () => {
  const { idToken } = await op.signIn(new Browser());
  expect(decodeProtectedHeader(idToken)).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
});
