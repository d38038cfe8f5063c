/** SECURITY ID-11: the link in the mail is the configured one, whatever the request claims; it is short-lived and ends all sessions. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let mailServer: MailServer;
let app: TestApp;
let who: TestAdministrator;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer, env: { SEKISHO_TRUSTED_PROXIES: '127.0.0.1' } });
  who = await createAdministrator(app, []);
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

it.each([
  ['host', { host: 'evil.example' }],
  ['port of the host', { host: 'accounts.localhost:1' }],
  ['x-forwarded-host', { 'x-forwarded-host': 'evil.example' }],
  ['x-forwarded-proto', { 'x-forwarded-proto': 'https' }],
  ['forwarded', { forwarded: 'host=evil.example;proto=https' }],
  ['x-original-url', { 'x-original-url': 'https://evil.example/', 'x-rewrite-url': 'https://evil.example/' }],
  ['origin and referer', { origin: 'https://evil.example', referer: 'https://evil.example/' }],
])('the header %s does not get into the mail', async (_what, headers) => {
  app.clock.advance(61 * 60_000);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await browser.get(browser.link('/forgotten'));
  const form = browser.forms().find(({ fields }) => 'email' in fields)!;
  const body = new URLSearchParams({ ...form.fields, email: who.email });
  const page = await browser.fetch('POST', form.action, body, headers as Record<string, string>);
  await app.deliverMails();
  const mails = mailServer.received.filter(({ to }) => to === who.email);
  if (page.status === 200) {
    const { text, html } = mailServer.take(who.email);
    expect(text).toContain(`${app.sites.accountsBase}/password-reset/`);
    for (const part of [text, html]) {
      expect(part).not.toContain('evil.example');
      for (const [url] of part.matchAll(/https?:\/\/[^\s"<]+/g))
        expect(url.startsWith(app.sites.accountsBase)).toBe(true);
    }
  } else {
    expect([400, 403, 421]).toContain(page.status);
    expect(mails).toEqual([]);
  }
});

it('the page of the link tells nobody where it came from, and is kept nowhere', async () => {
  app.clock.advance(61 * 60_000);
  await app.services.passwordResets.request({ email: who.email, language: 'en' });
  const link = /\S+\/password-reset\/\S+/.exec((await app.takeMail(who.email)).text)![0];
  const { headers, html } = await new Browser().get(link);
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['cache-control']).toContain('no-store');
  expect(html).not.toMatch(/<(?:img|iframe|link|script)[^>]+(?:src|href)="https?:/);
  const secret = link.split('.').at(-1)!;
  app.flushLog();
  expect(app.log.join('\n')).not.toContain(secret);
  expect(JSON.stringify(await app.database.db.selectFrom('password_resets').selectAll().execute())).not.toContain(
    secret,
  );
});
