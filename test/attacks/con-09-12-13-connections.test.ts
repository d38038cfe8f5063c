/**
 * SECURITY CON-09, CON-10, CON-12, CON-13 for connections: fields that a form does not have set nothing; a private key
 * that was pasted is neither kept nor shown; a secret is nowhere but sealed; a stale form undoes nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let browser: Browser;
let api: ApiClient;
const root = '/api/v1/organizations/alpha/connections';
const privateKey = `-----BEGIN PRIVATE KEY-----\n${'Q0FOQVJZLUtFWQ'.repeat(8)}\n-----END PRIVATE KEY-----`;

beforeAll(async () => {
  ground = await startGround();
  const owner = await createAdministrator(ground.app, [ground.alpha.organization]);
  api = await (await createTestClient(ground.app, ground.alpha.organization)).api();
  browser = new Browser();
  await browser.get(ground.app.sites.consoleUrl());
  await signInWithCode(browser, owner);
});
afterAll(() => ground.close());

const url = (path: string) => ground.app.sites.consoleUrl(`/o/alpha${path}`);
const formOf = (path: string) => browser.forms().find(({ action }) => action.pathname.endsWith(path))!;
async function newDraft(kind: string, name: string): Promise<string> {
  await browser.get(url(`/connections/new/${kind}`));
  const page = await browser.submit({ name }, `/new/${kind}`);
  return /connections\/([0-9a-f-]{36})/.exec(page.url.pathname)![1]!;
}
const everything = async () =>
  JSON.stringify(
    await Promise.all(
      (['connections', 'connection_drafts', 'connection_versions', 'system_log', 'mails'] as const).map((table) =>
        ground.app.database.db.selectFrom(table).selectAll().execute(),
      ),
    ),
  );

describe('A field that the form does not have (CON-09)', () => {
  it.each([
    'organizationId',
    'state',
    'kind',
    'setting.nonsense',
    'secret.url',
    'secret.__proto__',
    '__proto__',
    'passed',
    'version',
  ])('%s: is refused by the forms of connections, and nothing is changed', async (name) => {
    const id = await newDraft('okta', `Okta ${name.replaceAll('_', '')}`);
    const draft = formOf('/draft');
    await browser.get(url(`/connections/${id}/details`));
    const details = formOf('/details');
    const before = await everything();
    const forms = [
      [draft.action, draft.fields],
      [new URL(url('/connections/new/okta')), { csrf: draft.fields.csrf!, name: 'Another' }],
      [new URL(url(`/connections/${id}/edit`)), { csrf: draft.fields.csrf! }],
      ...(name === 'version' ? [] : [[details.action, details.fields]]),
    ] as [URL, Record<string, string>][];
    for (const [action, fields] of forms) {
      const page = await browser.fetch('POST', action, new URLSearchParams({ ...fields, [name]: 'x' }));
      expect([action.pathname, page.status]).toEqual([action.pathname, 400]);
    }
    expect(await everything()).toBe(before);
  });

  it('of settings is refused by the API, prototypes included', async () => {
    const { id } = (await api('POST', root, { body: { kind: 'okta', name: 'Okta strict' } })).body;
    for (const settings of [
      '{"nonsense":1}',
      '{"constructor":{"x":1}}',
      '{"attributes":{"nonsense":"x"}}',
      '{"hasOwnProperty":"x"}',
    ]) {
      const headers = { 'if-match': '*', 'content-type': 'application/json' };
      const answer = await api('PUT', `${root}/${id}/draft`, { body: `{"settings":${settings}}`, headers });
      expect([settings, answer.status]).toEqual([settings, 422]);
    }
    await api('PUT', `${root}/${id}/draft`, {
      body: '{"settings":{"__proto__":{"polluted":true}}}',
      headers: { 'if-match': '*', 'content-type': 'application/json' },
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('A private key that was pasted (CON-10)', () => {
  it.each([
    ['saml', 'setting.certificates'],
    ['saml', 'setting.entityId'],
    ['gateway', 'setting.certificateAuthorities'],
    ['okta', 'setting.clientId'],
  ])('into %s, %s, is refused and told, not shown again, and kept nowhere', async (kind, name) => {
    const id = await newDraft(kind, `Pasted ${kind} ${name}`);
    await browser.get(url(`/connections/${id}/draft`));
    const page = await browser.submit({ [name]: privateKey }, '/draft');
    expect(page.status).toBe(422);
    expect(page.html).toContain('This contains a private key. It was not kept.');
    expect(page.html).not.toContain('Q0FOQVJZ');
    expect(await everything()).not.toContain('Q0FOQVJZ');
    expect(ground.app.log.join('')).not.toContain('Q0FOQVJZ');
  });
});

describe('A secret of a connection (CON-12)', () => {
  it('is on no page, in no answer, no log and no export, whatever is done with the connection', async () => {
    const canary = 'canary-9f2c-of-a-client-secret';
    const id = await newDraft('okta', 'Okta canary');
    const typed = { 'setting.url': 'https://alpha.okta.com', 'setting.clientId': 'a', 'secret.clientSecret': canary };
    const seen: string[] = [];
    const look = (page: { html: string; url: URL }) => seen.push(page.html, page.url.href);
    // Refused for something else: the page that shows everything again shows not this.
    look(await browser.submit({ ...typed, 'setting.url': 'nonsense' }, '/draft'));
    look(await browser.submit(typed, '/draft'));
    await ground.app.services.connectionDrafts.notePassed(id, 2);
    const path = `${root}/${id}`;
    const live = await api('POST', `${path}/draft/make-live`, { headers: { 'if-match': '*' } });
    expect(live.body.state).toBe('connected');
    await browser.get(url(`/connections/${id}`));
    look(await browser.submit({}, `${id}/edit`));
    look(await browser.submit({ 'secret.clientSecret': `${canary}-2` }, '/draft'));
    for (const page of ['', '/history', '/draft', '/details'])
      look(await browser.get(url(`/connections/${id}${page}`)));
    look(await browser.get(url('/connections')));
    look(await browser.get(url('/system-log')));
    for (const read of ['', '/draft', '/versions']) seen.push((await api('GET', `${path}${read}`)).text);
    seen.push((await api('GET', '/api/v1/organizations/alpha/log')).text, ground.app.log.join(''), await everything());
    expect(seen.filter((text) => text.includes(canary))).toEqual([]);
    expect(await ground.app.services.connections.openSettings({ id })).toMatchObject({ clientSecret: canary });
  });
});

describe('A stale form or ETag (CON-13)', () => {
  it('undoes nothing: of settings, name, discarding, going back, disconnecting and deleting', async () => {
    const made = await api('POST', root, {
      body: {
        kind: 'okta',
        name: 'Okta stale',
        settings: { url: 'https://alpha.okta.com', clientId: 'one' },
        secrets: { clientSecret: 'a-secret-of-alpha' },
      },
    });
    const { id } = made.body;
    const path = `${root}/${id}`;
    const tag = async (at = '') => (await api('GET', `${path}${at}`)).headers.etag!;
    const stale = { draft: await tag('/draft'), connection: await tag() };
    await api('PUT', `${path}/draft`, {
      body: { settings: { url: 'https://alpha.okta.com', clientId: 'two' } },
      headers: { 'if-match': stale.draft },
    });
    const with412 = async (method: string, at: string, etag: string, body?: object) =>
      expect([
        at,
        (await api(method, `${path}${at}`, { headers: { 'if-match': etag }, ...(body && { body }) })).status,
      ]).toEqual([at, 412]);
    await with412('PUT', '/draft', stale.draft, { settings: {} });
    await with412('DELETE', '/draft', stale.draft);
    await with412('POST', '/draft/make-live', stale.draft);
    await ground.app.services.connectionDrafts.notePassed(id, 2);
    await api('POST', `${path}/draft/make-live`, { headers: { 'if-match': await tag('/draft') } });
    await with412('PATCH', '', stale.connection, { name: 'Stale' });
    await with412('DELETE', '', stale.connection);
    await with412('POST', '/disconnect', stale.connection);
    await with412('POST', '/versions/1/restore', stale.connection);
    // The same by forms that were opened before.
    await browser.get(url(`/connections/${id}/details`));
    const details = formOf('/details');
    await browser.get(url(`/connections/${id}/disconnect`));
    const disconnect = formOf('/disconnect');
    await api('PATCH', path, { body: { name: 'Okta renamed' }, headers: { 'if-match': await tag() } });
    await api('POST', `${path}/draft`);
    await ground.app.services.connectionDrafts.notePassed(id, 1);
    await api('POST', `${path}/draft/make-live`, { headers: { 'if-match': await tag('/draft') } });
    expect((await browser.post(details.action, details.fields)).status).toBe(409);
    const kept = await browser.post(disconnect.action, disconnect.fields);
    expect([kept.status, kept.html.includes('Somebody else has changed this meanwhile')]).toEqual([409, true]);
    expect(await ground.app.services.connections.find(id)).toMatchObject({ name: 'Okta renamed', state: 'live' });
  });
});
