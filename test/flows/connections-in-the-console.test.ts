/** SPEC §3, IDP-1, IDP-4: a connection's life in the console: prepared, live, changed, put back, disconnected, again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { proofFields } from '../../src/console/views/fresh-proof-page.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, client, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
/** Live, and the workspace's method. */
let okta: Connected<Simulator>;
let hanako: TestAdministrator;
let browser: Browser;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  hanako = await createAdministrator(app, [okta.organization]);
});
afterAll(async () => {
  await okta.upstream.close();
  await app.close();
});
beforeEach(async () => {
  app.clock.advance(31_000);
  browser = await signedIn();
});

const url = (path: string) => app.sites.consoleUrl(`/o/acme${path}`);
async function signedIn(who = hanako): Promise<Browser> {
  const fresh = new Browser();
  await fresh.get(app.sites.consoleUrl());
  await signInWithCode(fresh, who);
  return fresh;
}
const idOf = (page: { url: URL }) => /connections\/([0-9a-f-]{36})/.exec(page.url.pathname)![1]!;
const find = (id: string) => app.services.connections.find(id);
const formOf = (path: string) => browser.forms().find(({ action }) => action.pathname.endsWith(path))!;
async function connect(name: string, kind = 'okta'): Promise<string> {
  await browser.get(url(`/connections/new/${kind}`));
  const page = await browser.submit({ name }, `/connections/new/${kind}`);
  expect(page.url.pathname).toMatch(/\/draft$/);
  return idOf(page);
}
const complete = () => ({
  'setting.url': okta.upstream.url,
  'setting.clientId': client.clientId,
  'secret.clientSecret': 'canary-secret-one',
});
/** As "Test and Finish" does when it has passed. */
async function finishTest(id: string): Promise<void> {
  const { connectionDrafts, administrators } = app.services;
  const draft = (await connectionDrafts.find((await find(id))!))!;
  await connectionDrafts.notePassed(id, draft.revision);
  const own = await administrators.list(okta.organization.id);
  const act = { actor: { type: 'administrator', id: 'x', name: 'Hanako Sato' } } as const;
  const as = own.map((each) => each.id);
  await connectionDrafts.makeLive({ act, as, signedInWith: 'citrix' }, id, draft.revision);
}
async function live(name: string): Promise<string> {
  const id = await connect(name);
  await browser.submit(complete(), '/draft');
  await finishTest(id);
  return id;
}

