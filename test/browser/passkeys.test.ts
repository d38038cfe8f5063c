/** CIT-4 in a real Chromium, with the authenticator that it lends to tests: passkeys from the first to the last. */
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { withPasskeys } from '../support/scenario/passkeys.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { describeIf } from '../support/skips.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

const minute = 60_000;
const people = ['Hanako Sato', 'Taro Yamada', 'Jiro Yamada', 'Aiko Mori', 'Ken Ito', 'Mei Kato', 'Rin Abe', 'Yui Ono'];

const inChromium = describeIf(hasChromium, '/usr/bin/chromium is not installed');
inChromium('Passkeys in Chromium, a host for each service', () => tell(withPasskeys));
inChromium('Passkeys in Chromium, one public URL', () => tell(async () => ({ byPath: true })));

function tell(howToStart: () => Promise<TestAppOptions>): void {
  let app: TestApp;
  let acme: Organization;
  let mailServer: MailServer;
  let chromium: Browser;
  const visitors: Visitor[] = [];
  let next = 0;

  beforeAll(async () => {
    mailServer = await startMailServer();
    app = await startTestApp({ ...(await howToStart()), mailServer });
    acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    await mailServer?.close();
  });
  beforeEach(() => app.clock.advance(61 * minute));
  afterEach(async () => {
    const present = visitors.splice(0);
    for (const { leave } of present) await leave();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  const consoleUrl = (path = '/') => app.sites.consoleUrl(`/o/acme${path}`);
  const somebody = () => createAdministrator(app, [acme], people[next++]);

  async function visit(options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await createVisitor(chromium, options);
    visitors.push(visitor);
    return visitor;
  }

  /** A phone or laptop that the person unlocks. `inField`: the browser may offer passkeys by itself, and then takes one. */
  async function withDevice(how: { inField?: boolean } = {}) {
    const visitor = await visit();
    const { page } = visitor;
    if (!how.inField) {
      await page.addInitScript(() => {
        const { PublicKeyCredential: api } = globalThis as never as { PublicKeyCredential: object };
        Object.assign(api, { isConditionalMediationAvailable: async () => false });
      });
    }
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable', { enableUI: false });
    return { ...visitor, devtools, authenticatorId: await addAuthenticator(devtools) };
  }

  async function addAuthenticator(devtools: CDPSession): Promise<string> {
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return authenticatorId;
  }

  async function givePassword(page: Page, who: TestAdministrator): Promise<void> {
    await page.goto(app.sites.consoleUrl());
    await page.getByLabel('Email').fill(who.email);
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('6-digit code').waitFor();
  }
  async function signInWithCode(page: Page, who: TestAdministrator): Promise<void> {
    await givePassword(page, who);
    await page.getByLabel('6-digit code').fill(who.code());
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(consoleUrl());
  }
  async function register(page: Page, name: string): Promise<void> {
    await page.getByRole('link', { name: 'Passkeys' }).click();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name of the passkey').fill(name);
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await page.getByRole('status').waitFor();
  }
  async function signOut(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  }

  it('one is added, told of by mail, and then opens the console without email, password and code', async () => {
    const who = await somebody();
    const { page, look } = await withDevice();
    await signInWithCode(page, who);
    await page.getByRole('link', { name: 'Passkeys' }).click();
    await look('passkeys-1-none');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    expect(await page.getByLabel('Name of the passkey').inputValue()).toContain('Linux');
    await look('passkeys-2-new');
    // By keyboard alone.
    await page.getByLabel('Name of the passkey').fill('仕事用のノート');
    await page.getByLabel('Name of the passkey').press('Enter');
    await page.getByText('The passkey was added.').waitFor();
    await look('passkeys-3-added');
    expect(await page.getByRole('row', { name: '仕事用のノート' }).textContent()).toContain('Never');
    const mail = await app.takeMail(who.email);
    expect(mail.text).toContain('仕事用のノート');

    await signOut(page);
    await page.goto(app.sites.consoleUrl());
    await look('passkeys-4-sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(consoleUrl());
    await page.getByText('Security key or passkey').waitFor();
    await page.getByRole('link', { name: 'Passkeys' }).click();
    expect(await page.getByRole('row', { name: '仕事用のノート' }).textContent()).not.toContain('Never');
  });

  it('the browser offers it in the field of the email, and nothing has to be clicked on the page', async () => {
    const who = await somebody();
    const { page } = await withDevice({ inField: true });
    await signInWithCode(page, who);
    await register(page, 'Phone');
    await signOut(page);
    await page.goto(app.sites.consoleUrl());
    await page.waitForURL(consoleUrl());
  });

  it('it stands in for the code after the password', async () => {
    const who = await somebody();
    const { page, look } = await withDevice();
    await signInWithCode(page, who);
    await register(page, 'Phone');
    await signOut(page);
    await givePassword(page, who);
    await look('passkeys-5-code');
    await page.getByRole('button', { name: 'Use a passkey instead' }).click();
    await page.waitForURL(consoleUrl());
  });

  it('a device that did not recognize the person is told of, and the password still opens', async () => {
    const who = await somebody();
    const { page, look, devtools, authenticatorId } = await withDevice();
    await signInWithCode(page, who);
    await register(page, 'Phone');
    await signOut(page);
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto(app.sites.consoleUrl());
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('No passkey was used').waitFor();
    await look('passkeys-6-cancelled');
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).isEnabled()).toBe(true);
    app.clock.advance(minute);
    await signInWithCode(page, who);
  });

  it('the same device is not registered twice; another is', async () => {
    const who = await somebody();
    const { page, devtools, authenticatorId } = await withDevice();
    await signInWithCode(page, who);
    await register(page, 'Phone');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await page.getByText('This device already has a passkey').waitFor();
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    await addAuthenticator(devtools);
    await page.getByLabel('Name of the passkey').fill('Tablet');
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await page.getByRole('row', { name: 'Tablet' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
  });

  it('it is renamed and removed; what is sensitive asks for a fresh proof first', async () => {
    const who = await somebody();
    const { page, look } = await withDevice();
    await signInWithCode(page, who);
    await register(page, 'Phone');
    await page.getByRole('link', { name: 'Rename' }).click();
    await page.getByLabel('Name of the passkey').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await look('passkeys-7-rename');
    await page.getByLabel('Name of the passkey').fill('Old phone');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The passkey was renamed.').waitFor();

    app.clock.advance(11 * minute);
    await page.getByRole('link', { name: 'Remove' }).click();
    await look('passkeys-8-remove');
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await page.getByRole('button', { name: 'Confirm and continue' }).click();
    await page.getByText('The passkey was removed.').waitFor();

    await signOut(page);
    await page.goto(app.sites.consoleUrl());
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    // The authenticator still has it: it is refused here, and the person is told.
    await page.getByText('This passkey was not accepted').waitFor();
  });

  it('it proves anew who one is, before what is sensitive', async () => {
    const who = await somebody();
    const { page, look } = await withDevice();
    await signInWithCode(page, who);
    await register(page, 'Phone');
    app.clock.advance(11 * minute);
    await page.getByRole('link', { name: 'Session settings' }).click();
    await page.getByLabel('Time limit in the browser').fill('31');
    await page.getByRole('button', { name: 'Save' }).click();
    await look('passkeys-9-proof');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('The settings were saved.').waitFor();
    expect((await app.services.organizations.find(acme.id))?.settings.subscriberWebHours).toBe(31);
  });

  it('with script switched off nothing of it is offered, and everything else works', async () => {
    const who = await somebody();
    const { page } = await withDevice();
    await signInWithCode(page, who);
    await register(page, 'Phone');
    const { page: plain } = await visit({ javaScriptEnabled: false });
    await plain.goto(app.sites.consoleUrl());
    expect(await plain.getByRole('button', { name: 'passkey' }).count()).toBe(0);
    app.clock.advance(minute);
    await givePassword(plain, who);
    expect(await plain.getByRole('button', { name: 'passkey' }).count()).toBe(0);
    await plain.getByLabel('6-digit code').fill(who.code());
    await plain.getByRole('button', { name: 'Continue' }).click();
    await plain.getByRole('link', { name: 'Passkeys' }).click();
    await plain.getByText('No passkey can be added here').waitFor();
    expect(await plain.getByRole('button', { name: 'Add a passkey' }).count()).toBe(0);
    await plain.getByRole('link', { name: 'Rename' }).click();
    await plain.getByLabel('Name of the passkey').fill('Renamed');
    await plain.getByRole('button', { name: 'Save' }).click();
    await plain.getByRole('row', { name: 'Renamed' }).waitFor();
    await plain.getByRole('link', { name: 'Remove' }).click();
    await plain.getByRole('button', { name: 'Remove' }).click();
    await plain.getByText('The passkey was removed.').waitFor();
  });
}
