/** ADM-1, CIT-10: from the mail to the console: as somebody new, with an identity, too late, and with links that are over. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { acceptAsNew, enrol, inviteByOperator, linkIn, newPassword } from '../support/scenario/invitations.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

const dayMs = 86_400_000;
let app: TestApp;
let mailServer: MailServer;
let acme: Organization;
let globex: Organization;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  [acme, globex] = [await organizationNamed(app, 'acme'), await organizationNamed(app, 'globex')];
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
beforeEach(() => app.clock.advance(31_000));

const console_ = (path: string) => app.sites.consoleUrl(path);

describe('An invitation', () => {
  it('comes by mail in both languages, with the organization’s name and OrgID, who invites, and until when', async () => {
    const { expiresAt } = await inviteByOperator(app, acme, 'mailed@example.com');
    const mail = await app.takeMail('mailed@example.com');
    expect(mail.subject).toBe('The acme companyの管理者への招待 / You are invited to administer The acme company');
    for (const part of ['The acme company', acme.orgId, 'Full access', 'フルアクセス', '有効期限', 'Valid until'])
      expect(mail.text).toContain(part);
    expect(mail.text).toContain(String(new Date(expiresAt).getUTCFullYear()));
    expect(new URL(linkIn(mail.text)).origin).toBe(new URL(app.sites.accountsBase).origin);
    expect(mail.html).toContain(linkIn(mail.text));
  });

  it('leads somebody new through review, password and sign-in to the console', async () => {
    await inviteByOperator(app, acme, 'Aiko@example.com', { access: 'custom', permissions: ['library', 'domains'] });
    const link = linkIn((await app.takeMail('Aiko@example.com')).text);
    const browser = new Browser();
    const review = await browser.get(link);
    for (const part of ['Administer The acme company', acme.orgId, 'Aiko@example.com', 'Library', 'Domains'])
      expect(review.html).toContain(part);
    expect([review.headers['cache-control'], review.headers['referrer-policy']]).toEqual(['no-store', 'no-referrer']);
    const accepted = await acceptAsNew(browser, link, 'Aiko Sato');
    expect([accepted.status, accepted.url.href]).toEqual([200, link]);
    expect(accepted.html).toContain('The invitation is accepted');

    const aiko = await enrol(app, 'aiko@example.com');
    await browser.get(browser.link('/sign-in/acme'));
    const console = await signInWithCode(browser, aiko);
    expect(console.url.href).toBe(console_('/o/acme/'));
    expect(console.html).toContain('Aiko Sato');
    expect(console.html).toContain('Library');
    const log = await app.services.systemLog.list({ organizationId: acme.id });
    expect(log.map(({ event, actor }) => [event, actor.name])).toEqual(
      expect.arrayContaining([
        ['platform/administrator/create', 'Aiko Sato'],
        ['platform/administrator/invite', null],
      ]),
    );
  });

  it('says what is wrong with name and password, all at once, and keeps what may be kept', async () => {
    const { link } = await inviteByOperator(app, acme, 'typo@example.com');
    const browser = new Browser();
    await browser.get(link);
    await browser.get(browser.link('/account'));
    const empty = await browser.submit({ name: ' ', newPassword: '', repeatedPassword: '' }, '/account');
    expect(empty.html).toContain('Enter your name.');
    expect(empty.status).toBe(422);
    expect(empty.html).toContain('Enter your name');
    expect(empty.html).toContain('Enter a new password.');
    const weak = await browser.submit(
      { name: 'Typo <b>', newPassword: 'short', repeatedPassword: 'other' },
      '/account',
    );
    expect(weak.html).toContain('Use at least 8 characters.');
    expect(weak.html).toContain('Add a number.');
    expect(weak.html).toContain('value="Typo &lt;b&gt;"');
    expect(weak.html).not.toContain('value="short"');
    const nameless = await browser.submit(
      { name: 'x'.repeat(65), newPassword, repeatedPassword: newPassword },
      '/account',
    );
    expect(nameless.html).toContain('Enter a name of at most 64 characters.');
    expect(nameless.html).toContain('Enter the password again');
    const fields = { name: 'Typo', newPassword, repeatedPassword: `${newPassword}x` };
    expect((await browser.submit(fields, '/account')).html).toContain('The two passwords are not the same.');
    expect(await app.services.identities.findByEmail('typo@example.com')).toBeUndefined();
  });

  it('is accepted by one button where the email has an identity, and opens with the next sign-in', async () => {
    const hanako = await createAdministrator(app, [globex], 'Hanako Sato');
    const browser = new Browser();
    await browser.get(console_('/'));
    expect((await signInWithCode(browser, hanako)).url.href).toBe(console_('/o/globex/'));
    await inviteByOperator(app, acme, 'HANAKO.SATO@example.com');
    const link = linkIn((await app.takeMail('HANAKO.SATO@example.com')).text);
    const review = await browser.get(link);
    expect(review.html).toContain('You have an account with this email already.');
    expect((await browser.fetch('GET', `${link}/account`)).headers.location).toBe(link);
    expect((await browser.submit({}, '/accept')).html).toContain('The invitation is accepted');

    app.clock.advance(31_000);
    await browser.get(browser.link('/sign-in/acme'));
    expect((await signInWithCode(browser, hanako)).url.href).toBe(console_('/o/acme/'));
    expect((await browser.get(console_('/organizations'))).html).toContain('The globex company');
  });

  it('that is accepted in a browser where somebody else is signed in is not theirs', async () => {
    const taro = await createAdministrator(app, [acme], 'Taro Yamada');
    const browser = new Browser();
    await browser.get(console_('/'));
    await signInWithCode(browser, taro);
    const { link } = await inviteByOperator(app, globex, 'guest@example.com');
    await acceptAsNew(browser, link, 'Guest');
    expect((await browser.get(console_('/o/globex/'))).status).toBe(404);
    const guest = await enrol(app, 'guest@example.com');
    await browser.get(console_('/sign-in/globex'));
    expect((await signInWithCode(browser, guest)).url.href).toBe(console_('/o/globex/'));
  });

  it('shows access that was changed meanwhile once more before it is accepted', async () => {
    const { link, administrator } = await inviteByOperator(app, acme, 'changed@example.com');
    const browser = new Browser();
    await browser.get(link);
    await browser.get(browser.link('/account'));
    const access = { access: 'custom', permissions: ['system-log'] } as const;
    await app.services.administrators.changeAccess(acme.id, administrator.id, { access, version: 1 }, operator);
    const fields = { name: 'Changed', newPassword, repeatedPassword: newPassword };
    const page = await browser.submit(fields, '/account');
    expect([page.status, page.html.includes('Review it once more.'), page.html.includes('System Log')]).toEqual([
      409,
      true,
      true,
    ]);
    await browser.get(browser.link('/account'));
    expect((await browser.submit(fields, '/account')).html).toContain('The invitation is accepted');
    expect((await app.services.administrators.find(acme.id, administrator.id)).access).toEqual(access);
  });
});

describe('A link that is over says what became of it and what to do', () => {
  const opened = async (link: string) => {
    const { status, html } = await new Browser().get(link);
    return { status, html };
  };

  it('used', async () => {
    const { link } = await inviteByOperator(app, acme, 'used@example.com');
    await acceptAsNew(new Browser(), link, 'Used Once');
    for (const path of ['', '/account']) {
      const page = await opened(`${link}${path}`);
      expect([page.status, page.html.includes('The invitation is accepted')]).toEqual([200, true]);
    }
  });

  it('expired, five days after the first sending and not later', async () => {
    const { administrator, link: first } = await inviteByOperator(app, acme, 'late@example.com');
    const browser = new Browser();
    await browser.get(first);
    await browser.get(browser.link('/account'));
    app.clock.advance(5 * dayMs - 60_000);
    const { link } = await app.services.invitations.resend(acme.id, administrator.id, operator);
    expect((await opened(link)).status).toBe(200);
    expect(await opened(first)).toMatchObject({ status: 410, html: expect.stringContaining('There is a newer link') });
    app.clock.advance(60_000);
    for (const each of [first, link])
      expect(await opened(each)).toMatchObject({
        status: 410,
        html: expect.stringContaining('This invitation is no longer valid'),
      });
    const fields = { name: 'Late', newPassword, repeatedPassword: newPassword };
    expect((await browser.submit(fields, '/account')).status).toBe(410);
    expect(await app.services.identities.findByEmail('late@example.com')).toBeUndefined();
  });

  it('deleted', async () => {
    const { administrator, link } = await inviteByOperator(app, acme, 'deleted@example.com');
    await app.services.administrators.remove(acme.id, administrator.id, operator);
    expect(await opened(link)).toMatchObject({
      status: 410,
      html: expect.stringContaining('This invitation was taken back'),
    });
  });

  it('malformed, or nobody’s: one page that names nobody', async () => {
    const { link } = await inviteByOperator(app, acme, 'someone@example.com');
    const [id = ''] = new URL(link).pathname.split('/').at(-1)!.split('.');
    const base = link.slice(0, link.indexOf('/invitation/') + '/invitation/'.length);
    const pages = await Promise.all(
      [`${id}.${'A'.repeat(43)}`, `${id.replace(/^./, 'f')}.${'A'.repeat(43)}`, 'x', `${link.slice(base.length)}x`].map(
        (token) => opened(base + token),
      ),
    );
    const plain = ({ html }: { html: string }) => html.replaceAll(/href="[^"]*"/g, '');
    for (const page of pages) {
      expect(page.status).toBe(404);
      expect(plain(page)).toBe(plain(pages[0]!));
      expect(page.html).not.toContain('acme');
    }
  });
});
