/** CIT-5: what the console shows of one's second factor, and changing app, backup codes and phone, each after a proof. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { backupCodesOn, codeOf, keyOn, mailedCode } from '../support/scenario/enrolment.ts';
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
beforeEach(() => app.clock.advance(3_600_000));

const url = (path = '') => app.sites.consoleUrl(`/o/acme/mfa${path}`);
/** Signed in, with the next code of the app still unused. */
async function signedIn(): Promise<{ person: TestAdministrator; browser: Browser }> {
  const person = await createAdministrator(app, [acme], `Person ${'abcdefghijklm'[count++]}`);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, person);
  app.clock.advance(30_000);
  return { person, browser };
}
const stateOf = ({ identity }: TestAdministrator) => app.services.mfaChanges.stateOf(identity.id);
const eventsOf = async ({ identity }: TestAdministrator) =>
  (await app.services.systemLog.list({ limit: 50 }))
    .filter(({ target }) => target?.id === identity.id)
    .map(({ event, organizationId }) => [event, organizationId]);

describe('The page about one’s second factor', () => {
  it('says since when the app is connected, how many codes are left, and shows the phone masked', async () => {
    const { person, browser } = await signedIn();
    const page = await browser.get(url());
    expect(page.html).toContain('Connected since');
    expect(page.html).toContain('0 of 10');
    expect(page.html).toContain('Not set');
    await app.services.mfaChanges.replacePhone(person.identity.id, '+819012345678', { actor: { type: 'system' } });
    const again = await browser.get(url());
    expect(again.html).toContain('+81••••••••78');
    expect(again.html).not.toContain('12345678');
    // Nothing here switches it off.
    expect(browser.forms().map(({ action }) => action.pathname)).toEqual(['/sign-out']);
    expect(again.html).not.toMatch(/remove|switch off<|disable/i);
  });
});

describe('Changing', () => {
  it('the app: the old one works up to the end, the new one from then on; told, and in the organization’s log', async () => {
    const { person, browser } = await signedIn();
    const other = new Browser();
    await other.get(app.sites.consoleUrl());
    await signInWithCode(other, person);
    app.clock.advance(30_000);
    await browser.get(url('/app'));
    await browser.submit({ code: person.code() }, '/mfa/app/prove');
    const key = keyOn(browser.page);
    expect(key).toMatch(/^[A-Z2-7]{32}$/);
    await browser.get(url('/app'));
    expect(keyOn(browser.page)).toBe(key);
    await browser.submit({ code: '' }, '/mfa/app');
    expect([browser.page?.status, keyOn(browser.page)]).toEqual([422, key]);
    await browser.submit({ code: codeOf(app, key) }, '/mfa/app');
    expect(browser.page?.html).toContain('The new authenticator app is connected');
    // Whoever has the old phone may have opened a session: the others end, this one goes on.
    const elsewhere = await other.get(app.sites.consoleUrl('/o/acme/'));
    expect(elsewhere.url.pathname).toBe('/signed-out');
    expect((await browser.get(url())).url.href).toBe(url());
    expect((await app.takeMail(person.email)).subject).toContain('authenticator app of your account was replaced');
    expect(await eventsOf(person)).toEqual(
      expect.arrayContaining([
        ['platform/authenticationdevice/delete', acme.id],
        ['platform/authenticationdevice/create', acme.id],
      ]),
    );
    app.clock.advance(30_000);
    const next = new Browser();
    await next.get(app.sites.consoleUrl());
    await next.submit({ email: person.email, password: person.password }, '/password');
    expect((await next.submit({ code: person.code() }, '/code')).status).toBe(422);
    expect((await next.submit({ code: codeOf(app, key) }, '/code')).url.href).toBe(app.sites.consoleUrl('/o/acme/'));
  });

  it('backup codes, after a code by email; the new set counts only when it has been confirmed as saved', async () => {
    const { person, browser } = await signedIn();
    await browser.get(url('/backup-codes?with=email_code'));
    await browser.submit({}, '/send');
    await browser.submit({ code: await mailedCode(app, person.email) }, '/prove');
    const codes = backupCodesOn(browser.page);
    expect(codes).toHaveLength(10);
    expect((await stateOf(person)).backupCodesLeft).toBe(0);
    const file = await browser.fetch('GET', browser.link('Download'));
    expect(file.headers['content-disposition']).toContain('attachment');
    for (const code of codes) expect(file.html).toContain(code);
    await browser.submit({}, /\/mfa\/backup-codes$/);
    expect(browser.page?.status).toBe(422);
    await browser.submit({ saved: 'on' }, /\/mfa\/backup-codes$/);
    expect(browser.page?.html).toContain('10 of 10');
    expect((await app.takeMail(person.email)).subject).toContain('used instead of your authenticator app');
    expect((await app.takeMail(person.email)).subject).toContain('backup codes were replaced');
    // Shown once: the page asks for a proof again.
    const again = await browser.get(url('/backup-codes'));
    expect(backupCodesOn(again)).toEqual([]);
  });

  it('the phone, after a backup code', async () => {
    const { person, browser } = await signedIn();
    await app.services.mfaChanges.replaceBackupCodes(person.identity.id, ['0123abcd'], { actor: { type: 'system' } });
    await app.takeMail(person.email);
    await browser.get(url('/phone?with=backup_code'));
    await browser.submit({ code: '0123 abcd' }, '/prove');
    await browser.submit({ phone: '0901234' }, /\/mfa\/phone$/);
    expect([browser.page?.status, browser.page?.html.includes('value="0901234"')]).toEqual([422, true]);
    await browser.submit({ phone: '0081 90 1234 5678' }, /\/mfa\/phone$/);
    expect(browser.page?.html).toContain('+81••••••••78');
    expect(await stateOf(person)).toMatchObject({ backupCodesLeft: 0, phone: '+81••••••••78' });
    expect((await app.takeMail(person.email)).text).toContain('Backup codes left: 0');
    expect((await app.takeMail(person.email)).subject).toContain('recovery phone number was changed');
  });

  it('is in the log of every organization of the person: the factor counts in all of them', async () => {
    const other = await app.services.organizations.create({ name: 'Other', customerId: 'other' });
    const person = await createAdministrator(app, [acme, other], 'Person of Two');
    await app.services.mfaChanges.replacePhone(person.identity.id, '+81312345678', { actor: { type: 'system' } });
    const where = (await eventsOf(person)).filter(([event]) => event === 'platform/recoveryphone/update');
    expect(where.map(([, organizationId]) => organizationId).sort()).toEqual([acme.id, other.id].sort());
    expect((await app.takeMail(person.email)).subject).toContain('recovery phone number was changed');
    await expect(app.takeMail(person.email)).rejects.toThrow('no mail');
  });

  it('begun and left is no change, and a quarter of an hour later the proof is asked for again', async () => {
    const { person, browser } = await signedIn();
    const before = await stateOf(person);
    await browser.get(url('/app'));
    await browser.submit({ code: person.code() }, '/prove');
    const key = keyOn(browser.page);
    app.clock.advance(15 * 60_000);
    const late = await browser.submit({ code: codeOf(app, key) }, /\/mfa\/app$/);
    expect(late.html).toContain('First confirm that it is you');
    expect(await stateOf(person)).toEqual(before);
    await browser.submit({ code: person.code() }, '/prove');
    expect(keyOn(browser.page)).not.toBe(key);
  });
});
