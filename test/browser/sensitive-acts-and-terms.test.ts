/** In a real Chromium, with script and without: fresh proof (CON-15), terms (CIT-10), several organizations (CIT-9), limits. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { requestLimits } from '../../src/http/request-limits.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser as Plain } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { describeIf } from '../support/skips.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

const inChromium = describeIf(hasChromium, '/usr/bin/chromium is not installed');
inChromium('In Chromium', () => tell({}));
inChromium('In Chromium with script switched off', () => tell({ javaScriptEnabled: false }));

function tell(how: BrowserContextOptions): void {
  let app: TestApp;
  let acme: Organization;
  let globex: Organization;
  let chromium: Browser;
  const visitors: Visitor[] = [];
  let people = 0;

  beforeAll(async () => {
    app = await startTestApp();
    acme = await organizationNamed(app, 'acme');
    globex = await organizationNamed(app, 'globex');
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });
  beforeEach(() => app.clock.advance(61_000));
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  const consoleUrl = (path: string) => app.sites.consoleUrl(`/o/acme${path}`);
  const suffix = how.javaScriptEnabled === false ? '-no-script' : '';
  const somebody = (organizations: Organization[], options = {}) =>
    createAdministrator(app, organizations, `Person No${++people}`, options);
  async function visit(options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await createVisitor(chromium, { ...how, ...options });
    visitors.push(visitor);
    return visitor;
  }
  async function signIn(page: Page, who: TestAdministrator, words = english): Promise<void> {
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel(words.email).fill(who.email);
    await page.getByLabel(words.password, { exact: true }).fill(who.password);
    await page.getByRole('button', { name: words.signIn, exact: true }).click();
    await page.locator('input[name=code]').fill(who.code());
    await page.getByRole('button', { name: words.goOn, exact: true }).click();
  }
  const english = { email: 'Email', password: 'Password', signIn: 'Sign in', goOn: 'Continue' };
  const japanese = { email: 'メールアドレス', password: 'パスワード', signIn: 'サインイン', goOn: '続ける' };

  it('a change that is saved late asks who it is, by keyboard, and then saves what had been typed', async () => {
    const who = await somebody([acme]);
    const { page, look } = await visit();
    await signIn(page, who);
    await page.goto(consoleUrl('/session-settings'));
    await page.getByLabel('Time limit in the browser').fill('17');
    app.clock.advance(11 * 60_000);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Confirm it’s you' }).waitFor();
    await look(`fresh-proof-1${suffix}`);
    // The control that is to be filled has the focus.
    await page.keyboard.type('Wrong-Horse-7');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByRole('link', { name: 'This password is not right.' }).waitFor();
    expect(await page.title()).toContain('Error: ');
    await look(`fresh-proof-2-wrong${suffix}`);
    await page.getByLabel('Code from your authenticator app').fill(who.code());
    await page.keyboard.press('Enter');
    await page.getByRole('status').waitFor();
    expect(await page.getByLabel('Time limit in the browser').inputValue()).toBe('17');
    expect((await app.services.organizations.find(acme.id))?.settings.subscriberWebHours).toBe(17);
    await look(`fresh-proof-3-saved${suffix}`);
  });

  it('“Cancel” leads back to the form, and nothing is changed', async () => {
    const { page } = await visit();
    await signIn(page, await somebody([acme]));
    await page.goto(consoleUrl('/session-settings'));
    await page.getByLabel('Time limit in the browser').fill('19');
    app.clock.advance(11 * 60_000);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.waitForURL(consoleUrl('/session-settings'));
    expect(await page.getByLabel('Time limit in the browser').inputValue()).not.toBe('19');
  });

  it('the terms of service are declined, read again, and accepted, in Japanese', async () => {
    const who = await somebody([acme], { termsAccepted: false });
    const { page, look } = await visit({ locale: 'ja-JP' });
    await signIn(page, who, japanese);
    await page.getByRole('heading', { level: 1, name: '利用規約' }).waitFor();
    await look(`terms-1-ja${suffix}`);
    await page.getByRole('button', { name: '同意しない' }).click();
    await page.getByRole('heading', { level: 1, name: '利用規約に同意されませんでした' }).waitFor();
    await look(`terms-2-declined-ja${suffix}`);
    await page.goto(consoleUrl('/'));
    expect(await page.locator('input[name=password]').count()).toBe(1);
    app.clock.advance(31_000);
    await signIn(page, who, japanese);
    await page.getByRole('button', { name: '同意して続ける' }).click();
    await page.waitForURL(consoleUrl('/'));
    // Never again for this version.
    const later = await visit();
    app.clock.advance(31_000);
    await signIn(later.page, who);
    await later.page.waitForURL(consoleUrl('/'));
  });

  it('one of two organizations opens by itself after it was chosen for always, until one asks to be asked again', async () => {
    const who = await somebody([acme, globex]);
    const { page, look } = await visit();
    await signIn(page, who);
    await page.getByRole('heading', { level: 1, name: 'Choose an organization' }).waitFor();
    await look(`organizations-1${suffix}`);
    await page.getByRole('button', { name: 'Always open (The globex company)' }).click();
    await page.waitForURL(app.sites.consoleUrl('/o/globex/'));
    await page.goto(app.sites.consoleUrl());
    await page.waitForURL(app.sites.consoleUrl('/o/globex/'));
    // Switching stays possible, without signing in; the other tab keeps its own organization.
    const other = await page.context().newPage();
    await page.getByRole('link', { name: 'Switch' }).click();
    await look(`organizations-2-remembered${suffix}`);
    await page.getByRole('link', { name: 'The acme company' }).click();
    await page.waitForURL(consoleUrl('/'));
    await other.goto(app.sites.consoleUrl('/o/globex/session-settings'));
    await page.getByRole('link', { name: 'Session settings' }).click();
    await page.getByRole('heading', { level: 1, name: 'Session settings' }).waitFor();
    expect(await other.locator('.organization-name').textContent()).toBe('The globex company');
    expect(await page.locator('.organization-name').textContent()).toBe('The acme company');
    await page.goto(app.sites.consoleUrl('/organizations'));
    await page.getByRole('button', { name: 'Ask me again (The globex company)' }).click();
    await page.goto(app.sites.consoleUrl());
    await page.waitForURL(app.sites.consoleUrl('/organizations'));
  });

  it('whoever asks too often is told why and for how long, and goes on afterwards', async () => {
    const { page, look } = await visit();
    await page.goto(app.sites.consoleUrl());
    await page.getByRole('link', { name: 'Sign in with my company credentials' }).click();
    app.clock.advance(60_000 - (app.clock.now() % 60_000));
    const stranger = new Plain();
    const url = `${app.sites.signinUrl('x')}/company`;
    await Promise.all(Array.from({ length: requestLimits.names.max }, () => stranger.fetch('POST', url, 'a=b')));
    const typed = page.locator('input[name=organization]');
    await typed.fill('somewhere');
    await typed.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Too many attempts' }).waitFor();
    await look(`limited${suffix}`);
    app.clock.advance(60_000);
    await page.goBack();
    await typed.fill('somewhere');
    await typed.press('Enter');
    await page.getByRole('alert').or(page.locator('.field-error')).first().waitFor();
  });
}
