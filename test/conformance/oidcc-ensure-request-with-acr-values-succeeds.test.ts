import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with acr_values that we do not know succeeds', async () => {
  await op.signIn(new Browser(), { acr_values: '1 2' });
});
