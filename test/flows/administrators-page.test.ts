/** ADM-1 to ADM-4 in the console: finding, inviting, editing, deleting administrators, one by one and several at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { connectSamlForAdministrators, organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { acceptAsNew, inviteByOperator, linkIn } from '../support/scenario/invitations.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

const dayMs = 86_400_000;
let app: TestApp;
let mailServer: MailServer;
let acme: Organization;
let hanako: TestAdministrator;
let browser: Browser;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await organizationNamed(app, 'acme');
  hanako = await createAdministrator(app, [acme], 'Hanako Sato');
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
beforeEach(async () => {
  app.clock.advance(31_000);
  browser = await signedIn(hanako);
});

const url = (path = '') => app.sites.consoleUrl(`/o/acme/administrators${path}`);
async function signedIn(who: TestAdministrator): Promise<Browser> {
  const visitor = new Browser();
  await visitor.get(app.sites.consoleUrl());
  expect((await signInWithCode(visitor, who)).status).toBe(200);
  return visitor;
}
const rowOf = async (email: string) =>
  (await app.services.administrators.list(acme.id)).find((row) => row.email === email)!;
/** Names as they stand in the list. */
const namesIn = ({ html }: Page) => [...html.matchAll(/aria-label="Select ([^"]+)"/g)].map(([, name]) => name);

describe('The list of administrators', () => {
  it('shows type, name, email, status, access and identity provider, and marks one’s own row', async () => {
    await inviteByOperator(app, acme, 'invited@example.com', { access: 'custom', permissions: ['library'] });
    const page = await browser.get(url());
    for (const part of ['Hanako Sato', hanako.email, 'Active', 'Full access', 'Citrix identity', 'Individual', 'You'])
      expect(page.html).toContain(part);
    expect(page.html).toMatch(/invited@example\.com[\s\S]*Invite sent[\s\S]*Custom access<span class="sub">Library/);
    expect(namesIn(page)).toEqual(['invited@example.com']);
    expect(page.html).not.toContain(`/administrators/${(await rowOf(hanako.email)).id}/remove`);
    await app.services.administrators.remove(acme.id, (await rowOf('invited@example.com')).id, operator);
  });

  it('is searched, filtered, sorted and paged, and says when nothing is found', async () => {
    const organization = await organizationNamed(app, 'big');
    const keeper = await createAdministrator(app, [organization], 'Keeper Of Big');
    for (let index = 0; index < 60; index++) {
      const permissions = index % 2 ? (['library'] as const) : (['library', 'domains'] as const);
      const email = `p${String(index).padStart(2, '0')}@big.example`;
      await inviteByOperator(app, organization, email, { access: 'custom', permissions });
    }
    while ((await app.deliverMails()) > 0);
    app.clock.advance(31_000);
    const visitor = await signedIn(keeper);
    const list = (query = '') => visitor.get(app.sites.consoleUrl(`/o/big/administrators${query}`));
    const first = await list();
    expect(first.html).toContain('61 administrators');
    expect(namesIn(first)).toHaveLength(49);
    const second = await visitor.get(visitor.link('page=2'));
    expect([...namesIn(first), ...namesIn(second)]).toHaveLength(60);
    expect(namesIn(await list('?search=P07'))).toEqual(['p07@big.example']);
    expect((await list('?status=active')).html).toContain('1 administrator<');
    expect(namesIn(await list('?type=group'))).toEqual([]);
    expect((await list("?search=%27%20or%201=1%20--&status=nonsense&sort=id'")).html).toContain(
      'No administrator matches.',
    );
    expect(namesIn(await list('?sort=access&page=999'))).toHaveLength(11);
    expect(namesIn(await list('?sort=access'))[1]).toBe('p02@big.example');
    // A row is found by what stands in it, not by what a pattern could match.
    expect(namesIn(await list('?search=p%25'))).toEqual([]);
  });
});

