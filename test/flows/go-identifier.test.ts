/** AAD-3 to AAD-5, SML-6: administrators by `/go/<identifier>`, as individuals and by groups, of that organization only. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Access } from '../../src/directory/permissions.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { followTo } from '../support/relying-party.ts';
import {
  connectEntraForAdministrators,
  connectSamlForAdministrators,
  entraSubject,
  organizationNamed,
} from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { alice, bob, type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const helpdesk = '7d3f4c1e-5a6b-4c8d-9e0f-112233445566';
const auditors = '8e4f5d2f-6b7c-4d9e-8f10-223344556677';
const groupSid = 'S-1-5-21-3623811015-3361044348-30300820-1200';
const systemLogOnly: Access = { access: 'custom', permissions: ['system-log'] };
/** Synchronised from nowhere: no mail, no SID. */
const cloudCarol = {
  ...bob,
  username: 'carol',
  subject: 'c3d4e5f6-0000-4000-8000-00000000ca01',
  groups: [auditors],
  graph: { displayName: 'Carol Cloud', mail: 'carol@mail.example', userType: 'Member' },
};
const robert = {
  ...bob,
  groups: ['1', '2', '3'].map((digit) => helpdesk.replace(/^./, digit)).concat(helpdesk, auditors),
  graph: { ...alice.graph, displayName: 'Bob Dodgson', mail: 'bob@mail.example' },
};
const stranger = {
  ...alice,
  username: 'mallory',
  subject: '00u9mallory',
  groups: ['0f0f0f0f-0000-4000-8000-000000000000'],
};
const guest = {
  ...stranger,
  username: 'guest',
  subject: entraSubject(alice),
  graph: { ...alice.graph, userType: 'Guest' },
};
const samlAdministrator = {
  ...samlUser,
  attributes: { cip_email: 'ichiro.suzuki@example.test', displayName: 'Suzuki Ichirō', cip_groups: [groupSid] },
};
const samlStranger = {
  ...samlAdministrator,
  username: 'tanaka',
  nameId: 'tanaka',
  attributes: { ...samlAdministrator.attributes, cip_groups: [`${groupSid}1`] },
};

let app: TestApp;
let entra: Connected<Simulator>;
let otherEntra: Connected<Simulator>;
let saml: Connected<SamlIdp>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  app = await startTestApp();
  const users = [alice, robert, cloudCarol, stranger, guest];
  entra = await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-admins', users });
  otherEntra = await connectEntraForAdministrators(app, { customerId: 'globex', identifier: 'globex-admins', users });
  saml = await connectSamlForAdministrators(app, {
    customerId: 'initech',
    identifier: 'initech-admins',
    users: [samlAdministrator, samlStranger],
  });
  closing.push(entra.upstream.close, otherEntra.upstream.close, saml.upstream.close);
  await addMember(entra, 'azure-ad-user', entraSubject(alice), { access: 'full' }, 'alice@mail.example');
  await addMember(entra, 'azure-ad-group', helpdesk, { access: 'custom', permissions: ['workspace-configuration'] });
  await addMember(entra, 'azure-ad-group', auditors, systemLogOnly);
  await addMember(saml, 'ad-group', groupSid, systemLogOnly);
});
afterAll(async () => {
  for (const close of closing) await close();
  await app.close();
});
beforeEach(() => app.clock.advance(31_000));

async function addMember(
  { organization, connectionId }: Connected<unknown>,
  kind: 'azure-ad-user' | 'azure-ad-group' | 'ad-group',
  subject: string,
  access: Access,
  email?: string,
) {
  const { administrators } = app.services;
  const draft = { organizationId: organization.id, kind, connectionId, subject, displayName: subject, access };
  return administrators.add({ ...draft, ...(email !== undefined && { email }) }, operator);
}

/** As this user of the upstream, whose sign-in page would ask for nothing. */
async function go(
  identifier: string,
  username?: string,
  browser = new Browser(),
): Promise<{ browser: Browser; page: Page }> {
  if (username === undefined)
    return { browser, page: await followTo(browser, new URL(app.sites.goUrl(identifier)), '-') };
  // The upstream signs in whom the hint names; the console sends none, so it is put into the address on the way.
  let page = await browser.fetch('GET', app.sites.goUrl(identifier));
  while (page.headers.location !== undefined) {
    const next = new URL(page.headers.location, page.url);
    if (next.pathname.endsWith('/oauth2/v2.0/authorize')) next.searchParams.set('login_hint', username);
    page = await browser.fetch('GET', next);
  }
  browser.page = page;
  return { browser, page };
}
const console = (customerId: string, path = '/') => app.sites.consoleUrl(`/o/${customerId}${path}`);

