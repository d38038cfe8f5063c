/**
 * Not a module: what the official suite needs of our own pages. Its browser fills in fields by name and presses buttons;
 * this one runs no script at all, so that arriving is the proof.
 */
import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { startOpenIdProvider, submit } from './support.ts';

const op = await startOpenIdProvider();

/** Buttons and fields are reachable without a script, and every page can be sent by its only form. */
function expectPlainForm(browser: Browser, names: readonly string[]): void {
  const [form] = browser.forms().filter(({ fields }) => names.every((name) => name in fields));
  expect(form?.method).toBe('POST');
  expect(browser.page?.html).not.toMatch(/\son[a-z]+=|href="javascript:/i);
}

it('Choosing the organization, and then the upstream’s own page', async () => {
  const client = await op.register({ organizationId: null });
  const browser = new Browser();
  const started = client.start();
  await browser.get(started.url);
  expectPlainForm(browser, ['organization']);
  const page = await submit(browser, { organization: 'conformance' });
  const authorized = await op.continueAt(browser, started, page);
  expect(authorized.wasAsked).toBe(true);
  await op.redeem(authorized, client);
});

it('Email, password and code of a Citrix identity', async () => {
  const { organizations } = op.app.services;
  const organization = await organizations.findByCustomerId('conformance');
  const administrator = await createAdministrator(op.app, organization ? [organization] : []);
  const client = await op.register({ organizationId: null });
  const browser = new Browser();
  const started = client.start({ acr_values: 'idp:citrix' });
  await browser.get(started.url);
  expectPlainForm(browser, ['email', 'password']);
  await submit(browser, { email: administrator.email, password: administrator.password });
  expectPlainForm(browser, ['code']);
  const page = await submit(browser, { code: administrator.code() });
  const { claims } = await op.redeem(await op.continueAt(browser, started, page), client);
  expect(claims.idp).toBe('citrix');
});
