/** Administrators chosen from Azure AD: found by name, invited, accepted by signing in there; groups at once (AAD-3, AAD-4). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { Browser } from '../support/browser.ts';
import { signInWithCode } from '../support/scenario/administrators.ts';
import {
  type AzureAd,
  type ConnectingOrganization,
  connectTenant,
  draftOfAzureAd,
  globalAdministrator,
  organizationInConsole,
  passAndMakeLive,
  startAzureAd,
} from '../support/scenario/azure-ad.ts';
import { linkIn } from '../support/scenario/invitations.ts';
import { tenantId } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import type { SimulatedUser } from '../support/upstreams/oidc/vendor.ts';

const idOf = (number: number) => `33333333-0000-4000-8000-${String(number).padStart(12, '0')}`;
const personOf = (number: number, displayName: string, more: Partial<SimulatedUser['graph']> = {}) => {
  const name = displayName.toLowerCase().replace(' ', '.');
  const graph = { displayName, mail: `${name}@contoso.example`, userPrincipalName: `${name}@contoso.example`, ...more };
  return { username: name, password: 'x', subject: idOf(number), graph } satisfies SimulatedUser;
};
const olga = personOf(1, 'Olga Wang');
const oscar = personOf(2, 'Oscar Ward');
const guest = personOf(3, 'Otto Guest', { userType: 'Guest' });
const mailless = personOf(4, 'Ottilie Mute', { mail: null });
const late = personOf(5, 'Late Lena');
const helper = personOf(6, 'Helga Helper');
const twin = personOf(7, 'Twin Sato', { mail: 'Hanako.Sato@example.com' });
const people = [olga, oscar, guest, mailless, late, helper, twin];
const groups = [
  { id: idOf(21), displayName: 'Operators', description: 'Who runs it' },
  { id: idOf(22), displayName: 'Observers' },
];
const day = 86_400_000;

let azure: AzureAd;
let mailServer: MailServer;
let own: ConnectingOrganization;
let connectionId: string;

beforeAll(async () => {
  mailServer = await startMailServer();
  const users = people.map(({ subject, graph }) => ({ id: subject, ...graph }));
  azure = await startAzureAd({ mailServer, directory: { users, groups } });
  own = await organizationInConsole(azure.app, 'contoso', 'Hanako Sato');
  connectionId = (await draftOfAzureAd(azure.app, own.organization, 'contoso-admins')).id;
  await connectTenant(own, connectionId);
  await passAndMakeLive(azure.app, connectionId);
});
afterAll(async () => {
  await azure.close();
  await mailServer.close();
});
beforeEach(async () => {
  const { app } = azure;
  app.clock.advance(31_000);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, own.administrator);
  own = { ...own, browser };
});

const rows = () => azure.app.services.administrators.list(own.organization.id);
const rowOf = async ({ subject }: SimulatedUser) => (await rows()).find((row) => row.subject.endsWith(subject));
async function signIn(user: SimulatedUser, browser = new Browser()) {
  azure.users[0] = user;
  const page = await browser.get(azure.app.sites.goUrl('contoso-admins'));
  azure.users[0] = globalAdministrator;
  return { page, browser };
}
/** From the list of administrators by the search to the invitation. */
async function invite(name: string, access: Record<string, string> = {}) {
  const { browser, url } = own;
  await browser.get(url('/administrators'));
  await browser.get(browser.link('Add from Azure AD'));
  await browser.submit({ search: name }, '/administrators/directory');
  await browser.get(browser.link('/directory/chosen'));
  return browser.submit(access, '/directory/chosen');
}

describe('choosing', () => {
  it('finds people by name, page by page, without guests, and offers nobody without an email', async () => {
    const { browser, url } = own;
    const first = await browser.get(url('/administrators/directory?what=users&search=o'));
    expect(first.html).toContain('Olga Wang');
    expect(first.html).not.toContain('Otto Guest');
    const all = [first.html];
    while (browser.page?.html.includes('rel="next"')) all.push((await browser.get(browser.link('Next'))).html);
    expect(all.length).toBeGreaterThan(1);
    expect(all.join('')).toMatch(/Ottilie Mute[\s\S]*No email: cannot be invited/);
    expect(all.join('')).not.toContain('Otto Guest');
  });

  it('says when the directory asks to wait, and for how long', async () => {
    azure.upstream.misbehaveNext('graph-throttled');
    const page = await own.browser.get(own.url('/administrators/directory'));
    expect(page.status).toBe(200);
    expect(page.html).toContain('Try again in 17 seconds');
  });

  it('takes no guest whose id is typed', async () => {
    const { browser, url } = own;
    const path = `/administrators/directory/chosen?connection=${connectionId}&what=users&id=${guest.subject}`;
    expect((await browser.get(url(path))).status).toBe(404);
    await browser.get(url(path.replace(guest.subject, olga.subject)));
    const posted = await browser.submit({ id: guest.subject }, '/directory/chosen');
    expect(posted.status).toBe(404);
    expect(await rowOf(guest)).toBeUndefined();
  });

  it('knows no connection of another organization', async () => {
    const other = await organizationInConsole(azure.app, 'elsewhere', 'Else Where');
    const path = `/administrators/directory/chosen?connection=${connectionId}&what=users&id=${olga.subject}`;
    expect((await other.browser.get(other.url(path))).status).toBe(404);
    expect((await other.browser.get(other.url(`/administrators/directory?connection=${connectionId}`))).html).toContain(
      'No directory to choose from',
    );
  });
});

