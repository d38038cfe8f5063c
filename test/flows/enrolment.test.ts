/** CIT-4 to CIT-6 at the sign-in: the whole enrolment, what it keeps and when, and the ways in without the app. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { backupCodesOn, codeOf, enrol, keyOn, mailedCode } from '../support/scenario/enrolment.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let app: TestApp;
let mailServer: MailServer;
let acme: Organization;
let count = 0;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
// Each story with an hour of its own for its tries and mails, and a half minute for its code.
beforeEach(() => app.clock.advance(3_600_000));

const newcomer = () => createAdministrator(app, [acme], `Newcomer ${'abcdefghijklm'[count++]}`, { enrolled: false });
const veteran = () => createAdministrator(app, [acme], `Veteran ${'abcdefghijklm'[count++]}`);
async function afterPassword({ email, password }: TestAdministrator, browser = new Browser()): Promise<Browser> {
  await browser.get(app.sites.consoleUrl());
  await browser.submit({ email, password }, '/password');
  return browser;
}
const step = ({ page }: Browser) => page?.url.pathname.split('/').slice(3).join('/') ?? '';
const isInside = ({ page }: Browser) => page?.url.href.startsWith(app.sites.consoleUrl('/o/acme')) ?? false;
const rowsOf = async ({ identity }: TestAdministrator) => {
  const { db } = app.database;
  const tables = ['totp_devices', 'backup_codes', 'recovery_phones'] as const;
  return Promise.all(
    tables.map(
      async (name) =>
        (await db.selectFrom(name).select('identity_id').where('identity_id', '=', identity.id).execute()).length,
    ),
  );
};

describe('The enrolment', () => {
  it('leads from the password through all its steps into the console; the next sign-in asks for the app’s code', async () => {
    const person = await newcomer();
    const browser = await afterPassword(person);
    expect(step(browser)).toBe('enrol/proof');
    const factors = await enrol(app, browser, person);
    expect(isInside(browser)).toBe(true);
    expect(factors.codes).toHaveLength(10);
    expect(await rowsOf(person)).toEqual([1, 10, 1]);
    const session = (await app.services.sessions.listOfOrganization(acme.id)).at(-1)!.session;
    expect(session.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect((await app.takeMail(person.email)).subject).toContain('Multi-factor authentication was set up');
    const events = (await app.services.systemLog.list({ limit: 10 })).map(({ event }) => event);
    expect(events).toContain('platform/authenticationdevice/create');
    const again = await afterPassword(person);
    // The code that the app showed for the enrolment is used up.
    await again.submit({ code: factors.code() }, '/code');
    expect(again.page?.status).toBe(422);
    app.clock.advance(30_000);
    await again.submit({ code: factors.code() }, '/code');
    expect(isInside(again)).toBe(true);
  });

  it('keeps nothing before the end, and goes on where it was after a reload, a look back, or a new start of the page', async () => {
    const person = await newcomer();
    const browser = await afterPassword(person);
    const factors = await enrol(app, browser, person, 'codes');
    expect(await rowsOf(person)).toEqual([0, 0, 0]);
    const at = browser.page!.url;
    await browser.get(at);
    expect(backupCodesOn(browser.page)).toEqual(factors.codes);
    await browser.get(browser.link('/enrol/phone'));
    expect(browser.page?.html).toContain('+81312345678');
    await browser.get(browser.link('/enrol/app'));
    expect(browser.page?.html).toContain('Your app is connected');
    await browser.get(browser.link('Continue'));
    expect(step(browser)).toBe('enrol/codes');
    // The console's address, typed anew, leads to a sign-in of its own; this one is still where it was.
    await new Browser().get(app.sites.consoleUrl());
    await browser.get(at);
    await browser.submit({}, '/enrol/codes');
    expect(browser.page?.status).toBe(422);
    await browser.submit({ saved: 'on' }, '/enrol/codes');
    expect(browser.page?.html).toContain('+81•••••••78');
    await browser.submit({}, '/enrol/finish');
    expect(isInside(browser)).toBe(true);
  });

  it('says what is wrong, and loses nothing by it', async () => {
    const person = await newcomer();
    const browser = await afterPassword(person);
    await browser.submit({}, '/enrol/send');
    const code = await mailedCode(app, person.email);
    await browser.submit({ code: '', password: '' }, '/enrol/proof');
    expect([browser.page?.status, browser.page?.html.includes('There are 2 problems')]).toEqual([422, true]);
    await browser.submit({ code, password: 'Wrong-Password-1' }, '/enrol/proof');
    expect(browser.page?.html).toContain('The password is not correct');
    expect(browser.forms()[0]?.fields).toMatchObject({ code, password: '' });
    await browser.submit({ code: code === '123456' ? '654321' : '123456', password: person.password }, '/enrol/proof');
    expect(browser.page?.html).toContain('This code is not correct');
    await browser.submit({ code, password: person.password }, '/enrol/proof');
    const key = keyOn(browser.page);
    await browser.submit({ code: codeOf(app, key) === '123456' ? '654321' : '123456' }, '/enrol/app');
    expect(browser.page?.status).toBe(422);
    expect(keyOn(browser.page)).toBe(key);
    await browser.submit({ code: codeOf(app, key) }, '/enrol/app');
    await browser.submit({ phone: '090-1234-5678' }, '/enrol/phone');
    expect([browser.page?.status, browser.page?.html.includes('090-1234-5678')]).toEqual([422, true]);
  });

  it('gives the codes as a file, without script, by the language of the page', async () => {
    const person = await newcomer();
    const browser = await afterPassword(person);
    const { codes } = await enrol(app, browser, person, 'codes');
    const file = await browser.fetch('GET', browser.link('Download'), undefined, { 'accept-language': 'ja' });
    expect(file.headers['content-type']).toBe('text/plain; charset=utf-8');
    const date = new Date(app.clock.now()).toISOString().slice(0, 10);
    expect(file.headers['content-disposition']).toBe(`attachment; filename=sekisho-backup-codes-${date}.txt`);
    for (const part of [...codes, date, person.email, '作成日']) expect(file.html).toContain(part);
    expect(file.html).not.toContain('\r\n\r\n\r\n');
  });

  it('shows the app what it needs: a key, and a picture of the same in the markup, with a name', async () => {
    const person = await newcomer();
    const browser = await afterPassword(person);
    const { key } = await enrol(app, browser, person, 'app');
    expect(key).toMatch(/^[A-Z2-7]{32}$/);
    expect(browser.page?.html).toMatch(/<svg [^>]*role="img" aria-label="QR code for your authenticator app"/);
    expect(browser.page?.html).not.toMatch(/style=|<img/);
  });

  it('posted twice at the same moment is done once, and nothing is lost', async () => {
    const person = await newcomer();
    const browser = await afterPassword(person);
    await enrol(app, browser, person, 'finish');
    const [form] = browser.forms();
    const fields = new URLSearchParams(form!.fields);
    await Promise.all([1, 2, 3].map(() => browser.fetch('POST', form!.action, fields)));
    expect(await rowsOf(person)).toEqual([1, 10, 1]);
    await browser.get(browser.page!.url);
    expect(isInside(browser)).toBe(true);
  });
});

describe('Without the authenticator app', () => {
  it('a backup code lets in; the person is told how many are left; another app can be connected at once', async () => {
    const person = await newcomer();
    const first = await afterPassword(person);
    const { codes, key } = await enrol(app, first, person);
    await app.takeMail(person.email);
    const browser = await afterPassword(person);
    await browser.get(browser.link('have your authenticator app'));
    await browser.submit({ code: 'ffff ffff' }, '/recovery/backup-code');
    expect(browser.page?.status).toBe(422);
    await browser.submit({ code: codes[4]! }, '/recovery/backup-code');
    expect(step(browser)).toBe('enrol/offer');
    expect((await app.takeMail(person.email)).text).toContain('Backup codes left: 9');
    await browser.submit({ answer: 'yes' }, '/enrol/offer');
    const newKey = keyOn(browser.page);
    expect(newKey).not.toBe(key);
    await browser.submit({ code: codeOf(app, newKey) }, '/enrol/app');
    expect(isInside(browser)).toBe(true);
    // What was opened with the old app ends.
    expect((await first.get(app.sites.consoleUrl('/o/acme/'))).url.pathname).toBe('/signed-out');
    expect((await app.takeMail(person.email)).subject).toContain('authenticator app of your account was replaced');
    // Phone and the other codes stay; the old app is out.
    expect(await rowsOf(person)).toEqual([1, 9, 1]);
    app.clock.advance(30_000);
    const later = await afterPassword(person);
    await later.submit({ code: codeOf(app, key) }, '/code');
    expect(later.page?.status).toBe(422);
    await later.submit({ code: codeOf(app, newKey) }, '/code');
    expect(isInside(later)).toBe(true);
  });

  it('a code by email lets in, and says so in the session’s methods; the app can stay as it is', async () => {
    const person = await veteran();
    const browser = await afterPassword(person);
    await browser.get(browser.link('have your authenticator app'));
    await browser.submit({}, '/recovery/send');
    expect(step(browser)).toBe('recovery/email');
    await browser.submit({ code: await mailedCode(app, person.email) }, '/recovery/email');
    expect(step(browser)).toBe('enrol/offer');
    await browser.submit({ answer: 'no' }, '/enrol/offer');
    expect(isInside(browser)).toBe(true);
    const session = (await app.services.sessions.listOfOrganization(acme.id)).find(
      (state) => state.session.claims.cip_email === person.email,
    )?.session;
    expect(session?.amr).toEqual(['pwd', 'otp', 'mca', 'mfa']);
    expect((await app.takeMail(person.email)).subject).toContain('used instead of your authenticator app');
    const again = await afterPassword(person);
    await again.submit({ code: person.code() }, '/code');
    expect(isInside(again)).toBe(true);
  });

  it('having begun to connect another app, one can still leave it', async () => {
    const person = await veteran();
    const browser = await afterPassword(person);
    await browser.get(browser.link('have your authenticator app'));
    await browser.submit({}, '/recovery/send');
    await browser.submit({ code: await mailedCode(app, person.email) }, '/recovery/email');
    await browser.submit({ answer: 'yes' }, '/enrol/offer');
    await browser.submit({}, '/enrol/offer');
    expect(isInside(browser)).toBe(true);
    app.clock.advance(30_000);
    const again = await afterPassword(person);
    await again.submit({ code: person.code() }, '/code');
    expect(isInside(again)).toBe(true);
  });
});
