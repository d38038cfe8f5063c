/** CIT-2, CIT-3: a password changed in the console, and one that must be replaced at sign-in. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
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

const url = (path = '/') => app.sites.consoleUrl(`/o/acme${path}`);
async function signIn(password = who.password, browser = new Browser()): Promise<Browser> {
  app.clock.advance(31_000);
  await browser.get(app.sites.consoleUrl());
  const page = await browser.submit({ email: who.email, password }, '/password');
  if (page.status === 200) await browser.submit({ code: who.code() }, '/code');
  return browser;
}
const pathOf = (browser: Browser) => browser.page?.url.pathname;

describe('The password page of the console', () => {
  const change = async (browser: Browser, current: string, next: string, repeated = next): Promise<Page> => {
    await browser.get(url('/password'));
    return browser.submit({ currentPassword: current, newPassword: next, repeatedPassword: repeated }, '/password');
  };

  it('changes it: this session goes on, the others end, a letter goes out, and the old one is no longer good', async () => {
    const [here, there] = [await signIn(), await signIn()];
    const page = await change(here, who.password, 'Brand-New-Lamp-4');
    expect([page.status, page.url.pathname]).toEqual([200, '/o/acme/password']);
    expect(page.html).toContain('Your password was changed');
    expect((await here.get(url())).status).toBe(200);
    expect((await there.get(url())).html).toContain('Your sign-in details were changed');
    expect((await app.takeMail(who.email)).subject).toContain('Your password was changed');
    expect(pathOf(await signIn())).toMatch(/^\/signin\//);
    expect(pathOf(await signIn('Brand-New-Lamp-4'))).toBe('/o/acme/');
    const [entry] = await app.services.systemLog.list({ event: 'platform/password/change' });
    expect(entry).toMatchObject({ organizationId: acme.id, target: { type: 'identity', id: who.identity.id } });
  });

  it('wants the current one, and does not say more than that it is wrong', async () => {
    const browser = await signIn();
    const wrong = await change(browser, 'Not-My-Password-1', 'Brand-New-Lamp-4');
    expect([wrong.status, wrong.html.includes('The current password is not correct.')]).toEqual([422, true]);
    const empty = await change(browser, '', 'Brand-New-Lamp-4');
    expect(empty.html).toContain('Enter your current password.');
    for (const page of [wrong, empty]) expect(page.html).not.toContain('Brand-New-Lamp-4');
    expect(pathOf(await signIn())).toBe('/o/acme/');
  });

  it('stops whoever guesses the current one in a session that is not theirs', async () => {
    const browser = await signIn();
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess++)
      statuses.push((await change(browser, `Guess-Number-${guess}`, 'Brand-New-Lamp-4')).status);
    expect(statuses).toEqual([...Array(10).fill(422), 429, 429]);
    expect((await change(browser, who.password, 'Brand-New-Lamp-4')).status).toBe(429);
    // At the sign-in page nobody is kept out by that.
    expect(pathOf(await signIn())).toBe('/o/acme/');
  });

  it('refuses the five before the current one, and takes the sixth', async () => {
    const browser = await signIn();
    const passwords = [who.password, ...[1, 2, 3, 4, 5, 6].map((each) => `Lantern-${each}-Hill`)];
    for (let index = 1; index < passwords.length; index++)
      expect((await change(browser, passwords[index - 1]!, passwords[index]!)).status).toBe(200);
    const current = passwords.at(-1)!;
    for (const former of passwords.slice(1, 6)) {
      const page = await change(browser, current, former);
      expect([page.status, page.html.includes('You have had this password before')]).toEqual([422, true]);
    }
    expect((await change(browser, current, current)).html).toContain('This is your current password');
    expect((await change(browser, current, who.password)).html).toContain('Your password was changed');
    const rows = await app.database.db.selectFrom('password_history').selectAll().execute();
    const own = rows.filter(({ identity_id }) => identity_id === who.identity.id);
    expect(own).toHaveLength(5);
    for (const { password_hash } of own) expect(password_hash).toMatch(/^\$argon2id\$/);
  });

  it('of two changes at once lets one through', async () => {
    const browser = await signIn();
    await browser.get(url('/password'));
    const form = browser.forms().find(({ fields }) => 'currentPassword' in fields)!;
    const send = (next: string) =>
      browser.fetch(
        'POST',
        form.action,
        new URLSearchParams({
          ...form.fields,
          currentPassword: who.password,
          newPassword: next,
          repeatedPassword: next,
        }),
      );
    const pages = await Promise.all(['First-Of-Two-1', 'Second-Of-Two-2'].map(send));
    expect(pages.map(({ status }) => status).sort()).toEqual([303, 422]);
  });
});

describe('A password that has not been used', () => {
  it('for sixty days still opens; each sign-in counts', async () => {
    app.clock.advance(60 * day - 2 * minute);
    expect(pathOf(await signIn())).toBe('/o/acme/');
    app.clock.advance(59 * day);
    expect(pathOf(await signIn())).toBe('/o/acme/');
  });

  it('for longer is replaced before anything opens, after the code', async () => {
    app.clock.advance(60 * day + minute);
    const browser = await signIn();
    expect(pathOf(browser)).toMatch(/^\/signin\//);
    expect(browser.page?.html).toContain('You have not used your password for more than 60 days');
    expect((await browser.get(url())).url.pathname).toMatch(/^\/signin\//);
    await signIn(who.password, browser);
    const same = await browser.submit({ newPassword: who.password, repeatedPassword: who.password }, '/new-password');
    expect([same.status, same.html.includes('This is your current password')]).toEqual([422, true]);
    const page = await browser.submit({ newPassword: 'Harbour-Bell-8', repeatedPassword: 'Harbour-Bell-8' }, '/new-');
    expect(page.url.pathname).toBe('/o/acme/');
    expect((await app.takeMail(who.email)).subject).toContain('Your password was changed');
    expect(pathOf(await signIn('Harbour-Bell-8'))).toBe('/o/acme/');
  });

  it('is not used by a sign-in that stops at the code, or at this very page', async () => {
    app.clock.advance(59 * day);
    const stopped = new Browser();
    await stopped.get(app.sites.consoleUrl());
    await stopped.submit({ email: who.email, password: who.password }, '/password');
    app.clock.advance(2 * day);
    for (let time = 0; time < 2; time++) {
      const browser = await signIn();
      expect(browser.page?.html).toContain('more than 60 days');
    }
  });

  it('cannot be replaced before the code', async () => {
    app.clock.advance(61 * day);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.submit({ email: who.email, password: who.password }, '/password');
    const form = browser.forms().find(({ fields }) => 'code' in fields)!;
    const action = new URL(String(form.action).replace('/code', '/new-password'));
    const page = await browser.post(action, {
      ...form.fields,
      newPassword: 'Harbour-Bell-8',
      repeatedPassword: 'Harbour-Bell-8',
    });
    expect(page.html).toContain('autocomplete="one-time-code"');
    expect(pathOf(await signIn('Harbour-Bell-8'))).toMatch(/^\/signin\//);
  });
});
