import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('An authorization request that is posted succeeds', async () => {
  const browser = new Browser();
  const started = op.client.start();
  const endpoint = started.url.origin + started.url.pathname;
  const page = await browser.post(endpoint, Object.fromEntries(started.url.searchParams));
  await op.redeem(await op.continueAt(browser, started, page));
});
