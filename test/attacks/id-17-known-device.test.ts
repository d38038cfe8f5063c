/**
 * SECURITY ID-17: the cookie that a browser keeps after a sign-in spares its owner the waits that strangers cause
 * (ID-03), and nothing else: no password, no code. Stolen it gives a few tries more; forged it gives none.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

let app: TestApp;
let owner: TestAdministrator;
let other: TestAdministrator;
beforeAll(async () => {
  app = await startTestApp({ env: { SEKISHO_PASSWORD_MEMORY: '8192', SEKISHO_PASSWORD_ITERATIONS: '1' } });
  const organization = await app.services.organizations.create({ name: 'Acme', customerId: 'acme' });
  owner = await createAdministrator(app, [organization], 'Owner One');
  other = await createAdministrator(app, [organization], 'Other Two');
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(25 * 3_600_000));

/** A browser that holds this value as the device's cookie, or none. */
async function browserWith(value: string | undefined): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  // Where the cookie that binds this browser is, so is this one.
  const beside = browser.cookies.find(({ name }) => name === 'browser')!;
  if (value !== undefined) browser.cookies.push({ ...beside, name: 'device', value });
  return browser;
}
async function stolen(): Promise<string> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, owner);
  const cookie = browser.cookie('device');
  expect(cookie).toBeDefined();
  app.clock.advance(31_000);
  return cookie!;
}
/** Wrong passwords of `who` until one is not even compared, at most forty. */
async function triesOf(browser: Browser, who: TestAdministrator): Promise<number> {
  for (let tries = 0; tries < 40; tries++) {
    const page = await browser.submit({ email: who.email, password: `Wrong-Horse-${tries}` }, '/password');
    if (page.status === 429) return tries;
  }
  return 40;
}

describe('ID-17, the cookie of a browser that is known', () => {
  it('opens nothing without the password, and no session without the code', async () => {
    const browser = await browserWith(await stolen());
    const wrong = await browser.submit({ email: owner.email, password: 'Wrong-Horse-7' }, '/password');
    expect(wrong.status).toBe(422);
    const page = await browser.submit({ email: owner.email, password: owner.password }, '/password');
    expect(browser.forms(page).some(({ fields }) => 'code' in fields)).toBe(true);
    expect(browser.cookies.some(({ name }) => name.startsWith('session-'))).toBe(false);
  });

  it('stolen it gives as many tries as any browser has, not without end', async () => {
    const value = await stolen();
    const tries = await triesOf(await browserWith(value), owner);
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThan(12);
    // The same cookie in ten browsers is one device.
    expect(await triesOf(await browserWith(value), owner)).toBe(0);
  });

  it('is good for its owner’s name only', async () => {
    const value = await stolen();
    await triesOf(await browserWith(undefined), other);
    expect(await triesOf(await browserWith(value), other)).toBe(0);
  });

  it('forged or changed is worth nothing', async () => {
    const value = await stolen();
    await triesOf(await browserWith(undefined), owner);
    for (const forged of [
      'x',
      `${value}x`,
      // The first of the signature: of the last, base64url leaves two bits unused.
      value.replace(/\.[^.]([^.]*)$/, (_, rest) => `.${value.at(-43) === 'A' ? 'B' : 'A'}${rest}`),
      value.split('.')[0]!,
    ])
      expect([forged === value, await triesOf(await browserWith(forged), owner)]).toEqual([false, 0]);
  });

  it('tells nobody whose it is', async () => {
    const value = await stolen();
    expect(Buffer.from(value.split('.')[0]!, 'base64url').toString('latin1')).not.toMatch(/owner|example/i);
    expect(value).not.toMatch(/owner|example/i);
  });
});
