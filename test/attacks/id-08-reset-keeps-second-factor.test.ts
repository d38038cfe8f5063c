/** SECURITY ID-08: a new password by mail opens nothing by itself; the second factor stays what it was. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateBackupCodes } from '../../src/directory/backup-codes.ts';
import { createOperatorDesk } from '../../src/directory/operator-desk.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { enrol, mailedCode } from '../support/scenario/enrolment.ts';
import { answerWithPasskey, createAuthenticator, givePasskey, withPasskeys } from '../support/scenario/passkeys.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let mailServer: MailServer;
let app: TestApp;
let acme: Organization;
let who: TestAdministrator;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ ...(await withPasskeys()), mailServer });
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
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

describe('Whoever reads the mail and nothing else', () => {
  const next = 'Lantern-4-Hill';
  const secondFactor = 'autocomplete="one-time-code"';
  let people = 0;
  // Limits are of the hour.
  beforeEach(() => app.clock.advance(3_600_000));

  async function linkTo(email: string): Promise<string> {
    for (;;) {
      const link = /\S+\/password-reset\/\S+/.exec((await app.takeMail(email)).text)?.[0];
      if (link !== undefined) return link;
    }
  }
  /** Somebody whose password was set by a link from their mailbox, by whoever reads it. */
  async function afterReset(): Promise<TestAdministrator> {
    const person = await createAdministrator(app, [acme], `Reader ${'abcdefghijklm'[people++]}`);
    await resetByMail(person);
    return { ...person, password: next };
  }
  async function resetByMail({ email }: TestAdministrator, password = next): Promise<void> {
    const reader = new Browser();
    await reader.get(app.sites.consoleUrl());
    await reader.get(reader.link('/forgotten'));
    await reader.submit({ email }, '/forgotten');
    await reader.get(await linkTo(email));
    const fields = { newPassword: password, repeatedPassword: password };
    expect((await reader.submit(fields, '/password-reset')).status).toBe(200);
    await app.takeMail(email);
    app.clock.advance(2000);
  }
  /** At the page with the other ways to prove the second factor. */
  async function withoutApp({ email, password }: TestAdministrator): Promise<Browser> {
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    expect((await browser.submit({ email, password }, '/password')).html).toContain(secondFactor);
    await browser.get(browser.link('/recovery'));
    return browser;
  }
  const markOf = async ({ identity }: TestAdministrator) => {
    const { db } = app.database;
    const row = await db.selectFrom('identities').selectAll().where('id', '=', identity.id).executeTakeFirst();
    return row?.reset_by_mail_at;
  };
  const mailsWaiting = async () => (await app.database.db.selectFrom('mails').select('id').execute()).length;
  const actionsOf = (browser: Browser) => browser.forms().map(({ action }) => action.pathname);

  it('gets no code by mail, is told why and what to do, and a forged request gets none either', async () => {
    const person = await afterReset();
    const thief = await withoutApp(person);
    expect(actionsOf(thief).filter((path) => path.endsWith('/recovery/send'))).toEqual([]);
    expect(thief.page?.html).toContain('Your password was reset by email');
    expect(thief.page?.html).toContain('recovery phone');
    const here = thief.page!.url;
    const japanese = await thief.fetch('GET', here, undefined, { 'accept-language': 'ja' });
    expect(japanese.html).toContain('パスワードがメールで再設定された');
    await thief.get(here);
    const { action, fields } = thief.forms().find((form) => form.action.pathname.endsWith('/backup-code'))!;
    const mails = await mailsWaiting();
    const ways = here.href;
    const path = (end: string) => action.href.replace('backup-code', end);
    for (let time = 0; time < 2; time++) {
      expect((await thief.post(path('send'), { csrf: fields.csrf! })).url.href).toBe(ways);
      const typed = await thief.post(path('email'), { csrf: fields.csrf!, code: '123456' });
      expect(typed.html).not.toContain('We have sent a 6-digit code');
    }
    expect((await thief.get(path('email'))).url.href).toBe(ways);
    expect(await mailsWaiting()).toBe(mails);
    expect((await thief.get(app.sites.consoleUrl('/o/acme/'))).url.pathname).toMatch(/^\/signin\//);
  });

  it('gets in with no code that was mailed before', async () => {
    const person = await createAdministrator(app, [acme], 'Early Reader');
    const early = await withoutApp(person);
    await early.submit({}, '/recovery/send');
    const code = await mailedCode(app, person.email);
    const { action, fields } = early.forms().find((form) => 'code' in form.fields)!;
    await resetByMail(person);
    expect((await early.post(action, { ...fields, code })).html).toContain('type="password"');
    expect((await early.get(app.sites.consoleUrl('/o/acme/'))).url.pathname).toMatch(/^\/signin\//);
  });

  it('does not wait until the owner comes in by a passkey alone, which says nothing of the new password', async () => {
    const person = await afterReset();
    const device = createAuthenticator(app);
    await givePasskey(app, person, device);
    const owner = new Browser();
    await owner.get(app.sites.consoleUrl());
    expect((await answerWithPasskey(owner, device)).url.href).toBe(app.sites.consoleUrl('/o/acme/'));
    expect(await markOf(person)).not.toBeNull();
    expect(actionsOf(await withoutApp(person)).some((path) => path.endsWith('/recovery/send'))).toBe(false);

    // Nor within that session, where a factor is changed.
    const page = await owner.get(app.sites.consoleUrl('/o/acme/mfa/app'));
    expect(page.html).toContain('Your password was reset by email');
    expect(page.html).not.toContain('with=email_code');
    const asked = await owner.get(app.sites.consoleUrl('/o/acme/mfa/app?with=email_code'));
    expect(actionsOf(owner).filter((path) => path.endsWith('/send'))).toEqual([]);
    expect(asked.html).toContain('Code of your authenticator app');
    const mails = await mailsWaiting();
    const csrf = owner.forms()[0]!.fields.csrf!;
    await owner.post(app.sites.consoleUrl('/o/acme/mfa/app/send'), { csrf });
    expect(await mailsWaiting()).toBe(mails);
    const typed = { csrf, method: 'email_code', code: '123456' };
    const refused = await owner.post(app.sites.consoleUrl('/o/acme/mfa/app/prove'), typed);
    expect([refused.status, refused.html.includes('We have sent 6 digits')]).toEqual([422, false]);
  });

  it.each(['app', 'backup code', 'passkey'])('does not keep out the owner, who has the %s', async (what) => {
    const person = await afterReset();
    const device = createAuthenticator(app);
    if (what === 'passkey') await givePasskey(app, person, device);
    const [code = '', ...codes] = generateBackupCodes();
    await app.services.mfaChanges.replaceBackupCodes(person.identity.id, [code, ...codes], {
      actor: { type: 'system' },
    });
    const owner = new Browser();
    await owner.get(app.sites.consoleUrl());
    if (what === 'app') await signInWithCode(owner, person);
    else {
      await owner.submit({ email: person.email, password: person.password }, '/password');
      // Begun is not done.
      expect(await markOf(person)).not.toBeNull();
      if (what === 'passkey') await answerWithPasskey(owner, device);
      else {
        await owner.get(owner.link('/recovery'));
        await owner.submit({ code }, '/recovery/backup-code');
        await owner.submit({ answer: 'no' }, '/enrol/offer');
      }
    }
    expect(owner.page?.url.href).toBe(app.sites.consoleUrl('/o/acme/'));
    expect(await markOf(person)).toBeNull();
    // From now on the mailbox is one factor of two again, until the next reset.
    const browser = await withoutApp(person);
    expect(actionsOf(browser).some((path) => path.endsWith('/recovery/send'))).toBe(true);
    await resetByMail(person, 'Meadow-5-Stone');
    const again = await withoutApp({ ...person, password: 'Meadow-5-Stone' });
    expect(actionsOf(again).some((path) => path.endsWith('/recovery/send'))).toBe(false);
  });

  it('does not keep out whom the operator has called back: the enrolment takes its code by mail', async () => {
    const person = await afterReset();
    const { systemLog, logSeal, tellPerson } = app.services;
    const desk = createOperatorDesk({ db: app.database.db, clock: app.clock, systemLog, tellPerson, logSeal });
    await desk.resetFactors(await desk.find(person.email), 'called back on the recovery phone');
    app.clock.advance(2000);
    await app.takeMail(person.email);
    const owner = new Browser();
    await owner.get(app.sites.consoleUrl());
    await owner.submit({ email: person.email, password: person.password }, '/password');
    await enrol(app, owner, person);
    expect(owner.page?.url.href).toBe(app.sites.consoleUrl('/o/acme/'));
    expect(await markOf(person)).toBeNull();
  });
});