describe('Connecting a provider', () => {
  it('offers every kind with a sentence, and leads to the form of its settings', async () => {
    const kinds = await browser.get(url('/connections/new'));
    for (const label of ['Okta', 'Azure AD', 'Citrix Gateway', 'SAML 2.0', 'OpenID Connect'])
      expect(kinds.html).toContain(label);
    expect(kinds.html).toContain('AD FS');
    const id = await connect('Okta Tokyo');
    for (const label of ['Okta URL', 'Client ID', 'Client secret', 'Attributes', 'Advanced settings'])
      expect(browser.page?.html).toContain(label);
    expect(formOf('/draft').fields).toMatchObject({
      'setting.attributes.sid': 'cip_sid',
      'setting.scopes': 'openid profile email',
    });
    expect(await find(id)).toMatchObject({ state: 'draft', name: 'Okta Tokyo', forSubscribers: true });
  });

  it('keeps what is valid and incomplete, and says what is missing where it is missing', async () => {
    const id = await connect('Okta incomplete');
    const page = await browser.submit({ 'setting.url': okta.upstream.url }, '/draft');
    expect(page.status).toBe(200);
    expect(page.html).toContain('href="#setting.clientId">Client ID: Enter a value.');
    expect(page.html).toContain('href="#secret.clientSecret">Client secret: Enter a value.');
    expect(formOf('/draft').fields['setting.url']).toBe(okta.upstream.url);
    const overview = await browser.get(url(`/connections/${id}`));
    expect(overview.html).toContain('Still missing');
    expect(overview.html).toContain('Nobody can sign in with it yet.');
  });

  it('refuses what is wrong at its field, in both languages, and keeps what was typed', async () => {
    const id = await connect('Okta wrong');
    const wrong = { ...complete(), 'setting.url': 'ftp://okta.example/<b>', 'setting.scopes': 'profile' };
    const page = await browser.submit(wrong, '/draft');
    expect(page.status).toBe(422);
    expect(page.html).toContain('The address must begin with https://.');
    expect(page.html).toContain('The scope openid must be among them.');
    expect(formOf('/draft').fields).toMatchObject({
      'setting.url': 'ftp://okta.example/<b>',
      'setting.clientId': client.clientId,
    });
    expect(page.html).not.toContain('canary-secret');
    expect((await app.services.connectionDrafts.find((await find(id))!))?.settings).toEqual({});
    const { action, fields } = formOf('/draft');
    const japanese = await browser.post(action, fields, { 'accept-language': 'ja' });
    expect(japanese.html).toContain('https:// で始まるアドレスを入力してください。');
  });

  it('goes live from its own page once somebody’s test has passed, and only as it was tested (IDP-4)', async () => {
    const id = await connect('Okta tested by another');
    await browser.submit(complete(), '/draft');
    const own = url(`/connections/${id}`);
    const path = `${id}/draft/live`;
    const notePassed = async () => {
      const draft = (await app.services.connectionDrafts.find((await find(id))!))!;
      await app.services.connectionDrafts.notePassed(id, draft.revision);
    };
    expect((await browser.get(own)).html).not.toContain(path);
    await notePassed();
    await browser.get(own);
    const tested = formOf(path);
    await browser.get(url(`/connections/${id}/draft`));
    await browser.submit({ 'setting.clientId': 'changed-after-the-test' }, '/draft');
    expect((await browser.post(tested.action, tested.fields)).status).toBe(409);
    const untested = await browser.get(own);
    expect(untested.html).not.toContain(path);
    const revision = String(Number(tested.fields.revision) + 1);
    const refused = await browser.post(tested.action, { ...tested.fields, csrf: tested.fields.csrf!, revision });
    expect(refused.html).toContain('These settings have not passed their test yet.');
    await notePassed();
    await browser.get(own);
    const now = formOf(path);
    const other = await browser.post(now.action, {
      ...now.fields,
      createdAt: String(Number(now.fields.createdAt) - 1),
    });
    expect([other.html.includes('These changes are no longer there'), (await find(id))?.state]).toEqual([
      true,
      'draft',
    ]);
    await browser.get(own);
    const done = await browser.submit({}, path);
    expect(done.html).toContain('The draft is live.');
    expect(await find(id)).toMatchObject({ state: 'live', settings: { clientId: 'changed-after-the-test' } });
    expect(done.html).toContain(`/connections/${id}/test"`);
    expect(done.html).toContain('Subscribers do not sign in with this connection yet.');
  });

  it('of SAML leads to the import of metadata from its form and from its page', async () => {
    const id = await connect('SAML by metadata', 'saml');
    expect(browser.page?.html).toContain(`/connections/${id}/import"`);
    expect((await browser.get(url(`/connections/${id}`))).html).toContain(`/connections/${id}/import"`);
  });

  it('says what is wrong with name, uses and identifier', async () => {
    await browser.get(url('/connections/new/saml'));
    const page = await browser.submit({ name: 'Okta of acme', identifier: 'x' }, '/connections/new/saml');
    expect(page.status).toBe(422);
    expect(page.html).toContain('Only a connection for administrators has an identifier.');
    const taken = await browser.submit({ name: 'Okta of acme', identifier: '' }, '/connections/new/saml');
    expect([taken.status, taken.html.includes('already has a connection with this name')]).toEqual([409, true]);
  });

  it('asks again for a secret that the proof of who one is did not keep, and says so', async () => {
    const id = await connect('Okta proof');
    app.clock.advance(11 * 60_000);
    const asked = await browser.submit(complete(), '/draft');
    expect([asked.status, asked.html.includes('canary-secret')]).toEqual([403, false]);
    expect(asked.html).toContain('Passwords and secrets are not kept');
    const page = await browser.submit({ [proofFields.password]: hanako.password }, '/draft');
    expect(page.html).toContain('except for secrets: enter them once more');
    const draft = await app.services.connectionDrafts.find((await find(id))!);
    expect(draft).toMatchObject({ settings: { clientId: client.clientId }, secrets: [] });
    const { status } = await browser.submit({ 'secret.clientSecret': 'canary-secret-two' }, '/draft');
    expect(status).toBe(200);
    expect((await app.services.connectionDrafts.find((await find(id))!))?.problems).toEqual([]);
  });
});

