/** In a real Chromium, with script and without: the system log is filtered, paged, unfolded, exported; a webhook is made. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { describeIf } from '../support/skips.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

const inChromium = describeIf(hasChromium, '/usr/bin/chromium is not installed');
inChromium('The system log in Chromium', () => tell({}));
inChromium('The system log in Chromium with script switched off', () => tell({ javaScriptEnabled: false }));

function tell(how: BrowserContextOptions): void {
  let app: TestApp;
  let acme: Organization;
  let chromium: Browser;
  let receiver: Server;
  const visitors: Visitor[] = [];
  let people = 0;

  beforeAll(async () => {
    app = await startTestApp();
    acme = await organizationNamed(app, 'acme');
    for (let index = 0; index < 60; index++) {
      app.clock.advance(60_000);
      await app.services.systemLog.record({
        event: 'platform/connection/create',
        organizationId: acme.id,
        actor: { type: 'administrator', id: 'w', name: '山田 太郎' },
        target: { type: 'connection', id: `c${index}`, name: `Connection No${index}` },
        detail: { kind: 'saml' },
        clientAddress: '192.0.2.7',
      });
    }
    receiver = createServer((_request, response) => response.writeHead(204).end()).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    receiver?.close();
    await app?.close();
  });
  beforeEach(() => app.clock.advance(61_000));
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  const suffix = how.javaScriptEnabled === false ? '-no-script' : '';
  /** At the system log, by the menu. */
  async function arrive(): Promise<Visitor> {
    const who = await createAdministrator(app, [acme], `Log Reader No${++people}`);
    const visitor = await createVisitor(chromium, how);
    visitors.push(visitor);
    const { page } = visitor;
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel('Email').fill(who.email);
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await press(page, 'Sign in');
    await page.locator('input[name=code]').fill(who.code());
    await press(page, 'Continue');
    await page.getByRole('link', { name: 'System log' }).click();
    await page.getByRole('heading', { level: 1, name: 'System log' }).waitFor();
    return visitor;
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  it('is filtered, paged and unfolded by keyboard alone', async () => {
    const { page, look } = await arrive();
    await look(`system-log${suffix}`);
    await page.locator('summary', { hasText: /^Filter$/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Actor or target').focus();
    await page.keyboard.type('connection no');
    await page.keyboard.press('Enter');
    await page.waitForURL(/search=connection/);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(50);
    await page.getByRole('link', { name: 'Older' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/older=/);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(10);
    expect(await page.getByLabel('Actor or target').inputValue()).toBe('connection no');
    const details = page.locator('tbody summary').first();
    await details.focus();
    await page.keyboard.press('Enter');
    await page.getByText('platform/connection/create').first().waitFor();
    await look(`system-log-unfolded${suffix}`);
    await page.getByRole('link', { name: 'Newest' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(50);
    await page.getByRole('link', { name: 'Clear filter' }).click();
    await page.getByRole('link', { name: '24 hours' }).click();
    await page.locator('a[aria-current=page]', { hasText: '24 hours' }).waitFor();
  });

  it('says what is wrong with a day, and takes the focus there', async () => {
    const { page, look } = await arrive();
    await page.locator('summary', { hasText: /^Filter$/ }).click();
    await page.getByLabel('From').fill('2020-01-01');
    await press(page, 'Apply filter');
    await page.getByRole('alert').waitFor();
    await look(`system-log-wrong-day${suffix}`);
    await page.getByRole('alert').getByRole('link').click();
    expect(await page.evaluate('document.activeElement.id || location.hash.slice(1)')).toBe('from');
  });

  it('is exported as it is filtered', async () => {
    const { page } = await arrive();
    await page.locator('summary', { hasText: /^Filter$/ }).click();
    await page.getByLabel('Event', { exact: true }).selectOption({ label: 'Connection created' });
    await press(page, 'Apply filter');
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as CSV')]);
    expect(download.suggestedFilename()).toMatch(/^SystemLog-.+-\d{8}-\d{8}T\d{6}Z\.csv$/);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv.trim().split('\r\n')).toHaveLength(61);
    expect(csv).toContain('"山田 太郎"');
  });

  it('is sent to a webhook, whose secret is shown once', async () => {
    const { page, look } = await arrive();
    await page.getByRole('link', { name: 'Webhook' }).click();
    const { port } = receiver.address() as AddressInfo;
    await page.getByLabel('URL').fill(`http://127.0.0.1:${port}/hook`);
    await press(page, 'Create webhook');
    await page.getByText(/whsec_/).waitFor();
    await look(`log-webhook-created${suffix}`);
    await press(page, 'Send a test');
    await page.getByText('The receiver took the test.').waitFor();
    expect(await page.getByText(/whsec_/).count()).toBe(0);
    await look(`log-webhook${suffix}`);
    await press(page, 'Delete webhook');
    await page.getByText('The webhook was deleted.').waitFor();
  });
}
