import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A parameter that nobody knows is ignored', async () => {
  await op.signIn(new Browser(), { extra: 'foobar' });
});