describe('A live connection', () => {
  it('goes on while a change is prepared, which is shown as a difference and can be discarded', async () => {
    const id = await live('Okta edited');
    await browser.get(url(`/connections/${id}`));
    await browser.submit({}, `${id}/edit`);
    const saved = await browser.submit({ 'setting.clientId': 'another-client' }, '/draft');
    expect(saved.html).toContain('The settings were saved. They become live when their test has passed.');
    expect(saved.html).toContain('another-client');
    expect((await find(id))?.settings.clientId).toBe(client.clientId);
    expect((await browser.get(url('/connections'))).html).toContain('Changes in preparation');
    await browser.get(url(`/connections/${id}/draft/discard`));
    const done = await browser.submit({}, '/draft/discard');
    expect(done.html).toContain('The changes were discarded.');
    expect(await app.services.connectionDrafts.find((await find(id))!)).toBeUndefined();
  });

  it('that is only opened for editing and left has nothing in preparation', async () => {
    const id = await live('Okta looked at');
    await browser.get(url(`/connections/${id}`));
    await browser.submit({}, `${id}/edit`);
    expect((await browser.get(url(`/connections/${id}`))).html).not.toContain('Changes in preparation');
  });

  it('has a history of who changed what, with one step back', async () => {
    const id = await live('Okta history');
    await browser.get(url(`/connections/${id}`));
    await browser.submit({}, `${id}/edit`);
    await browser.submit({ 'setting.clientId': 'second-client', 'secret.clientSecret': 'canary-secret-new' }, '/draft');
    await finishTest(id);
    const history = await browser.get(url(`/connections/${id}/history`));
    expect(history.html).toContain('second-client');
    expect(history.html).toContain('Changed (secret)');
    expect(history.html).toContain('Hanako Sato');
    expect(history.html).not.toContain('canary-secret');
    await browser.get(browser.link('Go back to this version'));
    const page = await browser.submit({}, '/restore');
    expect(page.html).toContain('The earlier version is live again.');
    expect((await find(id))?.settings.clientId).toBe(client.clientId);
    expect(await app.services.connections.openSettings({ id })).toMatchObject({ clientSecret: 'canary-secret-one' });
    const stale = await browser.get(url(`/connections/${id}/history/999/restore`));
    expect(stale.status).toBe(404);
  });

  it('does not lose what one editor typed when another was quicker', async () => {
    const id = await live('Okta raced');
    await browser.get(url(`/connections/${id}`));
    await browser.submit({}, `${id}/edit`);
    const stale = formOf('/draft');
    await browser.submit({ 'setting.clientId': 'theirs' }, '/draft');
    const page = await browser.post(stale.action, { ...stale.fields, 'setting.clientId': 'mine' });
    expect(page.status).toBe(409);
    expect(page.html).toContain('Somebody else has saved these settings meanwhile');
    expect(formOf('/draft').fields['setting.clientId']).toBe('mine');
    const draft = await app.services.connectionDrafts.find((await find(id))!);
    expect(draft?.settings.clientId).toBe('theirs');
    await browser.submit({}, '/draft');
    expect((await app.services.connectionDrafts.find((await find(id))!))?.settings.clientId).toBe('mine');
  });

  it('is renamed at once; the workspace’s method stays for subscribers', async () => {
    const id = await live('Okta named');
    await browser.get(url(`/connections/${id}/details`));
    const page = await browser.submit({ name: 'Okta renamed' }, '/details');
    expect(page.html).toContain('Name and use were saved.');
    expect(await find(id)).toMatchObject({ name: 'Okta renamed', state: 'live' });
    const events = await app.services.systemLog.list({
      organizationId: okta.organization.id,
      event: 'platform/connection/update',
    });
    expect(events[0]).toMatchObject({ before: { name: 'Okta named' }, after: { name: 'Okta renamed' } });
  });
});

