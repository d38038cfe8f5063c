/**
 * SECURITY CON-06 and CON-07: somebody grants themselves or others more than they have, takes the last owner away, or
 * changes what they are no longer allowed to.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { type Access, permissionNames } from '../../src/directory/permissions.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { inviteByOperator } from '../support/scenario/invitations.ts';

const everything: Access = { access: 'custom', permissions: permissionNames };
let app: TestApp;
let acme: Organization;
let owner: TestAdministrator;
let second: TestAdministrator;
/** Every permission there is, and not full access. */
let custom: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  acme = await organizationNamed(app, 'acme');
  owner = await createAdministrator(app, [acme], 'Owner One');
  second = await createAdministrator(app, [acme], 'Owner Two');
  custom = await createAdministrator(app, [acme], 'Custom Person');
  await change(custom, everything);
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(31_000));

const url = (path = '') => app.sites.consoleUrl(`/o/acme/administrators${path}`);
const rowOf = async ({ email }: { email: string }) =>
  (await app.services.administrators.list(acme.id)).find((row) => row.email === email)!;
async function change(who: { email: string }, access: Access): Promise<void> {
  const { id, version } = await rowOf(who);
  await app.services.administrators.changeAccess(acme.id, id, { access, version }, operator);
}
async function signedIn(who: TestAdministrator) {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).status).toBe(200);
  const { csrf = '' } = browser.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))!.fields;
  const post = (path: string, fields: Record<string, string> = {}) => browser.post(url(path), { csrf, ...fields });
  return { browser, post };
}
const everyPermission = Object.fromEntries(permissionNames.map((name) => [`permission-${name}`, 'on']));

describe('CON-06: custom access, even with every permission,', () => {
  it('neither sees nor changes who has access, its own included', async () => {
    const { browser, post } = await signedIn(custom);
    const [own, other] = [await rowOf(custom), await rowOf(owner)];
    const invited = (await inviteByOperator(app, acme, 'waiting@example.com')).administrator;
    for (const path of ['', '/invite', '/group', `/${own.id}`, `/${other.id}`, `/${other.id}/remove`])
      expect([path, (await browser.get(url(path))).status]).toEqual([path, 403]);
    const version = String(own.version);
    for (const [path, fields] of [
      ['/invite', { email: 'superior@example.com', access: 'full' }],
      ['/invite', { email: 'equal@example.com', access: 'custom', ...everyPermission }],
      ['/group', { connection: 'x', group: 'S-1-5-21-1', name: 'x', ...everyPermission }],
      [`/${own.id}`, { access: 'full', version }],
      [`/${other.id}`, { access: 'custom', version: String(other.version), 'permission-library': 'on' }],
      [`/${other.id}/remove`, { version: String(other.version) }],
      [`/${invited.id}/resend`, {}],
      ['/selected', { act: 'remove', confirmed: 'yes', [`select-${other.id}`]: 'on' }],
    ] as [string, Record<string, string>][])
      expect([path, (await post(path, fields)).status]).toEqual([path, 403]);
    expect([(await rowOf(custom)).access, (await rowOf(owner)).version]).toEqual([everything, other.version]);
    expect(await rowOf({ email: 'superior@example.com' })).toBeUndefined();
    // Nor a connection's settings: they decide who can become whom.
    expect((await browser.get(app.sites.consoleUrl('/o/acme/connections'))).status).toBe(403);
  });
});

describe('CON-06: full access', () => {
  it('does not change or delete itself, alone or among others', async () => {
    const { post } = await signedIn(owner);
    const own = await rowOf(owner);
    const version = String(own.version);
    const edited = await post(`/${own.id}`, { access: 'custom', version, 'permission-library': 'on' });
    expect(edited.status).toBe(409);
    expect((await post(`/${own.id}/remove`, { version })).status).toBe(409);
    await post('/selected', { act: 'remove', confirmed: 'yes', [`select-${own.id}`]: 'on' });
    expect(await rowOf(owner)).toMatchObject({ version: own.version, access: { access: 'full' } });
  });

  it('that was taken away while its page was open changes nothing any more', async () => {
    const { browser, post } = await signedIn(second);
    await browser.get(url('/invite'));
    const target = await rowOf(custom);
    await change(second, { access: 'custom', permissions: ['library'] });
    const answers = [
      await browser.submit({ email: 'too-late@example.com', access: 'full' }, '/invite').then(({ status }) => status),
      (await post(`/${target.id}/remove`, { version: String(target.version) })).status,
    ];
    expect(answers).toEqual([403, 403]);
    expect(await rowOf({ email: 'too-late@example.com' })).toBeUndefined();
    // Not by the page's rule alone: the directory asks the rows itself, at the moment of the change.
    const by = { act: operator.act, as: [(await rowOf(second)).id] };
    const directly = app.services.administrators.remove(acme.id, target.id, by);
    await expect(directly).rejects.toMatchObject({ code: 'not_permitted' });
    await change(second, { access: 'full' });
  });

  it('is nothing that a group can have', async () => {
    const { post } = await signedIn(owner);
    const now = app.clock.now();
    const id = '11111111-1111-4111-8111-111111111111';
    const group = { kind: 'ad-group', connection_id: 'adfs', subject: 'S-1-5-21-1-2-3-4' } as const;
    const row = { display_name: 'Helpdesk', email: null, access: 'custom', permissions: '["library"]' } as const;
    await app.database.db
      .insertInto('administrators')
      .values({
        id,
        organization_id: acme.id,
        ...group,
        ...row,
        state: 'active',
        created_at: now,
        updated_at: now,
        version: 1,
      })
      .execute();
    await post(`/${id}`, { access: 'full', version: '1', ...everyPermission });
    expect((await app.services.administrators.find(acme.id, id)).access.access).toBe('custom');
    const change = app.services.administrators.changeAccess(
      acme.id,
      id,
      { access: { access: 'full' }, version: 2 },
      operator,
    );
    await expect(change).rejects.toMatchObject({ code: 'access_refused' });
  });
});

describe('CON-07: the last full-access Citrix identity', () => {
  it('is neither deleted nor demoted, by nobody, and an invitation does not stand in for it', async () => {
    const lonely = await organizationNamed(app, 'lonely');
    const last = await createAdministrator(app, [lonely], 'Last One');
    await inviteByOperator(app, lonely, 'not-yet@example.com');
    const { administrators } = app.services;
    const row = (await administrators.list(lonely.id)).find(({ email }) => email === last.email)!;
    const library = { access: 'custom', permissions: ['library'] } as const;
    for (const act of [
      () => administrators.remove(lonely.id, row.id, operator),
      () => administrators.changeAccess(lonely.id, row.id, { access: library, version: row.version }, operator),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'last_administrator' });
    expect((await administrators.removeEach(lonely.id, [row.id], operator)).refused).toEqual([
      { id: row.id, code: 'last_administrator' },
    ]);
    expect((await administrators.find(lonely.id, row.id)).access).toEqual({ access: 'full' });
  });

  it('stays also when two delete one another in the same moment', async () => {
    const one = await signedIn(owner);
    app.clock.advance(31_000);
    const two = await signedIn(second);
    const [first, other] = [await rowOf(owner), await rowOf(second)];
    const answers = await Promise.all([
      one.post(`/${other.id}/remove`, { version: String(other.version) }),
      two.post(`/${first.id}/remove`, { version: String(first.version) }),
    ]);
    const left = [await rowOf(owner), await rowOf(second)].filter((row) => row !== undefined);
    expect(left).toHaveLength(1);
    expect(answers.filter(({ html }) => html.includes('The administrator was deleted.'))).toHaveLength(1);
  });
});
