/** IDP-4, IDP-2: Test and Finish in the console, from the draft to what is live, in a browser without JavaScript. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, client, connectEntra, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let hanako: TestAdministrator;
beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'alpha');
  saml = await connectSaml(app, 'alpha');
  hanako = await createAdministrator(app, [okta.organization]);
});
afterAll(async () => {
  await okta.upstream.close();
  await saml.upstream.close();
  await app.close();
});
beforeEach(() => app.clock.advance(31_000));

const url = (path: string) => app.sites.consoleUrl(`/o/alpha${path}`);

async function signedIn(): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, hanako);
  return browser;
}

/** Reloads, as the page does by itself, until the checks that need nobody are made. */
async function settled(browser: Browser): Promise<Page> {
  for (let tries = 0; tries < 100; tries++) {
    const page = await browser.get(browser.page!.url);
    if (!page.html.includes('Checking the connection')) return page;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the checks do not end');
}

async function begin(browser: Browser, connectionId: string): Promise<Page> {
  await browser.get(url(`/connections/${connectionId}/test`));
  await browser.submit({}, /\/test$/);
  return settled(browser);
}

/** In a tab of its own; ends on the page that says to close it. */
async function signInInTab(browser: Browser): Promise<Page> {
  const tab = new Browser();
  tab.cookies.push(...browser.cookies);
  let page = await tab.get(browser.link(`${browser.page!.url.pathname}/sign-in`));
  for (let step = 0; step < 4; step++) {
    const form = tab.forms(page).find(({ fields }) => 'SAMLRequest' in fields || 'SAMLResponse' in fields);
    if (!form) break;
    page = await tab.post(form.action, form.fields);
  }
  return page;
}

const logOf = () => app.services.systemLog.list({ organizationId: okta.organization.id });

describe.each(['okta', 'saml'] as const)('An administrator tests a draft of %s', (kind) => {
  it('with a sign-in of their own, and finishes: then it is live', async () => {
    const connected = { okta, saml }[kind];
    const { connectionDrafts, connections } = app.services;
    const { connectionId } = connected;
    const draft = await connectionDrafts.open(operatorEditor, connectionId);
    const before = (await connections.find(connectionId))!.version;
    const browser = await signedIn();
    const ready = await begin(browser, connectionId);
    expect(ready.html).toContain('Now sign in');
    expect(ready.html).toContain('<noscript><meta http-equiv="refresh"');
    const back = await signInInTab(browser);
    expect(back.status).toBe(200);
    expect(back.html).toContain('The test sign-in is complete');
    const passed = await browser.get(browser.page!.url);
    expect(passed.html).toContain('The test has passed');
    expect(passed.html).not.toContain('http-equiv="refresh" content="5');
    expect((await connectionDrafts.find({ id: connectionId, kind }))?.passedAt).not.toBeNull();
    expect((await connections.find(connectionId))!.version).toBe(before);
    const after = await browser.submit({}, '/finish');
    expect(after.html).toContain('The draft is live');
    expect(await connections.find(connectionId)).toMatchObject({ state: 'live', version: before + 1 });
    expect(await connectionDrafts.find({ id: connectionId, kind })).toBeUndefined();
    expect(draft.revision).toBe(1);
    // Nobody came to exist by it.
    const { db } = app.database;
    const accounts = db.selectFrom('accounts').selectAll().where('connection_id', '=', connectionId);
    expect(await accounts.execute()).toEqual([]);
  });
});

it('The values are in the page of whoever tested, behind a disclosure, and never in the list itself', async () => {
  const browser = await signedIn();
  await begin(browser, okta.connectionId);
  await signInInTab(browser);
  const page = await browser.get(browser.page!.url);
  const sid = 'S-1-5-21-1051162837-3568060411-1686669321-1105';
  const [open, hidden = ''] = page.html.split('<details');
  expect(open).not.toContain(sid);
  expect(hidden).toContain(sid);
  expect(hidden.split('>')[0]).not.toContain('open');
});

it('What is live can be tested as well; then there is nothing to finish', async () => {
  const browser = await signedIn();
  const page = await begin(browser, okta.connectionId);
  expect(page.html).toContain('Now sign in');
  await signInInTab(browser);
  const passed = await browser.get(browser.page!.url);
  expect(passed.html).toContain('The test has passed');
  expect(browser.forms().some(({ action }) => action.href.endsWith('/finish'))).toBe(false);
});

it('A draft that lacks something cannot be tested, and the page says what', async () => {
  const { connectionDrafts } = app.services;
  const { connection } = await connectionDrafts.begin(operatorEditor, okta.organization.id, {
    kind: 'okta',
    name: 'Half an Okta',
  });
  const browser = await signedIn();
  const page = await browser.get(url(`/connections/${connection.id}/test`));
  expect(page.html).toContain('The draft is not complete');
  expect(page.html).toContain('Client secret');
  expect(browser.forms().some(({ action }) => action.href.endsWith('/test'))).toBe(false);
});

it('A failed test says expected, received, who and where in that vendor’s console, in both languages', async () => {
  const browser = await signedIn();
  await begin(browser, okta.connectionId);
  okta.upstream.misbehaveNext('audience-foreign');
  await signInInTab(browser);
  const page = await browser.get(browser.page!.url);
  expect(page.html).toContain('The ID token is meant for another application.');
  expect(page.html).toContain(`<code>${client.clientId}</code>`);
  expect(page.html).toContain('<code>another-client</code>');
  expect(page.html).toContain('Okta Admin Console › Applications › (application) › General');
  const japanese = await browser.get(`${browser.page!.url.href.split('?')[0]}?ui_locales=ja`);
  expect(japanese.html).toContain('IDトークンは別のアプリケーション宛てに発行されています。');
  expect(japanese.html).toContain('Okta管理コンソール');
});

it('Each test is in the log with its outcome, and with no value', async () => {
  const browser = await signedIn();
  await begin(browser, okta.connectionId);
  okta.upstream.misbehaveNext('expired');
  await signInInTab(browser);
  const [newest, begun] = (await logOf()).filter(({ event }) => event === 'platform/connection/test');
  expect(newest).toMatchObject({ detail: { outcome: 'failed', check: 'time', reason: 'id_token_expired' } });
  expect(newest?.actor).toMatchObject({ type: 'administrator', name: 'Hanako Sato' });
  expect(begun).toMatchObject({ detail: { outcome: 'begun', what: 'live' } });
});

it('Azure AD is tested only by whoever signed in with the Citrix identity (IDP-2)', async () => {
  const entra = await connectEntra(app, 'alpha');
  const { trials, connections } = app.services;
  const connection = (await connections.find(entra.connectionId))!;
  const by = { ...operatorEditor, as: ['x'], signedInWith: entra.connectionId };
  await expect(trials.begin(by, connection, { owner: 'x' })).rejects.toMatchObject({ code: 'citrix_identity_needed' });
  const allowed = await trials.begin({ ...by, signedInWith: 'citrix' }, connection, { owner: 'x' });
  expect(allowed.outcome).toBe('begun');
  if (allowed.outcome === 'begun') await allowed.checked;
  await entra.upstream.close();
});
