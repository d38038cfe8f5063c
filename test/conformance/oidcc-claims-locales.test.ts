import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with claims_locales succeeds', async () => {
  await op.signIn(new Browser(), { claims_locales: 'se' });
});
