/** SECURITY SAML-44 and SAML-46: groups give what the organization configured and no more; our metadata says only our own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { connectSaml } from '../support/scenario/upstreams.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';

let app: TestApp;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(async () => {
  for (const close of closing) await close();
  await app.close();
});

const adminGroup = 'S-1-5-21-3623811015-3361044348-30300820-512';
const claiming = (groups: readonly string[]) => ({
  users: [
    {
      ...samlUser,
      attributes: { ...samlUser.attributes, cip_groups: groups, access: 'full', role: 'admin', sub: 'admin' },
    },
  ],
});

describe('SAML-44, groups that an identity provider asserts', () => {
  it('make no subscriber an administrator, whatever they are called', async () => {
    const saml = await connectSaml(app, 'alpha', claiming(['superadmin', adminGroup, 'administrators']));
    closing.push(saml.upstream.close);
    const application = await registerRelyingParty(app, { organizationId: saml.organization.id });
    const { claims, accessToken } = await application.signIn(new Browser());
    expect(claims.access).toBeUndefined();
    expect(claims.sub).not.toBe('admin');
    const info = JSON.stringify((await application.userinfo(accessToken)).body);
    expect(info).not.toMatch(/superadmin|"access"|"role"/);
  });

  it('of one organization give no membership in another that trusts the same group', async () => {
    const ours = await connectSaml(app, 'beta', claiming([adminGroup]));
    const theirs = await connectSaml(app, 'gamma', claiming([adminGroup]));
    closing.push(ours.upstream.close, theirs.upstream.close);
    const { administrators } = app.services;
    // As the row would stand if Beta lets this group administer it.
    const now = app.clock.now();
    await app.database.db
      .insertInto('administrators')
      .values({
        id: 'admin-group-of-beta',
        organization_id: ours.organization.id,
        kind: 'ad-group',
        connection_id: ours.connectionId,
        subject: adminGroup,
        display_name: 'Domain Admins',
        email: null,
        access: 'custom',
        permissions: JSON.stringify(['library']),
        state: 'active',
        created_at: now,
        updated_at: now,
        version: 1,
      })
      .execute();
    const memberships = (connectionId: string, subject: string, groups: string[]) =>
      administrators.membershipsOf({ connectionId, subject, groups });
    expect(await memberships(ours.connectionId, 'x', [adminGroup])).toHaveLength(1);
    expect(await memberships(theirs.connectionId, 'x', [adminGroup])).toEqual([]);
    expect(await memberships('citrix', 'x', [adminGroup])).toEqual([]);
    // Nobody's own subject may pass for the group.
    expect(await memberships(ours.connectionId, adminGroup, [])).toEqual([]);
  });
});

describe('SAML-46, our metadata', () => {
  it('holds nothing that an organization has typed, and is no page', async () => {
    await app.services.organizations.create({
      name: '"><script>alert(1)</script><md:x xmlns:md="urn:x">',
      customerId: 'script',
    });
    const page = await new Browser().fetch('GET', app.sites.samlMetadataUrl);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('application/samlmetadata+xml');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.html).not.toMatch(/<script|alert\(1\)|urn:x/);
    expect(page.html.match(/<(\w+:)?EntityDescriptor/g)).toHaveLength(1);
    const asked = await new Browser().fetch(
      'GET',
      `${app.sites.samlMetadataUrl}?entityID=%22%3E%3Cscript%3E&x=evil`,
      undefined,
      {
        'x-forwarded-host': 'evil.test',
      },
    );
    expect(asked.html).not.toMatch(/evil|<script/);
  });

  it('a name of an organization with markup in it is text on every page that shows it', async () => {
    const name = '"><img src=x onerror=alert(1)>';
    const organization = await app.services.organizations.create({ name, customerId: 'markup' });
    const application = await registerRelyingParty(app, { organizationId: organization.id, name });
    const pages = [
      await new Browser().get(application.start().url),
      await new Browser().get(`${app.sites.accountsBase}/signin/x?client=${application.clientId}`),
      await new Browser().get(app.sites.workspaceUrl('markup', '/signed-out')),
      await new Browser().get(`${app.sites.issuer}/connect/endsession?client_id=${application.clientId}`),
    ];
    expect(pages.some(({ html }) => html.includes('&lt;img'))).toBe(true);
    for (const { html } of pages) expect(html).not.toContain('<img src=x');
  });
});
