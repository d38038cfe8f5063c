/**
 * SECURITY CON-06: a connection's settings decide who can become whom, so editing one is for full access alone: by every
 * page, by the API, and by a page that was opened while the access was still there. And IDP-2: not for whoever signed in
 * by Azure AD where the connection is Azure AD's, their own included.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiRoutes } from '../../src/api/rules.ts';
import { consoleRules } from '../../src/console/rules.ts';
import { operator } from '../../src/directory/authority.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { permissionNames } from '../../src/directory/permissions.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { followTo } from '../support/relying-party.ts';
import { connectEntraForAdministrators, entraSubject } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';
import { alice, type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const everything = { access: 'custom', permissions: permissionNames } as const;
let app: TestApp;
let acme: Organization;
let okta: Connected<Simulator>;
let entra: Connected<Simulator>;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  entra = await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-admins' });
  acme = okta.organization;
  await createAdministrator(app, [acme], 'Owner Acme');
});
afterAll(async () => {
  await okta.upstream.close();
  await entra.upstream.close();
  await app.close();
});

const url = (path: string) => app.sites.consoleUrl(`/o/acme${path}`);
const rows = async () => ({
  connections: await app.database.db.selectFrom('connections').selectAll().orderBy('id').execute(),
  drafts: await app.database.db.selectFrom('connection_drafts').selectAll().execute(),
});
const csrfOf = (browser: Browser) =>
  browser.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))!.fields.csrf!;
async function withoutFullAccess(email: string): Promise<void> {
  const row = (await app.services.administrators.list(acme.id)).find((each) => each.email === email)!;
  await app.services.administrators.changeAccess(
    acme.id,
    row.id,
    { access: everything, version: row.version },
    operator,
  );
}
const pages = Object.keys(consoleRules).filter((route) => / \/connections/.test(route));

describe('A secure client with full access', () => {
  const root = '/api/v1/organizations/acme/connections';

  it('decides nothing about who administers: not by what is live, nor by a use, nor by a link that may finish', async () => {
    const api = await (await createTestClient(app, acme)).api();
    const { connectionDrafts } = app.services;
    const id = entra.connectionId;
    const opened = await api('POST', `${root}/${id}/draft`);
    expect(opened.status).toBe(200);
    await connectionDrafts.notePassed(id, opened.body.revision);
    const before = await rows();
    const attempts = [
      ['POST', `${root}/${id}/draft/make-live`, undefined],
      ['POST', `${root}/${id}/versions/1/restore`, undefined],
      ['PATCH', `${root}/${okta.connectionId}`, { administrators: true, identifier: 'acme-okta' }],
      ['POST', `${root}/${id}/setup-links`, { mayFinish: true }],
    ] as const;
    for (const [method, path, body] of attempts) {
      const answer = await api(method, path, { ...(body && { body }), headers: { 'if-match': '*' } });
      expect([path, answer.status, answer.body?.type]).toEqual([
        path,
        403,
        expect.stringContaining('full-access-by-persons'),
      ]);
    }
    expect(await rows()).toEqual(before);
    expect(await app.services.setupLinks.list(acme.id, id)).toEqual([]);
    // What it may: prepare, and have it prepared by somebody else; a person finishes.
    expect((await api('POST', `${root}/${id}/setup-links`, { body: {} })).status).toBe(201);
    await connectionDrafts.discard(operatorEditor, id, opened.body.revision);
  });
});

describe('Custom access, with every permission,', () => {
  it('opens no page about connections and posts to none, and nothing is changed', async () => {
    const custom = await createAdministrator(app, [acme], 'Custom Person');
    await withoutFullAccess(custom.email);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await signInWithCode(browser, custom);
    const csrf = csrfOf(browser);
    expect(pages.length).toBeGreaterThan(15);
    const before = await rows();
    for (const route of pages) {
      const [method = '', template = ''] = route.split(' ');
      const path = template
        .replace(':connectionId', okta.connectionId)
        .replace(':kind', 'okta')
        .replaceAll(/:\w+/g, '2');
      const body =
        method === 'POST' ? new URLSearchParams({ csrf, name: 'Mine', version: '1', revision: '1' }) : undefined;
      expect([route, (await browser.fetch(method, url(path), body)).status]).toEqual([route, 403]);
    }
    expect(await rows()).toEqual(before);
  });

  it('does nothing by the API either', async () => {
    const api = await (await createTestClient(app, acme, everything)).api();
    const before = await rows();
    for (const route of apiRoutes.filter((each) => each.includes('/connections'))) {
      const [method = '', template = ''] = route.split(' ');
      const path = template
        .replace('{customerId}', 'acme')
        .replace('{connectionId}', okta.connectionId)
        .replace('{version}', '2')
        .replaceAll(/\{\w+\}/g, crypto.randomUUID());
      const answer = await api(method, path, { headers: { 'if-match': '*' } });
      expect([route, answer.status]).toEqual([route, 403]);
    }
    expect(await rows()).toEqual(before);
  });

  it('does not save by a form that was opened with full access, nor by a client made then', async () => {
    const person = await createAdministrator(app, [acme], 'Person Demoted');
    app.clock.advance(31_000);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await signInWithCode(browser, person);
    await browser.get(url(`/connections/${okta.connectionId}`));
    await browser.submit({}, `${okta.connectionId}/edit`);
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/draft'))!;
    const creator = await createTestClient(app, acme);
    const api = await creator.api();
    await withoutFullAccess(person.email);
    await withoutFullAccess(creator.email);
    const before = await rows();
    const posted = await browser.post(form.action, { ...form.fields, 'setting.url': 'https://evil.okta.com' });
    expect(posted.status).toBe(403);
    const path = `/api/v1/organizations/acme/connections/${okta.connectionId}`;
    expect((await api('PATCH', path, { body: { name: 'x' }, headers: { 'if-match': '*' } })).status).toBe(403);
    expect(await rows()).toEqual(before);
  });

  it('is asked of the rows at the moment of the change, not of the page', async () => {
    const { drafts, versions, disconnecting, changeDetails, id } = {
      drafts: app.services.connectionDrafts,
      versions: app.services.connectionVersions,
      disconnecting: app.services.disconnecting,
      changeDetails: app.services.changeDetails,
      id: okta.connectionId,
    };
    const somebody = await createAdministrator(app, [acme], 'Somebody Else');
    await withoutFullAccess(somebody.email);
    const row = (await app.services.administrators.list(acme.id)).find(({ email }) => email === somebody.email)!;
    const act = { actor: { type: 'administrator', id: 'x', name: 'Somebody' } } as const;
    const by = { act, as: [row.id], signedInWith: 'citrix' };
    const before = await rows();
    const details = { name: 'Mine', subscribers: true, administrators: false };
    for (const attempt of [
      () => drafts.begin(by, acme.id, { kind: 'okta', name: 'Mine' }),
      () => drafts.open(by, id),
      () => drafts.save(by, id, 1, { settings: {} }),
      () => drafts.discard(by, id, 1),
      () => drafts.makeLive(by, id, 1),
      () => versions.rollBack(by, id, 1, 2),
      () => disconnecting.disconnect(by, id, 2),
      () => disconnecting.remove(by, id, 2),
      () => changeDetails(by, id, details, 1),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not_permitted' });
    expect(await rows()).toEqual(before);
  });
});

describe('Full access by Azure AD', () => {
  it('neither edits, renames, disconnects nor deletes an Azure AD connection, nor makes one, and is told why', async () => {
    await app.services.administrators.add(
      {
        organizationId: acme.id,
        kind: 'azure-ad-user',
        connectionId: entra.connectionId,
        subject: entraSubject(alice),
        displayName: 'Alice',
        email: 'alice@mail.example',
        access: { access: 'full' },
      },
      operator,
    );
    const browser = new Browser();
    await followTo(browser, new URL(app.sites.goUrl('acme-admins')), '-');
    const csrf = csrfOf(browser);
    const { id, version } = (await app.services.connections.find(entra.connectionId))!;
    const draft = await app.services.connectionDrafts.open(operatorEditor, id);
    const before = await rows();
    for (const [path, fields] of [
      [`/connections/${id}/edit`, {}],
      [`/connections/${id}/details`, { name: 'Mine', administrators: 'on', identifier: 'acme-admins', version: '1' }],
      [`/connections/${id}/draft/discard`, { version: String(draft.revision) }],
      [`/connections/${id}/disconnect`, { version: String(version) }],
      [`/connections/${id}/delete`, { version: String(version) }],
      ['/connections/new/azure-ad', { name: 'Another', subscribers: 'on' }],
    ] as const) {
      const page = await browser.post(url(path), { csrf, ...fields });
      expect([path, page.status]).toEqual([path, 409]);
      expect(page.html).toContain('who signed in with the Citrix identity');
    }
    await browser.get(url(`/connections/${id}/draft`));
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/draft'))!;
    expect((await browser.post(form.action, form.fields)).status).toBe(409);
    expect(await rows()).toEqual(before);
    // What is not Azure AD's they may edit, as everybody with full access.
    expect((await browser.post(url(`/connections/${okta.connectionId}/edit`), { csrf })).status).toBe(200);
    await app.services.connectionDrafts.discard(operatorEditor, id, draft.revision);
  });
});
