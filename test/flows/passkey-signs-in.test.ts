/** CIT-4: a passkey instead of password and code, and instead of the code; over HTTP, with an authenticator in software. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import {
  type Authenticator,
  answerWithPasskey,
  askForPasskey,
  createAuthenticator,
  givePasskey,
  withPasskeys,
} from '../support/scenario/passkeys.ts';

const minute = 60_000;
let app: TestApp;
let acme: Organization;
let hanako: TestAdministrator;
let taro: TestAdministrator;
let device: Authenticator;

beforeAll(async () => {
  app = await startTestApp(await withPasskeys());
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  taro = await createAdministrator(app, [acme], 'Taro Yamada');
  device = createAuthenticator(app);
  await givePasskey(app, hanako, device);
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(61 * minute));

async function open(): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  return browser;
}
async function afterPassword(who: TestAdministrator): Promise<Browser> {
  const browser = await open();
  await browser.submit({ email: who.email, password: who.password }, '/password');
  return browser;
}
const console = () => app.sites.consoleUrl('/o/acme/');
const lastSession = async (who: TestAdministrator) => {
  const account = await app.services.accounts.findOfIdentity(who.identity.id);
  const all = await app.services.sessions.listOfAccount(account!.id);
  return all.sort((one, other) => other.session.openedAt - one.session.openedAt)[0]!.session;
};

describe('A passkey at the sign-in page', () => {
  it('opens the console without email, password and code, and the session says how', async () => {
    const browser = await open();
    const page = await answerWithPasskey(browser, device);
    expect([page.status, page.url.href]).toEqual([200, console()]);
    expect(page.html).toContain('Hanako Sato');
    expect((await lastSession(hanako)).amr).toEqual(['hwk', 'user', 'mfa']);
  });

  it('is asked for by every browser with the same words, whoever sits there', async () => {
    const { options } = await askForPasskey(await open());
    const { challenge, ...rest } = options;
    expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(rest).toEqual({ rpId: 'sekisho.localhost', timeout: 300_000, userVerification: 'required' });
  });

  it('is offered by a button that only script shows, and in the field of the email', async () => {
    const { html } = (await open()).page!;
    expect(html).toMatch(/<div hidden data-passkey-offer>.*<button class="button secondary" type="submit" hidden/s);
    expect(html).toContain('autocomplete="username webauthn"');
    expect(html).toMatch(/<script src="\/assets\/passkeys\.[\w-]{12}\.js" defer>/);
  });

  it('that is refused is told, and the password still opens', async () => {
    const browser = await open();
    const page = await answerWithPasskey(browser, device, { userVerified: false });
    expect([page.status, page.html.includes('This passkey was not accepted')]).toEqual([422, true]);
    expect((await signInWithCode(browser, hanako)).url.href).toBe(console());
  });

  it('sent without an answer, as without script, brings the page again', async () => {
    const browser = await open();
    const page = await browser.submit({}, '/passkey');
    expect([page.status, page.html.includes('name="password"')]).toEqual([200, true]);
  });

  it('that was removed meanwhile opens nothing', async () => {
    const other = createAuthenticator(app);
    const { id } = await givePasskey(app, taro, other);
    const browser = await open();
    const { form, options } = await askForPasskey(browser);
    const owner = { identityId: taro.identity.id };
    await app.services.passkeys.remove(owner, id, { actor: { type: 'system' } });
    const page = await browser.post(form.action, { ...form.fields, passkey: other.get(options) });
    expect(page.status).toBe(422);
  });
});

describe('A passkey at the page of the code', () => {
  it('is as good as the code', async () => {
    const browser = await afterPassword(hanako);
    expect(browser.page?.html).toContain('Use a passkey instead');
    const { options } = await askForPasskey(browser);
    expect(options.allowCredentials).toMatchObject([{ id: device.credentials[0]!.id }]);
    const page = await answerWithPasskey(browser, device);
    expect(page.url.href).toBe(console());
    expect((await lastSession(hanako)).amr).toEqual(['pwd', 'hwk', 'user', 'mfa']);
  });

  it('is not offered to somebody who has none', async () => {
    const browser = await afterPassword(taro);
    expect(browser.page?.html).toContain('autocomplete="one-time-code"');
    expect(browser.page?.html).not.toContain('passkey');
  });

  it('that is refused is told, and the code still opens', async () => {
    const browser = await afterPassword(hanako);
    const page = await answerWithPasskey(browser, device, { origin: 'https://evil.test' });
    expect([page.status, page.html.includes('This passkey was not accepted')]).toEqual([422, true]);
    expect((await browser.submit({ code: hanako.code() }, '/code')).url.href).toBe(console());
  });
});

describe('Where browsers refuse passkeys', () => {
  it('none is offered and none is taken', async () => {
    const plain = await startTestApp();
    try {
      const browser = new Browser();
      await browser.get(plain.sites.consoleUrl());
      expect(browser.page?.html).toContain('autocomplete="username"');
      expect(browser.page?.html).not.toContain('passkey');
      const form = browser.forms()[0]!;
      const action = new URL(form.action.href.replace('/password', '/passkey'));
      const page = await browser.post(action, { csrf: form.fields.csrf!, passkey: '{}' });
      expect(page.status).toBe(404);
    } finally {
      await plain.close();
    }
  });
});
