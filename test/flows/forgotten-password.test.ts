/** CIT-8: from “Forgot your password?” by mail to a new one; what the link does, what it does not, and when it is over. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

const minute = 60_000;
let mailServer: MailServer;
let app: TestApp;
let acme: Organization;
let who: TestAdministrator;
let number = 0;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
beforeEach(async () => {
  app.clock.advance(61 * minute);
  who = await createAdministrator(app, [acme], `Person Number${++number}`);
});

const next = 'Quite-Another-9';
async function ask(email: string, browser = new Browser()): Promise<Page> {
  await browser.get(app.sites.consoleUrl());
  await browser.get(browser.link('/forgotten'));
  return browser.submit({ email }, '/forgotten');
}
const linkIn = (text: string) => /https?:\/\/\S+\/password-reset\/\S+/.exec(text)?.[0] ?? 'no link';
async function mailedLink(browser?: Browser): Promise<string> {
  await ask(who.email, browser);
  return linkIn((await app.takeMail(who.email)).text);
}
const set = (browser: Browser, password = next, repeated = password) =>
  browser.submit({ newPassword: password, repeatedPassword: repeated }, '/password-reset');
async function signInWith(password: string, browser = new Browser()): Promise<Page> {
  await browser.get(app.sites.consoleUrl());
  const page = await browser.submit({ email: who.email, password }, '/password');
  return page.status === 200 ? browser.submit({ code: who.code() }, '/code') : page;
}

describe('Somebody who has forgotten the password', () => {
  it('asks, gets a mail, sets a new one and signs in with it and with the code', async () => {
    const browser = new Browser();
    expect((await ask(who.email, browser)).html).toContain('Look into your mailbox');
    const mail = await app.takeMail(who.email);
    expect(mail.subject).toBe('Set a new password');
    const page = await browser.get(linkIn(mail.text));
    expect(page.html).toContain(`For the account ${who.email}`);
    const done = await set(browser);
    expect(done.html).toContain('Your new password is set');
    await browser.get(browser.link(app.sites.consoleUrl()));
    expect((await signInWithCode(browser, { ...who, password: next })).url.pathname).toBe('/o/acme/');
    const notice = await app.takeMail(who.email);
    expect(notice.subject).toContain('Your password was reset with a link from a mail');
    expect(notice.text).not.toContain(next);
    expect((await signInWith(who.password)).html).toContain('name="password"');
  });

  it('reads all of it in the language of the browser that asked', async () => {
    const browser = new Browser({ language: 'ja' });
    const page = await ask(who.email, browser);
    expect(page.html).toContain('メールをご確認ください');
    const mail = await app.takeMail(who.email);
    expect(mail.subject).toBe('新しいパスワードの設定');
    await browser.get(linkIn(mail.text));
    expect((await set(browser)).html).toContain('新しいパスワードを設定しました');
    expect((await app.takeMail(who.email)).subject).toContain('再設定されました');
  });

  it('is told every rule that the new one breaks, and the link stays good', async () => {
    const browser = new Browser();
    await browser.get(await mailedLink(browser));
    const refused = async (password: string, repeated?: string) => {
      const page = await set(browser, password, repeated);
      expect(page.status).toBe(422);
      expect(page.html).not.toContain(password === '' ? 'value="x"' : password);
      return page.html;
    };
    expect(await refused('')).toContain('Enter a new password.');
    expect(await refused(next, `${next}x`)).toContain('The two passwords are not the same.');
    const html = await refused('shorty');
    for (const text of ['at least 8', 'Add an upper-case', 'Add a number', 'Add one of']) expect(html).toContain(text);
    expect(await refused('My-Number1-Person')).toContain('does not resemble');
    expect(await refused('Welcome-2026')).toContain('among the first');
    expect(await refused(who.password)).toContain('your current password');
    expect((await set(browser)).html).toContain('Your new password is set');
  });

  it('without an email is asked for it', async () => {
    const page = await ask('');
    expect([page.status, page.html.includes('Enter your email.')]).toEqual([422, true]);
  });
});

describe('The link', () => {
  it('is signed out everywhere by, and signs nobody in', async () => {
    const open = new Browser();
    await signInWith(who.password, open);
    app.clock.advance(31_000);
    const browser = new Browser();
    await browser.get(await mailedLink());
    await set(browser);
    expect((await open.get(app.sites.consoleUrl('/o/acme/'))).html).toContain('Your sign-in details were changed');
    expect((await browser.get(app.sites.consoleUrl('/o/acme/'))).url.pathname).toMatch(/^\/signin\//);
  });

  it('works once', async () => {
    const link = await mailedLink();
    const [first, second] = [new Browser(), new Browser()];
    await first.get(link);
    await second.get(link);
    expect((await set(first)).html).toContain('Your new password is set');
    const late = await set(second, 'Later-Than-Others-5');
    expect([late.status, late.html.includes('does not work any more')]).toEqual([410, true]);
    expect((await new Browser().get(link)).status).toBe(410);
    expect((await signInWith(next)).url.pathname).toBe('/o/acme/');
  });

  it('works once also for two requests at the same time', async () => {
    const link = await mailedLink();
    const browsers = [new Browser(), new Browser(), new Browser()];
    for (const browser of browsers) await browser.get(link);
    const pages = await Promise.all(browsers.map((browser, index) => set(browser, `At-Once-${index}-Xyz`)));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
  });

  it('is over after half an hour', async () => {
    const link = await mailedLink();
    const browser = new Browser();
    app.clock.advance(29 * minute);
    expect((await browser.get(link)).status).toBe(200);
    app.clock.advance(minute);
    expect((await set(browser)).status).toBe(410);
    expect((await browser.get(link)).status).toBe(410);
  });

  it('is over when a newer one was asked for, or the password was changed', async () => {
    const older = await mailedLink();
    app.clock.advance(4 * 60_000);
    const newer = await mailedLink();
    expect((await new Browser().get(older)).status).toBe(410);
    const browser = new Browser();
    expect((await browser.get(newer)).status).toBe(200);
    await app.services.passwords.change({
      identityId: who.identity.id,
      current: who.password,
      next: 'Changed-Meanwhile-3',
      act: { actor: { type: 'system' } },
      language: 'en',
    });
    expect((await set(browser)).status).toBe(410);
  });

  it('may be opened by whoever scans the mail, as often as they like', async () => {
    const link = await mailedLink();
    for (let time = 0; time < 5; time++) expect((await new Browser().get(link)).status).toBe(200);
    expect((await new Browser().fetch('HEAD', link)).status).toBe(200);
    const browser = new Browser();
    await browser.get(link);
    expect((await set(browser)).html).toContain('Your new password is set');
  });
});
