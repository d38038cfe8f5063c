/** CIT-2, CIT-3, CIT-8 in a real Chromium: too many wrong ones, too long unused, known from a breach, forgotten, changed. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { buildCompromisedPasswordsFile } from '../../src/directory/compromised-passwords-build.ts';
import { createPasswordHasher } from '../../src/directory/credentials.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { describeIf } from '../support/skips.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

const minute = 60_000;
const day = 24 * 60 * minute;
const leaked = 'Harbour-Bell-8';
const leakedToo = 'Garden-Gate-77';
const people = ['Hanako Sato', 'Taro Yamada', 'Jiro Yamada', 'Aiko Mori', 'Ken Ito', 'Mei Kato', 'Rin Abe', 'Yui Ono'];
const withoutScript = { javaScriptEnabled: false };

describeIf(hasChromium, '/usr/bin/chromium is not installed')('Passwords in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-leaked-'));
  let app: TestApp;
  let acme: Organization;
  let mailServer: MailServer;
  let chromium: Browser;
  let who: TestAdministrator;
  const visitors: Visitor[] = [];
  let next = 0;

  beforeAll(async () => {
    const list = join(folder, 'list.txt');
    const file = join(folder, 'list.sekisho');
    const hashes = [leaked, leakedToo].map((each) => createHash('sha1').update(each).digest('hex').toUpperCase());
    writeFileSync(list, hashes.map((hash) => `${hash}:17\n`).join(''));
    await buildCompromisedPasswordsFile({ from: list, to: file, now: 0 });
    mailServer = await startMailServer();
    app = await startTestApp({ mailServer, env: { SEKISHO_COMPROMISED_PASSWORDS_FILE: file } });
    acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    await mailServer?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    app.clock.advance(61 * minute);
    who = await createAdministrator(app, [acme], people[next++]);
  });
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  async function visit(options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await createVisitor(chromium, options);
    visitors.push(visitor);
    await visitor.page.goto(app.sites.consoleUrl());
    return visitor;
  }
  async function givePassword(page: Page, password = who.password): Promise<void> {
    await page.getByLabel('Email').fill(who.email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  async function giveCode(page: Page): Promise<void> {
    await page.getByLabel('6-digit code').fill(who.code());
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  async function giveNew(page: Page, password: string, button: string, repeated = password): Promise<void> {
    await page.getByLabel('New password', { exact: true }).fill(password);
    await page.getByLabel('New password again').fill(repeated);
    await page.getByRole('button', { name: button }).click();
  }
  const inConsole = (page: Page) => page.waitForURL(app.sites.consoleUrl('/o/acme/'));
  const rule = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });

  it('wrong ones up to the limit: told for how long, and the right one afterwards', async () => {
    const { page, look } = await visit();
    for (let round = 0; round < 10; round++) {
      await givePassword(page, `Wrong-Lantern-${round}`);
      await page.getByText('The email or the password is not correct.').waitFor();
    }
    await givePassword(page);
    await page.getByText(/Too many attempts. Please try again in/).waitFor();
    await look('password-throttled');
    app.clock.advance(minute);
    await givePassword(page);
    await giveCode(page);
    await inConsole(page);
  });

  it.each([
    ['with script', {}],
    ['without script', withoutScript],
  ] as const)('not used for more than sixty days, %s: another one first, then the console', async (how, options) => {
    app.clock.advance(61 * day);
    const { page, look } = await visit(options);
    await givePassword(page);
    await giveCode(page);
    await page.getByText('You have not used your password for more than 60 days').waitFor();
    const typed = page.getByLabel('New password', { exact: true });
    if (how === 'with script') {
      expect(await typed.evaluate((input) => input === document.activeElement)).toBe(true);
      await typed.pressSequentially('lamp');
      expect(await rule(page, 'lower-case').getAttribute('data-state')).toBe('kept');
      expect(await rule(page, '8 to 128').getAttribute('data-state')).toBe('open');
      await look('password-typing');
      // Told aloud once, after a pause.
      await page.getByRole('status').filter({ hasText: 'Rules fulfilled: 2 of 6' }).waitFor();
      await typed.fill(`Lamp-4-${who.email.split('@')[0]}`);
      expect(await rule(page, 'resemble').getAttribute('data-state')).toBe('open');
    }
    await giveNew(page, who.password, 'Set password and continue');
    await page.getByRole('alert').getByText('This is your current password').waitFor();
    await look('password-refused');
    await giveNew(page, 'Quiet-Lantern-4', 'Set password and continue');
    await inConsole(page);
    await look('password-replaced');
  });

  it('known from a breach: a sign-in demands another one, and that is refused as a new one too', async () => {
    await app.database.db
      .updateTable('identities')
      .set({ password_hash: await createPasswordHasher().hash(leaked) })
      .where('id', '=', who.identity.id)
      .execute();
    const { page, look } = await visit();
    await givePassword(page, leaked);
    await giveCode(page);
    await page.getByText('Your password is known from a data breach').waitFor();
    await look('password-compromised');
    await giveNew(page, 'Quiet-Lantern-4', 'Set password and continue');
    await inConsole(page);
    await page.getByRole('link', { name: 'Password', exact: true }).click();
    await page.getByLabel('Current password').fill('Quiet-Lantern-4');
    await giveNew(page, leakedToo, 'Change password');
    await page.getByRole('alert').getByText('known from a data breach').waitFor();
    await look('password-breach-refused');
  });

  it.each([
    ['with script', {}],
    ['without script', withoutScript],
  ] as const)('forgotten, %s: from the mail to signed in', async (how, options) => {
    const { page, look } = await visit(options);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await look(`forgotten-1-${how}`);
    await page.getByLabel('Email').fill(who.email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
    await look('forgotten-2');
    const link = /\S+\/password-reset\/\S+/.exec((await app.takeMail(who.email)).text)![0];
    await page.goto(link);
    await look('forgotten-3');
    await giveNew(page, 'Quiet-Lantern-4', 'Set password', 'Quiet-Lantern-5');
    await page.getByRole('alert').getByText('The two passwords are not the same.').waitFor();
    await giveNew(page, 'Quiet-Lantern-4', 'Set password');
    await page.getByRole('heading', { name: 'Your new password is set' }).waitFor();
    await look('forgotten-4');
    await page.getByRole('link', { name: 'Go to the sign-in page' }).click();
    await givePassword(page, 'Quiet-Lantern-4');
    await giveCode(page);
    await inConsole(page);
    await page.goto(link);
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    await look('forgotten-5');
  });

  it('changed in the console: this window goes on, the other one is told why it ended', async () => {
    const here = await visit();
    await givePassword(here.page);
    await giveCode(here.page);
    await inConsole(here.page);
    app.clock.advance(31_000);
    const there = await visit();
    await givePassword(there.page);
    await giveCode(there.page);
    await inConsole(there.page);
    await here.page.getByRole('link', { name: 'Password', exact: true }).click();
    await here.page.getByLabel('Current password').fill(who.password);
    await giveNew(here.page, 'Quiet-Lantern-4', 'Change password');
    await here.page.getByRole('status').filter({ hasText: 'Your password was changed' }).waitFor();
    await here.look('password-changed');
    await there.page.reload();
    await there.page.getByText('Your sign-in details were changed').waitFor();
    await there.look('password-changed-elsewhere');
  });
});
