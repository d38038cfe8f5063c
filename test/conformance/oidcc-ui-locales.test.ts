import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with ui_locales succeeds, whatever languages it names', async () => {
  await op.signIn(new Browser(), { ui_locales: 'se' });
  await op.signIn(new Browser(), { ui_locales: 'ja en' });
});
