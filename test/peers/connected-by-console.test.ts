/**
 * Real providers connected as an administrator does it: in Chromium, through the console, from what the provider itself
 * publishes, ending in the test sign-in; then a subscriber signs in with it.
 */
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { samlCertificates } from '../../src/services.ts';
import { createVisitor, type Visitor } from '../browser/support/visitor.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { describeIf } from '../support/skips.ts';
import { hasLemonLdap, type LemonLdap, noLemonLdap, startLemonLdap } from './lemonldap/lemonldap.ts';
import {
  hasSimpleSamlPhp,
  noSimpleSamlPhp,
  type SimpleSamlPhp,
  startSimpleSamlPhp,
} from './simplesamlphp/simplesamlphp.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const client = { clientId: 'sekisho', clientSecret: 'only-for-this-test' };
const isPossible = hasChromium && hasSimpleSamlPhp && hasLemonLdap;
const reason = [
  hasChromium ? '' : '/usr/bin/chromium is not installed',
  hasSimpleSamlPhp ? '' : noSimpleSamlPhp,
  hasLemonLdap ? '' : noLemonLdap,
]
  .filter(Boolean)
  .join('; ');

describeIf(isPossible, reason)('A real provider, connected through the console in Chromium', () => {
  let app: TestApp;
  let simpleSaml: SimpleSamlPhp;
  let lemon: LemonLdap;
  let chromium: Chromium;
  let organization: Organization;
  let administrator: TestAdministrator;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    app = await startTestApp({ byPath: true });
    const { samlEntityId: entityId, acsUrl } = app.sites;
    const [certificate] = samlCertificates(app.services.keys(), app.clock.now());
    const sp = { entityId, acsUrl, certificate: certificate! };
    simpleSaml = await startSimpleSamlPhp({ sp });
    lemon = await startLemonLdap({
      sp,
      signs: 'both',
      client: { ...client, redirectUri: app.sites.callbackUrl('login-oidc') },
    });
    chromium = await launchChromium();
    organization = await app.services.organizations.create({ name: 'Peers KK', customerId: 'peers' });
    administrator = await createAdministrator(app, [organization]);
  });
  afterAll(async () => {
    await chromium?.close();
    await lemon?.close();
    await simpleSaml?.close();
    await app?.close();
  });
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(
      present.flatMap(({ problems }) => problems.filter((problem) => problem.includes(app.sites.accountsBase))),
    ).toEqual([]);
    // Codes of the next test are of another half minute.
    app.clock.advance(31_000);
  });

  async function visit(): Promise<Visitor> {
    const visitor = await createVisitor(chromium);
    visitors.push(visitor);
    return visitor;
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  /** On the page with the settings of a new connection. */
  async function begin(kind: string, name: string): Promise<Visitor> {
    const visitor = await visit();
    const { page } = visitor;
    await page.goto(app.sites.consoleUrl(`/o/peers/connections/new/${kind}`));
    await page.getByLabel('Email').fill(administrator.email);
    await page.getByLabel('Password', { exact: true }).fill(administrator.password);
    await press(page, 'Sign in');
    await page.getByLabel('Code', { exact: false }).first().fill(administrator.code());
    await press(page, 'Continue');
    if (!page.url().includes('/connections/new/'))
      await page.goto(app.sites.consoleUrl(`/o/peers/connections/new/${kind}`));
    await page.getByLabel('Name').fill(name);
    await press(page, 'Continue to settings');
    await page.getByRole('heading', { level: 1 }).waitFor();
    return visitor;
  }

  /** Test and Finish: a tab of its own for the provider, `signIn` there, and the result in the first. */
  async function testAndFinish(page: Page, signIn: (tab: Page) => Promise<void>): Promise<void> {
    await page.getByRole('link', { name: 'Test and finish' }).first().click();
    await press(page, 'Start the test');
    const link = page.getByRole('link', { name: /Sign in/ });
    await link.waitFor();
    const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await signIn(tab);
    await tab.getByText('You can close this tab').waitFor();
    await tab.close();
    await press(page, 'Finish');
    await page.getByText('Connected', { exact: true }).first().waitFor();
  }

  /** Chosen as the workspace's method; somebody else, who has never been here, signs in with it. */
  async function signInAtWorkspace(
    name: string,
    signIn: (page: Page) => Promise<void>,
    displayName: string,
  ): Promise<void> {
    const { connections, organizations } = app.services;
    const [connection] = (await connections.list(organization.id)).filter((each) => each.name === name);
    expect(connection).toMatchObject({ state: 'live' });
    await organizations.setSubscriberConnection(organization.id, connection!.id);
    const { page } = await visit();
    await page.goto(app.sites.workspaceUrl('peers'));
    await signIn(page);
    await page.getByText(displayName).first().waitFor();
    expect(page.url()).toBe(app.sites.workspaceUrl('peers'));
  }

  const atSimpleSaml = async (page: Page) => {
    await page.getByLabel('Username').fill(simpleSaml.credentials.username);
    await page.getByLabel('Password').fill(simpleSaml.credentials.password);
    await page.getByRole('button', { name: 'Login' }).click();
  };
  /** Its scripts are not served here (they are the web server's part), so its page with the answer is sent by hand. */
  const sendAnswer = async (page: Page) => {
    await page.locator('input[name=SAMLResponse]').waitFor({ state: 'attached' });
    await page.locator('form').evaluate((form) => (form as HTMLFormElement).submit());
  };
  const atLemonBySaml = async (page: Page) => {
    await atLemon(page);
    await sendAnswer(page);
  };
  const atLemon = async (page: Page) => {
    await page.locator('input[name=user]').fill(lemon.credentials.username);
    await page.locator('input[name=password]').fill(lemon.credentials.password);
    await page.locator('button[type=submit]').first().click();
  };

  it('SimpleSAMLphp: from the URL of its metadata', async () => {
    const { page } = await begin('saml', 'SimpleSAMLphp');
    await page.goto(page.url().replace('/draft', '/import'));
    await page.getByLabel('Metadata URL').fill(simpleSaml.entityId);
    await press(page, 'Fetch');
    await press(page, 'Put into the draft');
    await testAndFinish(page, atSimpleSaml);
    await signInAtWorkspace('SimpleSAMLphp', atSimpleSaml, 'Tanaka Hanako');
  });

  it('LemonLDAP::NG by SAML: from its metadata, pasted; it sends no UPN of its own', async () => {
    const { page } = await begin('saml', 'LemonLDAP by SAML');
    await page.goto(page.url().replace('/draft', '/import'));
    await page.getByLabel('Metadata', { exact: true }).fill(await lemon.metadata());
    await press(page, 'Read');
    await press(page, 'Put into the draft');
    await press(page, 'Continue editing');
    await page.getByText('Attributes', { exact: true }).click();
    await page.getByLabel('UPN attribute').fill('cip_email');
    await press(page, 'Save');
    await testAndFinish(page, atLemonBySaml);
    await signInAtWorkspace('LemonLDAP by SAML', atLemonBySaml, 'Doctor Who');
  });

  it('LemonLDAP::NG by OpenID Connect: from its issuer', async () => {
    const { page } = await begin('oidc', 'LemonLDAP by OpenID Connect');
    await page.getByLabel('Issuer').fill(lemon.url);
    await page.getByLabel('Client ID').fill(client.clientId);
    await page.getByLabel('Client secret').fill(client.clientSecret);
    await press(page, 'Save');
    await testAndFinish(page, atLemon);
    await signInAtWorkspace('LemonLDAP by OpenID Connect', atLemon, 'Doctor Who');
  });
});
