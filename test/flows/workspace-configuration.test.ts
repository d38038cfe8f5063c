/** ADM-2: whoever has Workspace Configuration chooses among live connections how subscribers sign in, and nothing more. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let foreign: Connected<SamlIdp>;
let taro: TestAdministrator;
/** Live, and not the method. */
let second: string;
let browser: Browser;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  foreign = await connectSaml(app, 'globex');
  const { connections, administrators } = app.services;
  const { organization } = okta;
  const settings = { url: okta.upstream.url, clientId: 'b', clientSecret: 'another-secret' };
  const add = (name: string) =>
    connections.create(organization.id, { kind: 'okta', name, subscribers: true, settings });
  second = (await add('Okta Osaka')).id;
  await connections.makeLive(second);
  await add('Draft of somebody');
  await createAdministrator(app, [organization], 'Keeper Of Acme');
  taro = await createAdministrator(app, [organization], 'Taro Yamada');
  const row = (await administrators.list(organization.id)).find(({ email }) => email === taro.email)!;
  const access = { access: 'custom', permissions: ['workspace-configuration'] } as const;
  await administrators.changeAccess(organization.id, row.id, { access, version: 1 }, operator);
});
afterAll(async () => {
  await okta.upstream.close();
  await foreign.upstream.close();
  await app.close();
});
beforeEach(async () => {
  app.clock.advance(31_000);
  browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, taro);
});

const url = (path = '/workspace-configuration') => app.sites.consoleUrl(`/o/acme${path}`);
const method = async () => (await app.services.organizations.find(okta.organization.id))?.subscriberConnectionId;

it('offers live connections only, and opens no connection', async () => {
  const { html } = await browser.get(url());
  expect(html).toContain('Okta of acme');
  expect(html).toContain('Okta Osaka');
  expect(html).not.toContain('Draft of somebody');
  expect((await browser.get(url(`/connections/${second}`))).status).toBe(403);
});

it('changes the method, once for two stale forms, and logs what it was and is', async () => {
  await browser.get(url());
  const stale = browser.forms().find(({ action }) => action.pathname.endsWith('/workspace-configuration'))!;
  const careless = await browser.submit({ connection: second }, '/workspace-configuration');
  expect([careless.status, careless.html.includes('Confirm that you understand the impact.')]).toEqual([422, true]);
  expect(await method()).toBe(okta.connectionId);
  const page = await browser.submit({ connection: second, understood: 'on' }, '/workspace-configuration');
  expect(page.html).toContain('The sign-in method was changed.');
  expect(await method()).toBe(second);
  expect(
    (await browser.post(stale.action, { ...stale.fields, connection: okta.connectionId, understood: 'on' })).status,
  ).toBe(409);
  expect(await method()).toBe(second);
  const query = { organizationId: okta.organization.id, event: 'wxp/identityprovider/update' } as const;
  expect((await app.services.systemLog.list(query))[0]).toMatchObject({
    actor: { name: 'Taro Yamada' },
    before: { connection: 'Okta of acme' },
    after: { connection: 'Okta Osaka' },
  });
});

it('takes neither a draft, nor nothing, nor another organization’s connection', async () => {
  await browser.get(url());
  const { fields } = browser.forms().find(({ action }) => action.pathname.endsWith('/workspace-configuration'))!;
  const before = await method();
  const own = await app.services.connections.list(okta.organization.id);
  const draft = own.find(({ name }) => name === 'Draft of somebody')!;
  const post = (connection: string) =>
    browser.fetch('POST', url(), new URLSearchParams({ ...fields, connection, understood: 'on' }));
  expect((await post(draft.id)).status).toBe(422);
  expect((await post('')).status).toBe(422);
  expect([(await post(foreign.connectionId)).status, (await post('made-up')).status]).toEqual([404, 404]);
  expect(await method()).toBe(before);
});
