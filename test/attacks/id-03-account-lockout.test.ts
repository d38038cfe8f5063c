/** SECURITY ID-03: whoever fails on purpose in somebody's name does not keep them out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

const minute = 60_000;
let mailServer: MailServer;
let app: TestApp;
let who: TestAdministrator;
let number = 0;
beforeAll(async () => {
  mailServer = await startMailServer();
  const env = {
    SEKISHO_PASSWORD_MEMORY: '8192',
    SEKISHO_PASSWORD_ITERATIONS: '1',
    SEKISHO_TRUSTED_PROXIES: '127.0.0.1',
  };
  app = await startTestApp({ mailServer, env });
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
beforeEach(async () => {
  app.clock.advance(25 * 60 * minute);
  const customerId = `acme-${++number}`;
  const organization = await app.services.organizations.create({ name: 'Acme', customerId, workspaceName: customerId });
  who = await createAdministrator(app, [organization], `Person Number${number}`);
});

const from = (address: string) => new Browser({ headers: { 'x-forwarded-for': address } });
async function open(browser: Browser): Promise<Browser> {
  await browser.get(app.sites.consoleUrl());
  return browser;
}
/** Wrong passwords in this name, from so many networks, as many as are taken. */
async function besiege(networks: number): Promise<void> {
  for (let network = 0; network < networks; network++) {
    const browser = await open(from(`198.18.${network}.1`));
    for (let round = 0; round < 4; round++)
      await browser.submit({ email: who.email, password: `Wrong-${round}` }, '/password');
  }
}
const signIn = async (browser: Browser) =>
  (await signInWithCode(await open(browser), who).catch(() => browser.page!)).url.pathname;

describe('The owner of an account that strangers fail at', () => {
  it('signs in at once with a browser that has been there before, also through the strangers’ own network', async () => {
    const browser = from('198.18.0.9');
    expect(await signIn(browser)).toContain('/o/acme-');
    await open(browser);
    await browser.get(app.sites.consoleUrl('/'));
    const known = from('198.18.0.9');
    known.cookies.push(...browser.cookies.filter(({ name }) => name === 'device'));
    await besiege(12);
    app.clock.advance(31_000);
    expect(await signIn(known)).toContain('/o/acme-');
  });

  it('gets in with a new browser after minutes, not hours', async () => {
    await besiege(12);
    const fresh = from('203.0.113.50');
    expect(await signIn(fresh)).toContain('/password');
    expect(fresh.page?.status).toBe(429);
    expect(Number(fresh.page?.headers['retry-after'])).toBeLessThanOrEqual(300);
    app.clock.advance(5 * minute);
    expect(await signIn(fresh)).toContain('/o/acme-');
  });

  it('or at once by way of the mailbox, while the siege goes on', async () => {
    await besiege(12);
    const fresh = await open(from('203.0.113.50'));
    await fresh.get(fresh.link('/forgotten'));
    await fresh.submit({ email: who.email }, '/forgotten');
    const link = /\S+\/password-reset\/\S+/.exec((await app.takeMail(who.email)).text)![0];
    await fresh.get(link);
    await fresh.submit({ newPassword: 'Lantern-4-Hill', repeatedPassword: 'Lantern-4-Hill' }, '/password-reset');
    await besiege(12);
    who = { ...who, password: 'Lantern-4-Hill' };
    expect(await signIn(fresh)).toContain('/o/acme-');
  });
});

describe('The cookie that says so', () => {
  it('is of no use with another email, and none when it is altered or made up', async () => {
    const browser = from('198.51.100.1');
    await signIn(browser);
    const device = browser.cookies.find(({ name }) => name === 'device')!;
    const victim = await createAdministrator(app, [], `Victim Number${number}`);
    const [id = '', ...rest] = device.value.split('.');
    for (const value of [
      device.value,
      device.value.replace(id, 'A'.repeat(id.length)),
      device.value.slice(0, -2),
      [id, ...rest.slice(0, -1), 'x'.repeat(43)].join('.'),
    ]) {
      app.clock.advance(25 * 60 * minute);
      const thief = from('198.51.100.1');
      thief.cookies.push({ ...device, value });
      await open(thief);
      for (let round = 0; round < 10; round++) await thief.submit({ email: victim.email, password: 'x' }, '/password');
      // As one who never was there: counted for the name, and stopped with everybody of this network.
      const other = await open(from('198.51.100.1'));
      expect((await other.submit({ email: victim.email, password: victim.password }, '/password')).status).toBe(429);
    }
  });

  it('opens nothing: with it alone there is no session, and the code is asked for', async () => {
    const browser = from('198.51.100.1');
    await signIn(browser);
    const thief = from('198.51.100.1');
    thief.cookies.push(...browser.cookies.filter(({ name }) => name === 'device'));
    await open(thief);
    expect(thief.page?.html).toContain('name="password"');
    app.clock.advance(31_000);
    await thief.submit({ email: who.email, password: who.password }, '/password');
    expect(thief.page?.html).toContain('one-time-code');
  });
});
