import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import type { Started } from '../support/relying-party.ts';
import { startOpenIdProvider, submit } from './support.ts';

const op = await startOpenIdProvider();

/** The request as the form of a page on another site. */
function post(browser: Browser, { url }: Started) {
  const form = [...url.searchParams].map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
  const html = `<form method="post" action="${url.origin}${url.pathname}">${form}</form>`;
  const elsewhere = new URL('http://application.localhost/');
  browser.page = { status: 200, url: elsewhere, headers: {}, html, history: [elsewhere] };
  return submit(browser, {});
}

it('An authorization request that is posted succeeds', async () => {
  const browser = new Browser();
  const started = op.client.start();
  const authorized = await op.continueAt(browser, started, await post(browser, started));
  expect(authorized.wasAsked).toBe(true);
  await op.redeem(authorized);
});

it('It meets the session of the browser, although its cookie does not come with a post from another site', async () => {
  const browser = new Browser();
  await op.signIn(browser);
  const started = op.client.start({ prompt: 'none' });
  await op.redeem(await op.continueAt(browser, started, await post(browser, started)));
});
