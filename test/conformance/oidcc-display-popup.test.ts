import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with display=popup succeeds', async () => {
  await op.signIn(new Browser(), { display: 'popup' });
});
