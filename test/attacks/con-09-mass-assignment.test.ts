/** SECURITY CON-09: fields that a form does not have are refused, and set nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { inviteByOperator } from '../support/scenario/invitations.ts';

let app: TestApp;
let acme: Organization;
let owner: TestAdministrator;
let browser: Browser;
let csrf: string;

beforeAll(async () => {
  app = await startTestApp();
  acme = await organizationNamed(app, 'acme');
  owner = await createAdministrator(app, [acme], 'Owner One');
  browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, owner);
  csrf = browser.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))!.fields.csrf!;
});
afterAll(() => app.close());

const rows = () => app.database.db.selectFrom('administrators').selectAll().orderBy('id').execute();
const post = (path: string, fields: Record<string, string>) =>
  browser.fetch(
    'POST',
    app.sites.consoleUrl(`/o/acme/administrators${path}`),
    new URLSearchParams({ csrf, ...fields }),
  );

/** Names of columns, of our own objects, of what other systems look at, and of JavaScript's own furniture. */
const smuggled = [
  'organization_id',
  'organizationId',
  'orgId',
  'customerId',
  'id',
  'kind',
  'subject',
  'connection_id',
  'state',
  'isStaff',
  'role',
  'permissions',
  'permissions[]',
  'permission-everything',
  'permission-full',
  'expires_at',
  'invited_by',
  '_method',
  '__proto__',
  'constructor',
  'select-x',
];

describe('A field that the form does not have', () => {
  it.each(smuggled)('%s: is refused by every form about administrators, and nothing is changed', async (name) => {
    const { administrator } = await inviteByOperator(app, acme, `${randomName()}@example.com`);
    const before = await rows();
    const log = (await app.services.systemLog.list({ organizationId: acme.id })).length;
    const version = String(administrator.version);
    for (const [path, fields] of [
      ['/invite', { email: 'new@example.com', access: 'full' }],
      [`/${administrator.id}`, { access: 'custom', 'permission-library': 'on', version }],
      [`/${administrator.id}/remove`, { version }],
      [`/${administrator.id}/resend`, {}],
      ['/group', { connection: 'x', group: 'S-1-5-21-1', name: 'x', 'permission-library': 'on' }],
      ['/selected', { act: 'remove', confirmed: 'yes', [`select-${administrator.id}`]: 'on' }],
    ] as [string, Record<string, string>][]) {
      const page = await post(path, { ...fields, [name]: 'x' });
      expect([path, page.status]).toEqual([path, 400]);
    }
    expect(await rows()).toEqual(before);
    expect((await app.services.systemLog.list({ organizationId: acme.id })).length).toBe(log);
  });

  it('a field that comes twice is refused', async () => {
    const url = app.sites.consoleUrl('/o/acme/administrators/invite');
    const body = new URLSearchParams({ csrf, email: 'twice@example.com', access: 'custom' });
    body.append('access', 'full');
    expect((await browser.fetch('POST', url, body)).status).toBe(400);
    expect((await rows()).some(({ email }) => email === 'twice@example.com')).toBe(false);
  });

  it('a value that is none of the choices gives less, never more', async () => {
    const { administrator } = await inviteByOperator(app, acme, `${randomName()}@example.com`);
    for (const access of ['FULL', 'full ', 'owner', '', '["full"]']) {
      const page = await post(`/${administrator.id}`, { access, version: '1' });
      expect(page.status).toBe(422);
    }
    await post(`/${administrator.id}`, { access: 'owner', version: '1', 'permission-library': 'on' });
    expect((await app.services.administrators.find(acme.id, administrator.id)).access).toEqual({
      access: 'custom',
      permissions: ['library'],
    });
  });
});

let counter = 0;
function randomName(): string {
  return `n${counter++}`;
}
