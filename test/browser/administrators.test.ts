/** SPEC §12 and CIT-10 in a real Chromium: from the operator's link to the console, invited, invited again, and removed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { readConfig } from '../../src/config/config.ts';
import { openSealingKeys } from '../../src/config/sealing-key-file.ts';
import { permissionNames } from '../../src/directory/permissions.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { codeOf, mailedCode } from '../support/scenario/enrolment.ts';
import { linkIn } from '../support/scenario/invitations.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { describeIf } from '../support/skips.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 90_000 });

const password = 'Tanuki-Forest-42';
const noScript = { javaScriptEnabled: false };
/** Key of each person's authenticator app. */
const apps = new Map<string, string>();

describeIf(hasChromium, '/usr/bin/chromium is not installed')('The life of an administrator, in Chromium', () => {
  let folder: string;
  let app: TestApp;
  let mailServer: MailServer;
  let chromium: Browser;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-administrators-'));
    mailServer = await startMailServer();
    const sealingKeys = openSealingKeys(readConfig({ SEKISHO_DATA: folder }));
    app = await startTestApp({ folder, sealingKeys, mailServer });
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    await mailServer?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
    // Codes of the next test are of another half minute, and sign-ins of another window.
    app.clock.advance(16 * 60_000);
  });

  async function visit(options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await createVisitor(chromium, options);
    visitors.push(visitor);
    return visitor;
  }
  const consoleUrl = (path = '/') => app.sites.consoleUrl(`/o/tanuki-trading${path}`);
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  /** From the link to the page that says that it is accepted. */
  async function accept({ page, look }: Visitor, link: string, name: string): Promise<void> {
    await page.goto(link);
    await heading(page, 'Administer Tanuki Trading');
    await look(`invitation-1-review-${name}`);
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('New password', { exact: true }).fill(password);
    await page.getByLabel('New password again').fill(password);
    await look(`invitation-2-account-${name}`);
    await press(page, 'Create account and accept');
    await heading(page, 'The invitation is accepted');
    await look(`invitation-3-accepted-${name}`);
  }

  /** The first sign-in: everything that is asked for until the console. */
  async function signInFirst({ page, look }: Visitor, email: string): Promise<void> {
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await press(page, 'Sign in');
    await press(page, 'Email me a code');
    await page.getByLabel('6-digit code').fill(await mailedCode(app, email));
    await page.getByLabel('Password', { exact: true }).fill(password);
    await press(page, 'Continue');
    await heading(page, 'Connect your authenticator app');
    const shown = await page.locator('code').allTextContents();
    const key = shown.map((text) => text.replaceAll(' ', '')).find((text) => /^[A-Z2-7]{32,}$/.test(text))!;
    apps.set(email, key);
    await page.getByLabel('6-digit code').fill(codeOf(app, key));
    await press(page, 'Continue');
    await page.getByLabel('Recovery phone').fill('+81 3-1234-5678');
    await press(page, 'Continue');
    await page.getByLabel('I’ve saved these codes').check();
    await press(page, 'Continue');
    await press(page, 'Finish');
    await heading(page, 'Terms of service');
    await look(`first-sign-in-terms-${email}`);
    await press(page, 'Accept and continue');
    await page.waitForURL(consoleUrl());
  }

  async function signIn({ page }: Visitor, email: string): Promise<void> {
    app.clock.advance(31_000);
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await press(page, 'Sign in');
    await page.getByLabel('6-digit code').fill(codeOf(app, apps.get(email)!));
    await press(page, 'Continue');
    await page.waitForURL(consoleUrl());
  }

  const kaori = 'kaori@tanuki.example';
  const naoki = 'naoki@tanuki.example';
  const inviteByKeyboard = async ({ page }: Visitor, email: string): Promise<void> => {
    const at = (selector: string) => page.evaluate((wanted) => document.activeElement?.matches(wanted), selector);
    const tabTo = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        if (await at(selector)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    await tabTo('a[href$="/administrators"]');
    await page.keyboard.press('Enter');
    await heading(page, 'Administrators');
    await tabTo('a[href$="/administrators/invite"]');
    await page.keyboard.press('Enter');
    await heading(page, 'Invite an administrator');
    // The first field has the focus already.
    await tabTo('#email');
    await page.keyboard.type(email);
    // Custom access is what is selected already.
    await tabTo('#access-1');
    await tabTo('[name="permission-system-log"]');
    await page.keyboard.press('Space');
    await tabTo('main button[type="submit"]');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('The invitation was sent.').waitFor();
  };

  it('the first one goes from the operator’s link through review, password, second factor and terms to the console', async () => {
    let out = '';
    const streams = {
      stdin: process.stdin,
      stdout: new Writable({
        write(chunk, _encoding, done) {
          out += chunk;
          done();
        },
      }),
      stderr: process.stderr,
    };
    const env = {
      SEKISHO_DATA: folder,
      SEKISHO_DOMAIN: `http://localhost:${app.port}`,
      SEKISHO_SMTP_URL: mailServer.url,
    };
    const words = ['organization', 'create', '--name', 'Tanuki Trading', '--admin', kaori];
    expect(await runCli(words, env, streams)).toBe(0);
    const link = linkIn(out);
    expect(linkIn((await app.takeMail(kaori)).text)).toBe(link);

    const visitor = await visit();
    await accept(visitor, link, 'Kaori Mori');
    await signInFirst(visitor, kaori);
    await visitor.look('first-console');
    await visitor.page.getByRole('link', { name: 'Administrators', exact: true }).click();
    await visitor.page.getByRole('rowheader', { name: 'Kaori Mori' }).waitFor();
    await visitor.look('administrators-1-one');
  });

  it('invites by keyboard alone; without script the invited one comes in, sees what is granted, and is told no elsewhere', async () => {
    const owner = await visit();
    await signIn(owner, kaori);
    await inviteByKeyboard(owner, naoki);
    await owner.look('administrators-2-invited');

    const invited = await visit(noScript);
    const link = linkIn((await app.takeMail(naoki)).text);
    await accept(invited, link, 'Naoki Abe');
    await signInFirst(invited, naoki);
    const menu = await invited.page.getByRole('navigation', { name: 'Console' }).getByRole('link').allTextContents();
    expect(menu).toContain('System log');
    expect(menu).not.toContain('Administrators');
    expect(menu).not.toContain('Authentication');
    await invited.page.getByRole('link', { name: 'System log' }).click();
    await heading(invited.page, 'System log');
    for (const path of ['/administrators', '/administrators/invite', '/connections', '/organization-sessions']) {
      const answer = await invited.page.goto(consoleUrl(path));
      expect([path, answer?.status()]).toEqual([path, 403]);
      await heading(invited.page, 'You do not have access to this page');
    }

    // Used: whoever comes back to the mail is led on, not refused.
    await invited.page.goto(link);
    await heading(invited.page, 'The invitation is accepted');

    // Removed while signed in: without script too the next click says so.
    await owner.page.goto(consoleUrl('/administrators'));
    await owner.page
      .getByRole('row', { name: 'Naoki Abe' })
      .getByRole('link', { name: /^Delete/ })
      .click();
    await owner.page.getByText('Naoki Abe loses access at once').waitFor();
    await owner.look('administrators-3-delete');
    await press(owner.page, 'Delete');
    await owner.page.getByRole('status').getByText('The administrator was deleted.').waitFor();
    await invited.page.goto(consoleUrl('/system-log'));
    await invited.page.getByText('Your access was removed.').waitFor();
  });

  it('invites somebody who has an account, who accepts with one button and signs in as always', async () => {
    const other = await app.services.organizations.create({ name: 'Kitsune Foods', customerId: 'kitsune' });
    const taro = await createAdministrator(app, [other], 'Taro Yamada');
    const owner = await visit();
    await signIn(owner, kaori);
    await owner.page.goto(consoleUrl('/administrators/invite'));
    await owner.page.getByLabel('Email').fill(taro.email);
    await owner.page.getByLabel('Full access', { exact: true }).check();
    await press(owner.page, 'Send the invitation');
    await owner.page.getByRole('status').getByText('The invitation was sent.').waitFor();

    const visitor = await visit();
    await visitor.page.goto(linkIn((await app.takeMail(taro.email)).text));
    await visitor.page.getByText('You have an account with this email already.').waitFor();
    await visitor.look('invitation-4-existing');
    await press(visitor.page, 'Accept the invitation');
    await heading(visitor.page, 'The invitation is accepted');
    await visitor.page.getByRole('link', { name: 'Sign in' }).click();
    await visitor.page.getByLabel('Email').fill(taro.email);
    await visitor.page.getByLabel('Password', { exact: true }).fill(taro.password);
    await press(visitor.page, 'Sign in');
    await visitor.page.getByLabel('6-digit code').fill(taro.code());
    await press(visitor.page, 'Continue');
    await visitor.page.waitForURL(consoleUrl());
    await visitor.page.goto(app.sites.consoleUrl('/organizations'));
    await visitor.page.getByRole('link', { name: 'Kitsune Foods' }).waitFor();
  });

  it('edits access, acts on several at once, and is told what cannot be done', async () => {
    const owner = await visit();
    const { page, look } = owner;
    await signIn(owner, kaori);
    for (const email of ['one@tanuki.example', 'two@tanuki.example']) {
      await page.goto(consoleUrl('/administrators/invite'));
      await page.getByLabel('Email').fill(email);
      await page.getByLabel('Custom access', { exact: true }).check();
      await page.getByLabel('Library', { exact: true }).check();
      await press(page, 'Send the invitation');
      await page.getByRole('status').getByText('The invitation was sent.').waitFor();
    }
    await page.getByRole('row', { name: 'one@tanuki.example' }).getByRole('link', { name: /^Edit/ }).click();
    await heading(page, 'Access of one@tanuki.example');
    await look('administrators-4-edit');
    expect(await page.getByRole('checkbox').count()).toBe(permissionNames.length);
    await page.getByLabel('Library', { exact: true }).uncheck();
    await press(page, 'Save');
    await page.getByRole('alert').getByText('Select at least one permission.').waitFor();
    await look('administrators-5-edit-error');
    await page.getByLabel('Domains', { exact: true }).check();
    await press(page, 'Save');
    await page.getByRole('status').getByText('The access was changed.').waitFor();

    await page.getByLabel('Select one@tanuki.example').check();
    await page.getByLabel('Select Taro Yamada').check();
    await page.getByRole('button', { name: /^Resend invitations/ }).click();
    await heading(page, 'Not everything could be done');
    await look('administrators-6-refused');
    await page.getByRole('link', { name: 'Back to the list' }).click();
    for (const name of ['one', 'two']) await page.getByLabel(`Select ${name}@tanuki.example`).check();
    await page
      .locator('#selected')
      .getByRole('button', { name: /^Delete/ })
      .click();
    await heading(page, 'Delete 2 administrators from Tanuki Trading?');
    await look('administrators-7-delete-several');
    await press(page, 'Delete');
    await page.getByRole('status').getByText('The administrators were deleted.').waitFor();
    expect(await page.getByText('one@tanuki.example').count()).toBe(0);

    // Deleted: the link says so.
    const stranger = await visit();
    await stranger.page.goto(linkIn((await app.takeMail('two@tanuki.example')).text));
    await heading(stranger.page, 'This invitation was taken back');
    await stranger.look('invitation-5-deleted');
  });

  it('sends an invitation that nobody follows: after five days its link says that it is no longer valid', async () => {
    const owner = await visit();
    await signIn(owner, kaori);
    await owner.page.goto(consoleUrl('/administrators/invite'));
    await owner.page.getByLabel('Email').fill('late@tanuki.example');
    await owner.page.getByLabel('Full access', { exact: true }).check();
    await press(owner.page, 'Send the invitation');
    const link = linkIn((await app.takeMail('late@tanuki.example')).text);
    app.clock.advance(5 * 86_400_000);
    const late = await visit({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await late.page.goto(link);
    await heading(late.page, 'This invitation is no longer valid');
    await late.look('invitation-6-expired');
    await late.page.goto(`${link}x`);
    await heading(late.page, 'This link is not valid');

    const again = await visit();
    await signIn(again, kaori);
    await again.page.goto(consoleUrl('/administrators?ui_locales=ja'));
    await again.page.getByRole('row', { name: 'late@tanuki.example' }).getByText('期限切れ').waitFor();
    await again.look('administrators-8-expired-ja');
  });
});
