/**
 * In a real Chromium, with script and without: a draft is tested in a tab of its own, the checklist fills in by itself,
 * a failure says what to do, and what has passed is finished.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import { describeIf } from '../support/skips.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

const inChromium = describeIf(hasChromium, '/usr/bin/chromium is not installed');
inChromium('Test and Finish in Chromium', () => tell({}));
inChromium('Test and Finish in Chromium with script switched off', () => tell({ javaScriptEnabled: false }));

function tell(how: BrowserContextOptions): void {
  let app: TestApp;
  let okta: Connected<Simulator>;
  let saml: Connected<SamlIdp>;
  let chromium: Browser;
  const visitors: Visitor[] = [];
  let people = 0;

  beforeAll(async () => {
    app = await startTestApp();
    okta = await connectOkta(app, 'acme');
    saml = await connectSaml(app, 'acme');
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await okta?.upstream.close();
    await saml?.upstream.close();
    await app?.close();
  });
  beforeEach(() => app.clock.advance(61_000));
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  const hasScript = how.javaScriptEnabled !== false;
  const suffix = hasScript ? '' : '-no-script';
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  const status = (page: Page, text: string) =>
    page.locator('[data-status]', { hasText: text }).waitFor({ timeout: 15_000 });

  async function arrive(): Promise<Visitor> {
    const who = await createAdministrator(app, [okta.organization], `Tester No${++people}`);
    const visitor = await createVisitor(chromium, how);
    visitors.push(visitor);
    const { page } = visitor;
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel('Email').fill(who.email);
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await press(page, 'Sign in');
    await page.locator('input[name=code]').fill(who.code());
    await press(page, 'Continue');
    await page.getByRole('heading', { level: 1 }).waitFor();
    return visitor;
  }

  /** In the tab that the link opens; it comes back, and is closed. */
  async function signInInTab(page: Page, link: RegExp): Promise<void> {
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: link }).click(),
    ]);
    // Without script a person presses the button of each form on the way.
    for (let step = 0; step < 3 && !hasScript; step++) {
      const go = tab.getByRole('button', { name: 'Continue' });
      const done = tab.getByRole('heading', { name: 'The test sign-in is complete' });
      await go.or(done).first().waitFor();
      if (await done.isVisible()) break;
      await go.click();
    }
    await tab.getByRole('heading', { name: 'The test sign-in is complete' }).waitFor();
    await tab.close();
  }

  it.each(['okta', 'saml'] as const)('a draft of %s fails, is tested again, passes and goes live', async (kind) => {
    const connected = { okta, saml }[kind];
    await app.services.connectionDrafts.open(operatorEditor, connected.connectionId);
    const { page, look } = await arrive();
    await page.goto(app.sites.consoleUrl(`/o/acme/connections/${connected.connectionId}/test`));
    await look(`connection-test-${kind}${suffix}`);
    await press(page, 'Start the test');
    const address = page.url();
    await status(page, 'Now sign in');
    await look(`connection-test-${kind}-ready${suffix}`);

    if (kind === 'okta') okta.upstream.misbehaveNext('audience-foreign');
    else saml.upstream.misbehaveNext('wrong-audience');
    await signInInTab(page, /^Sign in at/);
    // Nobody touches this page: it finds out by itself.
    await status(page, 'The test has failed');
    await page.getByText('meant for another').waitFor();
    expect(page.url().split('?')[0]).toBe(address);
    await look(`connection-test-${kind}-failed${suffix}`);

    await signInInTab(page, /again/);
    // Without script a failed test stands still, to be read.
    if (!hasScript) await page.goto(address);
    await status(page, 'The test has passed');
    const values = page.locator('details code', { hasText: /^S-1-5-21-/ }).first();
    expect(await values.isVisible()).toBe(false);
    await page.locator('summary', { hasText: 'Show my values' }).click();
    await values.waitFor();
    await look(`connection-test-${kind}-passed${suffix}`);

    await press(page, 'Finish');
    await page.getByText('The draft is live').waitFor();
    const connection = await app.services.connections.find(connected.connectionId);
    expect(connection).toMatchObject({ state: 'live' });
  });
}
