/** SECURITY ID-08: a new password by mail opens nothing by itself; the second factor stays what it was. */
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
  app = await startTestApp({ mailServer });
  const acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
  who = await createAdministrator(app, [acme]);
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

it('whoever reads the mail sets the password, has no session, and still needs the authenticator app', async () => {
  const { db } = app.database;
  const factors = async () => [
    await db.selectFrom('totp_devices').selectAll().execute(),
    await db.selectFrom('backup_codes').selectAll().execute(),
    await db.selectFrom('passkeys').selectAll().execute(),
    await db.selectFrom('recovery_phones').selectAll().execute(),
  ];
  const before = await factors();
  expect(before[0]).toHaveLength(1);
  const thief = new Browser();
  await thief.get(app.sites.consoleUrl());
  await thief.get(thief.link('/forgotten'));
  await thief.submit({ email: who.email }, '/forgotten');
  await thief.get(/\S+\/password-reset\/\S+/.exec((await app.takeMail(who.email)).text)![0]);
  const fields = { newPassword: 'Lantern-4-Hill', repeatedPassword: 'Lantern-4-Hill' };
  expect((await thief.submit(fields, '/password-reset')).status).toBe(200);
  expect(await factors()).toEqual(before);

  expect(thief.cookies.filter(({ name }) => name === 'console' || name.startsWith('session-'))).toEqual([]);
  expect(await app.services.sessions.listOfAdministrators()).toEqual([]);
  for (const path of ['/', '/o/acme/', '/o/acme/password'])
    expect((await thief.get(app.sites.consoleUrl(path))).url.pathname).toMatch(/^\/signin\//);
  const page = await thief.submit({ email: who.email, password: 'Lantern-4-Hill' }, '/password');
  expect(page.html).toContain('autocomplete="one-time-code"');
  expect(page.html).not.toContain('data-passkey="create"');
  expect((await thief.get(app.sites.consoleUrl('/o/acme/'))).url.pathname).toMatch(/^\/signin\//);
});
