/** CIT-4 to CIT-6 in a real Chromium: the first sign-in with the whole enrolment, a lost phone, changes; by keyboard, and without script. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { codeOf, mailedCode } from '../support/scenario/enrolment.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { describeIf } from '../support/skips.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

describeIf(hasChromium, '/usr/bin/chromium is not installed')('The second factor in Chromium', () => {
  let app: TestApp;
  let acme: Organization;
  let mailServer: MailServer;
  let chromium: Browser;
  let count = 0;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    mailServer = await startMailServer();
    app = await startTestApp({ mailServer });
    acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    await mailServer?.close();
  });
  beforeEach(() => app.clock.advance(61 * 60_000));
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  const somebody = (enrolled: boolean) =>
    createAdministrator(app, [acme], `Person ${'abcdefghijklm'[count++]}`, { enrolled });
  async function visit(options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await createVisitor(chromium, options);
    visitors.push(visitor);
    return visitor;
  }
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  async function givePassword(page: Page, { email, password }: TestAdministrator): Promise<void> {
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Sign in');
  }
  const shownKey = async (page: Page) =>
    ((await page.locator('.set-up-key code').textContent()) ?? '').replaceAll(' ', '');
  const arrived = (page: Page) => page.waitForURL(app.sites.consoleUrl('/o/acme/'));

  /** The whole enrolment, as the pages ask for it; gives the key and the codes that they showed. */
  async function enrol({ page, look }: Visitor, person: TestAdministrator, name: string) {
    await heading(page, 'Set up multi-factor authentication');
    await look(`${name}-1-start`);
    await button(page, 'Email me a code');
    await page.getByLabel('6-digit code').fill(await mailedCode(app, person.email));
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await look(`${name}-2-proof`);
    await button(page, 'Continue');
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    const key = await shownKey(page);
    await look(`${name}-3-app`);
    await page.getByLabel('6-digit code').fill(codeOf(app, key));
    await button(page, 'Continue');
    await page.getByLabel('Recovery phone number').fill('+81 3 1234 5678');
    await look(`${name}-4-phone`);
    await button(page, 'Continue');
    const codes = await page.locator('.backup-codes code').allTextContents();
    await look(`${name}-5-codes`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download as text file' }).click(),
    ]);
    const file = await readFile(await download.path(), 'utf8');
    for (const code of codes) expect(file).toContain(code);
    expect(download.suggestedFilename()).toMatch(/^sekisho-backup-codes-\d{4}-\d\d-\d\d\.txt$/);
    await page.getByLabel('I’ve saved these codes').check();
    await button(page, 'Continue');
    await heading(page, 'Everything is ready');
    await look(`${name}-6-finish`);
    await button(page, 'Finish');
    await arrived(page);
    return { key, codes };
  }

  it('is enrolled at the first sign-in, and asked for at the next', async () => {
    const person = await somebody(false);
    const visitor = await visit();
    await givePassword(visitor.page, person);
    const { key, codes } = await enrol(visitor, person, 'enrol');
    expect(codes).toHaveLength(10);
    app.clock.advance(30_000);
    const next = await visit();
    await givePassword(next.page, person);
    await next.page.getByLabel('6-digit code').fill(codeOf(app, key));
    await button(next.page, 'Continue');
    await arrived(next.page);
  });

  it('is enrolled just the same with script switched off, on a phone, in the dark', async () => {
    const person = await somebody(false);
    const visitor = await visit({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 780 },
      colorScheme: 'dark',
    });
    await givePassword(visitor.page, person);
    await enrol(visitor, person, 'enrol-no-script');
  });

  it('goes on after reload, Back and Forward, and keeps what was typed wrongly', async () => {
    const person = await somebody(false);
    const { page } = await visit();
    await givePassword(page, person);
    await button(page, 'Email me a code');
    const code = await mailedCode(app, person.email);
    await page.getByLabel('6-digit code').fill(code);
    await page.getByLabel('Password', { exact: true }).fill('Wrong-Password-1');
    await button(page, 'Continue');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').evaluate((element) => element === element.ownerDocument.activeElement)).toBe(
      true,
    );
    expect(await page.getByLabel('6-digit code').inputValue()).toBe(code);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await button(page, 'Continue');
    const key = await shownKey(page);
    await page.reload();
    expect(await shownKey(page)).toBe(key);
    await page.getByLabel('6-digit code').fill(codeOf(app, key));
    await button(page, 'Continue');
    await page.getByLabel('Recovery phone number').fill('03-1234-5678');
    await button(page, 'Continue');
    expect(await page.getByLabel('Recovery phone number').inputValue()).toBe('03-1234-5678');
    await page.getByLabel('Recovery phone number').fill('+81 3 1234 5678');
    await button(page, 'Continue');
    await heading(page, 'Save your backup codes');
    const codes = await page.locator('.backup-codes code').allTextContents();
    await page.getByRole('link', { name: 'Back', exact: true }).click();
    expect(await page.getByLabel('Recovery phone number').inputValue()).toBe('+81312345678');
    await page.goBack();
    await heading(page, 'Save your backup codes');
    expect(await page.locator('.backup-codes code').allTextContents()).toEqual(codes);
    await page.getByLabel('I’ve saved these codes').check();
    await button(page, 'Continue');
    await button(page, 'Finish');
    await arrived(page);
  });

  it('is enrolled by keyboard alone', async () => {
    const person = await somebody(false);
    const { page } = await visit();
    await page.goto(app.sites.consoleUrl());
    const { keyboard } = page;
    /** Presses Tab until what has the focus is called so. */
    async function tabTo(name: string): Promise<void> {
      for (let presses = 0; presses < 30; presses++) {
        const focused = page.locator(':focus');
        const called = (await focused.count())
          ? await focused.evaluate((element) => {
              const labels = (element as unknown as { labels?: Iterable<{ textContent: string }> }).labels;
              return labels ? [...labels].map((label) => label.textContent).join() : '';
            })
          : '';
        const text = called || ((await focused.count()) ? ((await focused.textContent()) ?? '') : '');
        if (text.trim() === name) return;
        await keyboard.press('Tab');
      }
      throw new Error(`"${name}" is not reached by Tab on ${page.url()}`);
    }
    async function press(name: string, title: string): Promise<void> {
      await tabTo(name);
      await keyboard.press('Enter');
      await heading(page, title);
    }
    await tabTo('Email');
    await keyboard.type(person.email);
    await tabTo('Password');
    await keyboard.type(person.password);
    await keyboard.press('Enter');
    await heading(page, 'Set up multi-factor authentication');
    await press('Email me a code', 'Confirm that it is you');
    await tabTo('6-digit code');
    await keyboard.type(await mailedCode(app, person.email));
    await tabTo('Password');
    await keyboard.type(person.password);
    await press('Continue', 'Connect your authenticator app');
    await tabTo('6-digit code');
    await keyboard.type(codeOf(app, await shownKey(page)));
    await keyboard.press('Enter');
    await heading(page, 'Add a recovery phone');
    await tabTo('Recovery phone number');
    await keyboard.type('+81312345678');
    await press('Continue', 'Save your backup codes');
    await tabTo('I’ve saved these codes');
    await keyboard.press('Space');
    await press('Continue', 'Everything is ready');
    await tabTo('Finish');
    await keyboard.press('Enter');
    await arrived(page);
  });

  it('lost with the phone: a backup code lets in, and another app is connected at once', async () => {
    const person = await somebody(true);
    await app.services.mfaChanges.replaceBackupCodes(person.identity.id, ['0123abcd'], { actor: { type: 'system' } });
    const { page, look } = await visit();
    await givePassword(page, person);
    await page.getByRole('link', { name: 'Don’t have your authenticator app?' }).click();
    await look('lost-1-ways');
    await page.getByLabel('Backup code').fill('0123 abcd');
    await button(page, 'Continue');
    await heading(page, 'Connect your authenticator app again?');
    await look('lost-2-offer');
    await button(page, 'Connect another app');
    const key = await shownKey(page);
    await look('lost-3-app');
    await page.getByLabel('6-digit code').fill(codeOf(app, key));
    await button(page, 'Continue');
    await arrived(page);
    expect((await app.services.mfaChanges.stateOf(person.identity.id)).backupCodesLeft).toBe(0);
  });

  it('left at home: a code by email lets in, in Japanese', async () => {
    const person = await somebody(true);
    const { page, look } = await visit({ locale: 'ja-JP' });
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel('メールアドレス').fill(person.email);
    await page.getByLabel('パスワード', { exact: true }).fill(person.password);
    await button(page, 'サインイン');
    await page.getByRole('link', { name: '認証アプリを使えない場合' }).click();
    await button(page, 'コードをメールで受け取る');
    await look('home-1-code-ja');
    const mail = await app.takeMail(person.email);
    expect(mail.subject).toBe('認証アプリを使わずにサインインするためのコード');
    await page.getByLabel('6桁のコード').fill(/^\s*(\d{6})\s*$/m.exec(mail.text)![1]!);
    await button(page, '続ける');
    await look('home-2-offer-ja');
    await button(page, '今はしない');
    await arrived(page);
  });

  it('is changed in the console: another app, new backup codes, another phone', async () => {
    const person = await somebody(true);
    const visitor = await visit();
    const { page, look } = visitor;
    await givePassword(page, person);
    await page.getByLabel('6-digit code').fill(person.code());
    await button(page, 'Continue');
    await arrived(page);
    app.clock.advance(30_000);
    await page.getByRole('link', { name: 'Multi-factor authentication' }).click();
    await heading(page, 'Multi-factor authentication');
    await look('change-1-overview');
    await page.getByRole('link', { name: 'Change app' }).click();
    await look('change-2-proof');
    await page.getByLabel('Code of your authenticator app').fill(person.code());
    await button(page, 'Continue');
    const key = await shownKey(page);
    await look('change-3-app');
    await page.getByLabel('6-digit code').fill(codeOf(app, key));
    await button(page, 'Connect app');
    await page.getByRole('status').waitFor();
    app.clock.advance(30_000);

    await page.getByRole('link', { name: 'Replace codes' }).click();
    await page.getByLabel('Code of your authenticator app').fill(codeOf(app, key));
    await button(page, 'Continue');
    expect(await page.locator('.backup-codes code').count()).toBe(10);
    await look('change-4-codes');
    await page.getByLabel('I’ve saved these codes').check();
    await button(page, 'Replace codes');
    await page.getByText('10 of 10').waitFor();

    await page.getByRole('link', { name: 'Change number' }).click();
    await page.getByRole('link', { name: 'With a code by email' }).click();
    await button(page, 'Email me a code');
    await page.getByLabel('Code from the mail').fill(await mailedCode(app, person.email));
    await button(page, 'Continue');
    await page.getByLabel('Recovery phone number').fill('+44 (0)20 7946 0000');
    await look('change-5-phone');
    await button(page, 'Save number');
    await page.getByText('+44••••••••00').waitFor();
    await look('change-6-done');
  });
});
