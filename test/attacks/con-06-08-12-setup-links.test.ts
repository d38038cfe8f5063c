/**
 * SECURITY CON-06, CON-08, CON-12, RP-20 and ID-10 at set-up links: who holds one gets more than the draft of its connection,
 * keeps it longer than its creator may, reads what is stored, or is a machine that opens every link in a mail.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { permissionNames } from '../../src/directory/permissions.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

const secret = 'canary-of-a-stored-secret';
const settings = { issuer: 'https://login.customer.test', clientId: 'client' };
const dayMs = 86_400_000;

let app: TestApp;
let acme: Organization;
let owner: TestAdministrator;
let ownerId: string;
let count = 0;

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  owner = await createAdministrator(app, [acme], 'Owner One');
  await createAdministrator(app, [acme], 'Owner Two');
  ownerId = (await app.services.administrators.list(acme.id)).find(({ email }) => email === owner.email)!.id;
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(61_000));

/** A live connection with a stored secret, and a link to it. */
async function makeLink(more: { mayFinish?: boolean } = {}) {
  const { connectionDrafts, setupLinks } = app.services;
  const head = { kind: 'oidc', name: `Contoso ${++count}` };
  const change = { settings, secrets: { clientSecret: secret } };
  const { connection } = await connectionDrafts.begin(operatorEditor, acme.id, head, change);
  await connectionDrafts.makeLive(operatorEditor, connection.id, 1, { untested: 'operator' });
  const creator = {
    act: { actor: { type: 'administrator', id: 'account', name: 'Owner One' } },
    as: [ownerId],
    signedInWith: 'citrix',
    accountId: 'account',
  } as const;
  const { url, link } = await setupLinks.create(creator, acme.id, {
    connectionId: connection.id,
    language: 'en',
    mayFinish: more.mayFinish ?? false,
  });
  return { connection, url, id: link.id, creator };
}
async function begun(url: string, guide = 'generic-oidc'): Promise<Browser> {
  const browser = new Browser();
  await browser.get(url);
  await browser.submit({}, '/setup/');
  if (guide !== '') await browser.submit({ guide }, '/choose');
  return browser;
}
const rowsOf = (id: string) =>
  app.database.db.selectFrom('setup_links').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const draftOf = (id: string) => app.services.connectionDrafts.find({ id, kind: 'oidc' });
const page = (id: string, ...rest: string[]) => app.sites.setupUrl(id, ...rest);
const typed = { 'setting.issuer': settings.issuer, 'setting.clientId': settings.clientId };