describe('An Azure AD administrator', () => {
  it('comes in by their own membership', async () => {
    const { page, browser } = await go('acme-admins', 'alice');
    expect([page.status, page.url.href]).toEqual([200, console('acme')]);
    expect(page.html).toContain('Full access');
    expect((await browser.get(console('acme', '/connections'))).status).toBe(200);
    const [state] = await app.services.sessions.listOfOrganization(entra.organization.id);
    expect(state?.session).toMatchObject({
      realm: 'administrators',
      idp: 'azure-ad',
      connectionId: entra.connectionId,
    });
  });

  it('comes in by groups without invitation, and their permissions add up', async () => {
    const { page, browser } = await go('acme-admins', 'bob');
    expect([page.status, page.url.href]).toEqual([200, console('acme')]);
    expect(page.html).toContain('Bob Dodgson');
    expect(page.html).toContain('Custom access');
    expect(page.html).toMatch(/System Log/);
    expect(page.html).toMatch(/Workspace Configuration/);
    // What only the built-in identity has is not in the menu.
    expect(page.html).toMatch(/href="[^"]*\/o\/acme\/sessions"/);
    expect(page.html).not.toMatch(/href="[^"]*\/(?:password|mfa|passkeys)"/);
    const refused = await browser.get(console('acme', '/connections'));
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('only for administrators with full access');
  });

  it('needs no directory identity beyond an email', async () => {
    const { page } = await go('acme-admins', 'carol');
    expect([page.status, page.url.href]).toEqual([200, console('acme')]);
  });

  it('without membership sees that nobody has given them access, with a reference that the log knows', async () => {
    const { page, browser } = await go('acme-admins', 'mallory');
    expect(page.status).toBe(403);
    expect(page.html).toContain('You do not have access');
    const reference = /[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}/.exec(page.html)?.[0];
    const [entry] = await app.services.systemLog.list({
      organizationId: entra.organization.id,
      reference: String(reference),
    });
    expect(entry).toMatchObject({ event: 'platform/signin/failed', detail: { reason: 'no_access' } });
    expect(browser.cookies.map(({ name }) => name)).not.toContain('console');
    expect((await browser.get(console('acme'))).url.href).not.toBe(console('acme'));
  });

  it('of another organization is nobody here, although the tenant is the same', async () => {
    const { page } = await go('globex-admins', 'alice');
    expect(page.status).toBe(403);
    expect(page.html).toContain('You do not have access');
  });

  it('who is a guest in the tenant is refused, whatever their membership', async () => {
    await addMember(otherEntra, 'azure-ad-user', entraSubject(guest), { access: 'full' }, 'guest@mail.example');
    const { page } = await go('globex-admins', 'guest');
    expect(page.status).toBe(400);
    expect(page.html).toContain('We could not sign you in');
  });
});

