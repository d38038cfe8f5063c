import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A login_hint does no harm, even one that names nobody here', async () => {
  await op.signIn(new Browser(), { login_hint: `buffy@${new URL(op.issuer).hostname}` });
});