describe('A set-up link', () => {
  it('is unharmed by scanners: looking, by any method, changes nothing and binds nobody (ID-10)', async () => {
    const { url, id } = await makeLink();
    const before = await rowsOf(id);
    const scanner = new Browser();
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS']) {
      const answer = await scanner.fetch(method, url);
      expect(answer.headers['cache-control']).toContain('no-store');
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
    }
    // A form that was not shown to this browser, and one that another site sends.
    expect((await new Browser().post(url, {})).status).toBe(403);
    await scanner.get(url);
    const { fields } = scanner.forms()[0]!;
    expect((await scanner.post(url, fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await rowsOf(id)).toEqual(before);
    expect((await scanner.get(url)).html).toContain('noindex');
    await scanner.submit({}, '/setup/');
    expect(await rowsOf(id)).toMatchObject({ opened_first_at: expect.any(Number) });
  });

  it('cannot be guessed or patched, and says the same of every wrong one', async () => {
    const { url, id } = await makeLink();
    const [, token = ''] = url.split('/setup/');
    const browser = new Browser();
    const answers = await Promise.all(
      [`${id}.${'A'.repeat(43)}`, `${id}.`, `${crypto.randomUUID()}.${token.split('.')[1]}`, token.slice(0, -1)].map(
        (wrong) => browser.fetch('GET', app.sites.setupUrl(wrong)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map(({ html }) => html.replace(/href="[^"]*"/g, ''))).size).toBe(1);
  });

  it('opens its pages in the browser that began and in no other', async () => {
    const { url, id, connection } = await makeLink();
    const holder = await begun(url);
    await holder.get(page(id, 'settings'));
    const { fields } = holder.forms().find(({ action }) => action.pathname.endsWith('/settings'))!;
    const stranger = new Browser();
    await stranger.get(url);
    const { csrf = '' } = stranger.forms()[0]!.fields;
    for (const path of ['choose', 'settings', 'test', 'steps/1', 'done', 'test/anything'])
      expect([path, (await stranger.get(page(id, path))).status]).toEqual([path, 404]);
    for (const [path, body] of [
      ['settings', fields],
      ['choose', { guide: 'generic-oidc' }],
      ['test', {}],
      ['finish', { revision: '1' }],
    ] as const)
      expect([path, (await stranger.post(page(id, path), { ...body, csrf })).status]).toEqual([path, 404]);
    expect(await draftOf(connection.id)).toBeUndefined();
    expect((await rowsOf(id)).finished_at).toBeNull();
  });

  it('of one connection is none of another: its browser gets nowhere with the other id (CON-08)', async () => {
    const [one, other] = [await makeLink(), await makeLink()];
    const holder = await begun(one.url);
    await holder.get(page(one.id, 'settings'));
    const { fields } = holder.forms().find(({ action }) => action.pathname.endsWith('/settings'))!;
    expect((await holder.post(page(other.id, 'settings'), fields)).status).toBe(404);
    expect((await holder.get(page(other.id, 'settings'))).status).toBe(404);
    expect(await draftOf(other.connection.id)).toBeUndefined();
  });

  it.each([
    ['expired', async () => app.clock.advance(7 * dayMs)],
    [
      'revoked',
      async ({ creator, connection, id }: Awaited<ReturnType<typeof makeLink>>) =>
        app.services.setupLinks.revoke(creator, acme.id, connection.id, id),
    ],
    [
      'made by somebody who has full access no more',
      async () => {
        const row = (await app.services.administrators.list(acme.id)).find(({ id }) => id === ownerId)!;
        const access = { access: 'custom', permissions: permissionNames } as const;
        await app.services.administrators.changeAccess(acme.id, ownerId, { access, version: row.version }, operator);
      },
    ],
  ])('that is %s saves nothing, not even from a page that is open already', async (_what, happen) => {
    const made = await makeLink();
    const { url, id, connection } = made;
    const holder = await begun(url);
    await holder.get(page(id, 'settings'));
    const { fields } = holder.forms().find(({ action }) => action.pathname.endsWith('/settings'))!;
    await happen(made);
    try {
      expect((await holder.post(page(id, 'settings'), { ...fields, ...typed })).status).toBe(404);
      expect((await holder.get(url)).status).toBe(410);
      expect(await draftOf(connection.id)).toBeUndefined();
    } finally {
      const row = (await app.services.administrators.list(acme.id)).find(({ id }) => id === ownerId)!;
      const change = { access: { access: 'full' }, version: row.version } as const;
      if (row.access.access !== 'full')
        await app.services.administrators.changeAccess(acme.id, ownerId, change, operator);
    }
  });

  it('shows no stored secret on any page, nor lets it be sent elsewhere (CON-12, RP-20)', async () => {
    const { url, id, connection } = await makeLink();
    const holder = await begun(url);
    for (const path of ['choose', 'steps/1', 'steps/2', 'settings', 'test'])
      expect([path, (await holder.get(page(id, path))).html.includes(secret)]).toEqual([path, false]);
    await holder.get(page(id, 'settings'));
    const moved = { 'setting.issuer': 'https://evil.test' };
    await holder.submit(moved, '/settings');
    expect(holder.page?.status).toBe(422);
    expect(holder.page?.html).not.toContain(secret);
    expect(JSON.stringify(await app.services.connectionDrafts.openSettings(connection.id))).not.toContain(secret);
    expect(JSON.stringify(await app.services.connections.openSettings(connection))).toContain(secret);
    expect(app.log.join('')).not.toContain(secret);
    expect(app.log.join('')).not.toContain(url.split('.').at(-1));
  });

  it('changes settings only: name, use and identifier are no fields of it (CON-09)', async () => {
    const { url, id, connection } = await makeLink();
    const holder = await begun(url);
    await holder.get(page(id, 'settings'));
    const { fields } = holder.forms().find(({ action }) => action.pathname.endsWith('/settings'))!;
    for (const more of [{ name: 'Mine' }, { subscribers: 'on' }, { identifier: 'mine' }, { 'setting.other': 'x' }])
      expect((await holder.post(page(id, 'settings'), { ...fields, ...more })).status).toBe(400);
    expect(await app.services.connections.find(connection.id)).toMatchObject({ name: connection.name, settings });
  });

  it('makes nothing live where the administrator keeps that, whatever is posted (CON-06)', async () => {
    const { url, id, connection } = await makeLink();
    const holder = await begun(url);
    await holder.get(page(id, 'settings'));
    await holder.submit({ 'setting.clientId': 'another' }, '/settings');
    const draft = await draftOf(connection.id);
    await app.services.connectionDrafts.notePassed(connection.id, draft!.revision);
    await holder.get(page(id, 'test'));
    await holder.submit({}, '/finish');
    expect(holder.page?.url.pathname).toMatch(/\/done$/);
    expect(await app.services.connections.find(connection.id)).toMatchObject({ settings });
    expect(await rowsOf(id)).toMatchObject({ outcome: 'passed' });
    expect((await holder.get(page(id, 'settings'))).status).toBe(404);
  });

  it('makes nothing live that has not passed, also where it may finish', async () => {
    const { url, id, connection } = await makeLink({ mayFinish: true });
    const holder = await begun(url);
    await holder.get(page(id, 'settings'));
    await holder.submit({ 'setting.clientId': 'another' }, '/settings');
    await holder.submit({}, '/finish');
    expect(await rowsOf(id)).toMatchObject({ outcome: 'untested' });
    expect(await app.services.connections.find(connection.id)).toMatchObject({ settings });
  });
});

describe('Making set-up links', () => {
  it('takes full access and a fresh proof, and another organization’s connection is unknown (CON-06, CON-08)', async () => {
    const { connection } = await makeLink();
    const beta = await app.services.organizations.create({ name: 'Beta', customerId: 'beta' });
    const outsider = await createAdministrator(app, [beta], 'Beta Owner');
    const signedIn = async (who: TestAdministrator) => {
      const browser = new Browser();
      await browser.get(app.sites.consoleUrl());
      await signInWithCode(browser, who);
      return browser;
    };
    const foreign = await signedIn(outsider);
    for (const customer of ['acme', 'beta'])
      expect(
        (await foreign.get(app.sites.consoleUrl(`/o/${customer}/connections/${connection.id}/setup-links`))).status,
      ).toBe(404);
    const own = await signedIn(owner);
    const linksUrl = app.sites.consoleUrl(`/o/acme/connections/${connection.id}/setup-links`);
    await own.get(linksUrl);
    app.clock.advance(601_000);
    const before = (await app.services.setupLinks.list(acme.id, connection.id)).length;
    await own.submit({}, /\/setup-links$/);
    expect(own.page?.html).toContain('password');
    expect(await app.services.setupLinks.list(acme.id, connection.id)).toHaveLength(before);
  });
});