describe('By /go/<identifier>', () => {
  it('one sees that connection’s organization and no other', async () => {
    const own = await addMember(otherEntra, 'azure-ad-user', entraSubject(alice), systemLogOnly, 'alice@mail.example');
    const { page, browser } = await go('globex-admins', 'alice');
    expect(page.url.href).toBe(console('globex'));
    expect((await browser.get(console('acme'))).status).toBe(404);
    expect((await browser.get(app.sites.consoleUrl())).url.href).toBe(console('globex'));
    await app.services.administrators.remove(otherEntra.organization.id, own.id, operator);
  });

  it('somebody who is signed in there goes straight in', async () => {
    const { browser } = await go('acme-admins', 'alice');
    const page = await browser.get(app.sites.goUrl('acme-admins'));
    expect(page.url.href).toBe(console('acme'));
    expect(page.history.every(({ origin }) => origin === new URL(app.sites.consoleUrl()).origin)).toBe(true);
  });

  it('somebody who is signed in with the Citrix identity becomes who the connection says', async () => {
    const organization = await organizationNamed(app, 'acme');
    const hanako = await createAdministrator(app, [organization]);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    expect((await signInWithCode(browser, hanako)).html).toContain('Hanako Sato');
    const before = await app.services.sessions.listOfOrganization(organization.id);
    const citrix = before.find(({ session }) => session.idp === 'citrix');
    const { page } = await go('acme-admins', 'alice', browser);
    expect(page.url.href).toBe(console('acme'));
    expect(page.html).toContain('Alice Liddell');
    expect(await app.services.sessions.find(citrix!.session.uid)).toMatchObject({
      active: false,
      end: { reason: 'replaced' },
    });
  });

  it.each([
    ['that nobody has', 'no-such-identifier'],
    ['in the spelling of an attack', '..%2f..%2fetc'],
    ['with a line break', 'acme%0aadmins'],
  ])('an identifier %s is not found, and the page leads to the sign-in page', async (_what, identifier) => {
    const page = await new Browser().get(`${app.sites.goUrl('')}${identifier}`);
    expect(page.status).toBe(404);
    expect(page.html).toContain(`href="${app.sites.consoleUrl('/')}"`);
  });

  it('a connection that has not been tested signs nobody in', async () => {
    const draft = await connectEntraForAdministrators(app, {
      customerId: 'acme',
      identifier: 'draft-admins',
      draft: true,
    });
    closing.push(draft.upstream.close);
    expect((await new Browser().get(app.sites.goUrl('draft-admins'))).status).toBe(404);
  });

  it('a connection that is for subscribers only is refused, and takes no administrators', async () => {
    const okta = await connectOkta(app, 'acme');
    closing.push(okta.upstream.close);
    const { connections } = app.services;
    await expect(
      connections.create(okta.organization.id, {
        kind: 'okta',
        name: 'Okta for administrators',
        administrators: true,
        identifier: 'okta-admins',
        settings: { url: okta.upstream.url, clientId: 'c', clientSecret: 's' },
      }),
    ).rejects.toThrow();
    await expect(addMember(okta, 'azure-ad-user', 'anybody', { access: 'full' }, 'a@b.example')).rejects.toThrow(
      /does not sign such administrators in/,
    );
    expect((await new Browser().get(app.sites.goUrl('okta-admins'))).status).toBe(404);
  });

  it('the password of the Citrix identity is not taken: the connection decides', async () => {
    const browser = new Browser();
    let page = await browser.fetch('GET', app.sites.goUrl('acme-admins'));
    while (page.headers.location !== undefined && !page.url.pathname.startsWith('/signin/')) {
      page = await browser.fetch('GET', new URL(page.headers.location, page.url));
    }
    const other = new Browser();
    await other.get(app.sites.consoleUrl());
    const { csrf } = other.forms().find(({ fields }) => 'csrf' in fields)!.fields as { csrf: string };
    const uid = page.url.pathname.split('/')[2]!;
    const form = new URLSearchParams({ email: 'hanako.sato@example.com', password: 'Correct-Horse-7', csrf });
    browser.cookies.push(...other.cookies.filter(({ name }) => name === 'browser'));
    const answer = await browser.fetch('POST', app.sites.signinUrl(uid, 'password'), form, {
      origin: new URL(app.sites.accountsBase).origin,
      'sec-fetch-site': 'same-origin',
    });
    expect([303, 403]).toContain(answer.status);
    expect(answer.html).not.toContain('one-time-code');
  });
});

describe('A SAML administrator', () => {
  it('comes in by a group of the assertion alone, with custom access', async () => {
    const { page, browser } = await go('initech-admins');
    expect([page.status, page.url.href]).toEqual([200, console('initech')]);
    expect(page.html).toContain('Custom access');
    expect(page.html).toContain('Suzuki');
    expect((await browser.get(console('initech', '/organization-sessions'))).status).toBe(403);
  });

  it('can neither be an individual nor have full access', async () => {
    await expect(addMember(saml, 'ad-group', 'S-1-5-21-1-2-3-4', { access: 'full' })).rejects.toThrow(/custom access/);
    await expect(addMember(saml, 'azure-ad-user', 'nobody', systemLogOnly, 'a@b.example')).rejects.toThrow();
  });

  it('loses access with the group: at once, and at the next sign-in', async () => {
    const { browser } = await go('initech-admins');
    const [row] = await app.services.administrators.list(saml.organization.id);
    await app.services.administrators.remove(saml.organization.id, row!.id, operator);
    const page = await browser.get(console('initech'));
    expect(page.url.pathname).toBe('/signed-out');
    expect(page.html).toContain('Your access was removed.');
    const again = await go('initech-admins', undefined, browser);
    expect(again.page.status).toBe(403);
    expect(again.page.html).toContain('You do not have access');
    await addMember(saml, 'ad-group', groupSid, systemLogOnly);
  });
});