describe('An administrator with full access', () => {
  it('is led by the first page of a new organization to where a provider is connected', async () => {
    await browser.get(app.sites.consoleUrl('/o/acme/'));
    const page = await browser.get(browser.link('/o/acme/connections'));
    expect(page.html).toContain('Connect a provider');
  });

  it('invites by email, sends again, and sees what becomes of it', async () => {
    await browser.get(url('/invite'));
    const fields = { email: 'aiko@example.com', access: 'custom', 'permission-system-log': 'on' };
    const page = await browser.submit(fields, '/invite');
    expect(page.html).toContain('The invitation was sent.');
    const first = linkIn((await app.takeMail('aiko@example.com')).text);
    const { id } = await rowOf('aiko@example.com');
    expect((await browser.submit({}, `${id}/resend`)).html).toContain('sent again');
    const mail = await app.takeMail('aiko@example.com');
    expect(mail.text).toContain('Hanako Sato');
    expect((await new Browser().get(first)).html).toContain('There is a newer link');
    await acceptAsNew(new Browser(), linkIn(mail.text), 'Aiko Abe');
    const list = await browser.get(url());
    expect(list.html).toMatch(/Aiko Abe[\s\S]*?Active[\s\S]*?System Log/);
    expect(await rowOf('aiko@example.com')).toMatchObject({
      access: { access: 'custom', permissions: ['system-log'] },
      state: 'active',
    });
  });

  it('gives full access only to whom it was chosen for: not by default, and not beside permissions', async () => {
    const asked = await browser.get(url('/invite'));
    expect(asked.html.match(/Opens nothing yet/g)).toHaveLength(6);
    expect(asked.html).toMatch(/value="custom"[^>]* checked/);
    expect(asked.html).not.toMatch(/value="full"[^>]* checked/);
    const both = { email: 'less@example.com', access: 'full', 'permission-library': 'on' };
    const refused = await browser.submit(both, '/invite');
    expect([refused.status, refused.html.includes('full access and permissions as well')]).toEqual([422, true]);
    expect(await rowOf('less@example.com')).toBeUndefined();
    await browser.get(url('/invite'));
    const sent = await browser.submit({ email: 'less@example.com', 'permission-library': 'on' }, '/invite');
    expect(sent.html).toContain('It gives custom access.');
    const { id } = await rowOf('less@example.com');
    await browser.get(url(`/${id}`));
    const edited = await browser.submit({ access: 'full', 'permission-domains': 'on' }, id);
    expect([edited.status, edited.html.includes('full access and permissions as well')]).toEqual([422, true]);
    expect((await rowOf('less@example.com')).access).toEqual({ access: 'custom', permissions: ['library'] });
    // What was ticked before says nothing about what was chosen now.
    await browser.get(url(`/${id}`));
    expect((await browser.submit({ access: 'full' }, id)).html).toContain('The access was changed.');
    expect((await rowOf('less@example.com')).access).toEqual({ access: 'full' });
    await app.services.administrators.remove(acme.id, id, operator);
  });

  it('is told what is wrong with an invitation, and keeps what was typed', async () => {
    await browser.get(url('/invite'));
    const wrong = await browser.submit({ email: 'nobody', access: 'full' }, '/invite');
    expect([wrong.status, wrong.html.includes('Enter an email address')]).toEqual([422, true]);
    expect(wrong.html).toContain('value="nobody"');
    const empty = await browser.submit({ email: 'x@example.com', access: 'custom' }, '/invite');
    expect([empty.status, empty.html.includes('Select at least one permission.')]).toEqual([422, true]);
    const own = await browser.submit({ email: 'HANAKO.sato@example.com', access: 'full' }, '/invite');
    expect(own.html).toContain('Already an administrator');
    await browser.submit({ email: 'twice@example.com', access: 'full' }, '/invite');
    await browser.get(url('/invite'));
    const twice = await browser.submit({ email: 'twice@example.com', access: 'full' }, '/invite');
    expect(twice.html).toContain('has been invited already. Use Resend');
  });

  it('cannot send an expired invitation again; after deleting it a fresh one goes out', async () => {
    await inviteByOperator(app, acme, 'late@example.com');
    const { id } = await rowOf('late@example.com');
    app.clock.advance(5 * dayMs);
    browser = await signedIn(hanako);
    const list = await browser.get(url());
    expect(list.html).toMatch(/late@example\.com[\s\S]*Expired/);
    expect(list.html).not.toContain(`${id}/resend`);
    const csrf = browser.forms()[0]!.fields.csrf ?? browser.forms().at(-1)!.fields.csrf!;
    const refused = await browser.post(url(`/${id}/resend`), { csrf });
    expect([refused.status, refused.html.includes('delete it and invite anew')]).toEqual([409, true]);
    await browser.get(url('/invite'));
    const expired = await browser.submit({ email: 'Late@example.com', access: 'full' }, '/invite');
    expect([expired.status, expired.html.includes('has expired. Delete it in the list')]).toEqual([422, true]);
    await browser.get(url(`/${id}/remove`));
    expect((await browser.submit({}, '/remove')).html).toContain('The administrator was deleted.');
    await browser.get(url('/invite'));
    expect((await browser.submit({ email: 'late@example.com', access: 'full' }, '/invite')).html).toContain('was sent');
  });

  it('changes access, at once and with a mail to the person; two stale forms do not overwrite each other', async () => {
    const taro = await createAdministrator(app, [acme], 'Taro Yamada');
    const { id } = await rowOf(taro.email);
    const other = await signedIn(taro);
    expect((await other.get(url())).status).toBe(200);
    await browser.get(url(`/${id}`));
    const stale = browser.forms().find(({ action }) => action.pathname.endsWith(id))!;
    const saved = await browser.submit({ access: 'custom', 'permission-library': 'on' }, id);
    expect(saved.html).toContain('The access was changed.');
    const mail = await app.takeMail(taro.email);
    expect(mail.subject).toContain('Your administrator access was changed');
    expect((await other.get(url())).status).toBe(403);
    const conflict = await browser.post(stale.action, { ...stale.fields, access: 'full' });
    expect([conflict.status, conflict.html.includes('Somebody else has changed it')]).toEqual([409, true]);
    expect((await rowOf(taro.email)).access).toEqual({ access: 'custom', permissions: ['library'] });
    const log = await app.services.systemLog.list({ organizationId: acme.id, event: 'platform/administrator/update' });
    expect(log[0]).toMatchObject({ actor: { name: 'Hanako Sato' }, target: { name: 'Taro Yamada' } });
  });

  it('deletes after asking; the person is signed out at once, and told by mail', async () => {
    const jiro = await createAdministrator(app, [acme], 'Jiro Suzuki');
    const { id } = await rowOf(jiro.email);
    const other = await signedIn(jiro);
    const uid = (await app.services.sessions.listOfOrganization(acme.id)).find(
      ({ session }) => session.claims.name === 'Jiro Suzuki',
    )!.session.uid;
    const question = await browser.get(url(`/${id}/remove`));
    expect(question.html).toMatch(/<h1>Delete Jiro Suzuki from [^<]+\?<\/h1>/);
    expect(question.html).toContain(jiro.email);
    expect(question.html).toContain('Jiro Suzuki loses access at once');
    expect((await browser.submit({}, '/remove')).html).toContain('The administrator was deleted.');
    // Without another look of theirs: the session itself has ended, and says why.
    expect(await app.services.sessions.find(uid)).toMatchObject({ active: false, end: { reason: 'removed' } });
    expect((await other.get(url())).html).toContain('Your access was removed.');
    const mail = await app.takeMail(jiro.email);
    expect(mail.subject).toContain('Your administrator access was removed');
    expect(mail.text).not.toContain('://');
  });

  it('acts on several at once, and is told by name what could not be done', async () => {
    for (const name of ['a', 'b']) await inviteByOperator(app, acme, `${name}@several.example`);
    const [a, b] = [await rowOf('a@several.example'), await rowOf('b@several.example')];
    const taro = await rowOf('taro.yamada@example.com');
    await browser.get(url());
    const { csrf = '' } = browser.forms().find(({ action }) => action.pathname.endsWith('/selected'))!.fields;
    const select = (...rows: { id: string }[]) => Object.fromEntries(rows.map(({ id }) => [`select-${id}`, 'on']));
    const post = (fields: Record<string, string>) => browser.post(url('/selected'), { csrf, ...fields });
    expect((await post({ act: 'remove' })).html).toContain('Nothing was selected.');
    expect((await post({ act: 'resend', ...select(a, b) })).html).toContain('The invitations were sent again.');
    const mixed = await post({ act: 'resend', ...select(a, taro) });
    expect([mixed.status, mixed.html.includes('Done for 1, but not for these:')]).toEqual([409, true]);
    expect(mixed.html).toMatch(/Taro Yamada[\s\S]*no invitation that can be sent again/);

    const question = await post({ act: 'remove', ...select(a, b) });
    expect(question.html).toContain('a@several.example');
    expect(await rowOf('a@several.example')).toBeDefined();
    expect((await browser.submit({}, '/selected')).html).toContain('The administrators were deleted.');
    expect([await rowOf('a@several.example'), await rowOf('b@several.example')]).toEqual([undefined, undefined]);
    const own = await post({ act: 'remove', confirmed: 'yes', ...select(await rowOf(hanako.email)) });
    expect(own.html).toMatch(/Hanako Sato[\s\S]*Nobody changes or deletes their own access/);
  });

  it('adds a group of a connection by its SID, with custom access, and edits it', async () => {
    const saml = await connectSamlForAdministrators(app, { customerId: 'acme', identifier: 'acme-adfs', users: [] });
    await browser.get(url('/group'));
    const fields = { connection: saml.connectionId, name: 'Helpdesk', 'permission-library': 'on' };
    const wrong = await browser.submit({ ...fields, group: 'Helpdesk' }, '/group');
    expect([wrong.status, wrong.html.includes('SID (SAML)')]).toEqual([422, true]);
    const added = await browser.submit({ ...fields, group: 's-1-5-21-1-2-3-4' }, '/group');
    expect(added.html).toMatch(/Helpdesk[\s\S]*?Group[\s\S]*?SAML acme-adfs/);
    const row = (await app.services.administrators.list(acme.id)).find(({ kind }) => kind === 'ad-group')!;
    const page = await browser.get(url(`/${row.id}`));
    expect(page.html).toContain('A group has custom access only.');
    expect(page.html).not.toContain('name="access"');
    const form = browser.forms().find(({ action }) => action.pathname.endsWith(row.id))!;
    await browser.post(form.action, { ...form.fields, access: 'full', 'permission-domains': 'on' });
    expect((await app.services.administrators.find(acme.id, row.id)).access).toEqual({
      access: 'custom',
      permissions: ['domains', 'library'],
    });
    await saml.upstream.close();
  });
});