describe('an invitation', () => {
  it('is accepted by signing in there as exactly that person', async () => {
    const done = await invite('olga');
    expect(done.html).toContain('The invitation was sent. It gives full access.');
    expect(await rowOf(olga)).toMatchObject({
      kind: 'azure-ad-user',
      state: 'invited',
      subject: `${tenantId}.${olga.subject}`,
      email: 'olga.wang@contoso.example',
    });
    const mail = await azure.app.takeMail('olga.wang@contoso.example');
    expect(mail.text).toContain('signing in with Entra contoso-admins');

    // somebody else of the same tenant has the link
    const reader = new Browser();
    const review = await reader.get(linkIn(mail.text));
    expect(review.html).toContain('Accept with Entra contoso-admins');
    azure.users[0] = oscar;
    const refused = await reader.get(reader.link('Accept with'));
    expect(refused.status).toBe(403);
    expect(await rowOf(olga)).toMatchObject({ state: 'invited' });

    azure.users[0] = olga;
    const hers = new Browser();
    await hers.get(linkIn(mail.text));
    const arrived = await hers.get(hers.link('Accept with'));
    expect(arrived.html).toContain('The contoso company');
    expect(arrived.html).toContain('Olga Wang');
    expect(await rowOf(olga)).toMatchObject({ state: 'active', access: { access: 'full' } });
    expect((await new Browser().get(linkIn(mail.text))).html).toContain('The invitation is accepted');
    azure.users[0] = globalAdministrator;
  });

  it('opens no way in by a password or by another identity', async () => {
    await invite('oscar', { access: 'custom', 'permission-system-log': 'on' });
    const link = linkIn((await azure.app.takeMail('oscar.ward@contoso.example')).text);
    const token = link.split('/').at(-1) ?? '';
    const person = { displayName: 'Mallory', password: 'Rabbit-Hole-42' };
    const { invitations, identities } = azure.app.services;
    const over = { code: 'invitation_over' };
    await expect(invitations.acceptAsNew(token, { version: 1, person }, {})).rejects.toMatchObject(over);
    expect(await identities.findByEmail('oscar.ward@contoso.example')).toBeUndefined();
    await identities.create({ email: 'oscar.ward@contoso.example', ...person });
    await expect(invitations.acceptAsExisting(token, 1, {})).rejects.toMatchObject(over);
    expect(await rowOf(oscar)).toMatchObject({ state: 'invited', subject: `${tenantId}.${oscar.subject}` });
    const { page } = await signIn(oscar);
    expect(page.status).toBe(200);
    expect(await rowOf(oscar)).toMatchObject({
      state: 'active',
      access: { access: 'custom', permissions: ['system-log'] },
    });
  });

  it('is not accepted when it has expired, or was deleted', async () => {
    await invite('late');
    azure.app.clock.advance(5 * day + 1000);
    expect((await signIn(late)).page.status).toBe(403);
    const row = (await rowOf(late))!;
    expect(row.state).toBe('invited');
    await azure.app.services.administrators.remove(own.organization.id, row.id, operator);
    expect((await signIn(late)).page.status).toBe(403);
    expect(await rowOf(late)).toBeUndefined();
  });

  it('is refused for the email of a Citrix-identity administrator, and a second time', async () => {
    expect((await invite('twin')).html).toContain('signs in with the Citrix identity has this email');
    expect(await rowOf(twin)).toBeUndefined();
    await invite('late');
    expect((await invite('late')).html).toContain('has been invited already');
    expect((await invite('olga')).html).toContain('administers the organization already');
  });
});

describe('a group', () => {
  it('lets its members in at once, with the access of all their groups added up', async () => {
    const { browser, url } = own;
    await browser.get(url('/administrators/directory?what=groups&search=o'));
    await browser.get(browser.link(`id=${idOf(21)}`));
    expect((await browser.submit({}, '/directory/chosen')).html).toContain('permission');
    const done = await browser.submit({ 'permission-system-log': 'on' }, '/directory/chosen');
    expect(done.html).toContain('The group was added.');
    await browser.get(url('/administrators/directory?what=groups&search=obs'));
    await browser.get(browser.link(`id=${idOf(22)}`));
    await browser.submit({ 'permission-workspace-configuration': 'on' }, '/directory/chosen');

    const member = { ...helper, groups: [idOf(21), idOf(22), idOf(30)] };
    const { page } = await signIn(member);
    expect(page.status).toBe(200);
    expect(page.html).toContain('/system-log');
    expect(page.html).toContain('/workspace-configuration');
    expect(page.html).not.toContain('/administrators"');
    // more groups than a token holds: Graph is asked, never the address in the token
    const overage = {
      ...member,
      claims: {
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } },
      },
    };
    expect((await signIn(overage)).page.status).toBe(200);
    expect((await signIn({ ...helper, groups: [idOf(30)] })).page.status).toBe(403);
  });

  it('lets no guest in', async () => {
    const { page } = await signIn({ ...guest, groups: [idOf(21)] });
    expect(page.status).toBe(400);
  });
});