describe('Disconnecting', () => {
  it('is refused, with the reason, while subscribers sign in with it (IDP-1)', async () => {
    const before = (await find(okta.connectionId))!;
    const page = await browser.get(url(`/connections/${okta.connectionId}/disconnect`));
    expect(page.html).toContain('Subscribers sign in to the workspace with this connection.');
    const { fields } = browser.forms().find(({ fields: own }) => 'csrf' in own)!;
    const forced = await browser.post(url(`/connections/${okta.connectionId}/disconnect`), {
      csrf: fields.csrf!,
      version: String(before.version),
    });
    expect([forced.status, forced.html.includes('Choose another method')]).toEqual([409, true]);
    expect((await find(okta.connectionId))?.state).toBe('live');
  });

  it('forgets the secrets, and connecting again asks for them', async () => {
    const id = await live('Okta leaving');
    await browser.get(url(`/connections/${id}/disconnect`));
    const page = await browser.submit({}, '/disconnect');
    expect(page.html).toContain('The connection was disconnected.');
    expect(await find(id)).toMatchObject({ state: 'disconnected', hasSecrets: false });
    const form = await browser.submit({}, `${id}/edit`);
    expect(form.html).toContain('Not set yet.');
    expect(formOf('/draft').fields['setting.clientId']).toBe(client.clientId);
    await browser.submit({ 'secret.clientSecret': 'canary-secret-again' }, '/draft');
    await finishTest(id);
    expect((await find(id))?.state).toBe('live');
  });

  it('goes before deleting', async () => {
    const id = await live('Okta deleted');
    expect((await browser.get(url(`/connections/${id}/delete`))).url.pathname).toMatch(new RegExp(`${id}$`));
    await browser.get(url(`/connections/${id}/disconnect`));
    await browser.submit({}, '/disconnect');
    await browser.get(url(`/connections/${id}/delete`));
    const page = await browser.submit({}, '/delete');
    expect(page.html).toContain('The connection was deleted.');
    expect(await find(id)).toBeUndefined();
  });
});

describe('The list', () => {
  it('is found by name, kind and state, and shows how each is doing', async () => {
    const id = await live('Zulu gateway-like');
    const connection = (await find(id))!;
    await app.services.connectionStates.noteFinding(connection, { level: 'failing', code: 'upstream_tls' });
    const failing = await browser.get(url('/connections?state=failing'));
    expect(failing.html).toContain('Zulu gateway-like');
    expect(failing.html).toContain('since');
    expect(failing.html).not.toContain('Okta of acme');
    const connected = await browser.get(url('/connections?state=connected&kind=okta'));
    expect(connected.html).toContain('Okta of acme');
    expect(connected.html).not.toContain('Zulu gateway-like');
    expect((await browser.get(url('/connections?search=ZULU'))).html).toContain('Zulu gateway-like');
    expect((await browser.get(url('/connections?search=%25'))).html).toContain('No connection matches.');
    expect((await browser.get(url('/connections'))).html).toContain('Not connected yet');
  });
});
