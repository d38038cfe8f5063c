/** SECURITY ID-09, CON-01, CON-08, CON-15: nobody else adds a passkey to an account, or takes one away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { connectEntraForAdministrators, entraSubject } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import {
  type Authenticator,
  answerWithPasskey,
  askForPasskey,
  createAuthenticator,
  givePasskey,
  withPasskeys,
} from '../support/scenario/passkeys.ts';
import { alice, type Connected } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const tenMinutes = 10 * 60_000;
let app: TestApp;
let mailServer: MailServer;
let entra: Connected<Simulator>;
let acme: Organization;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ ...(await withPasskeys()), mailServer });
  entra = await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-admins' });
  acme = entra.organization;
});
afterAll(async () => {
  await entra.upstream.close();
  await app.close();
  await mailServer.close();
});

const url = (path: string) => app.sites.consoleUrl(`/o/acme${path}`);
let people = 0;
interface SignedIn {
  browser: Browser;
  who: TestAdministrator;
  device: Authenticator;
}
async function signedIn(): Promise<SignedIn> {
  const who = await createAdministrator(app, [acme], `Person No${++people}`);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).url.href).toBe(url('/'));
  app.clock.advance(31_000);
  return { browser, who, device: createAuthenticator(app) };
}
const listOf = ({ who }: SignedIn) => app.services.passkeys.list(who.identity.id);
async function newForm({ browser, device }: SignedIn) {
  await browser.get(url('/passkeys'));
  await browser.submit({}, '/passkeys/begin');
  const { form, options } = await askForPasskey(browser);
  const { origins } = app.sites.webauthn!;
  return { form, options, passkey: device.create(options, { origin: origins.console }) };
}

describe('Adding a passkey', () => {
  it('works in the console, is told by mail and in the log', async () => {
    const person = await signedIn();
    const { form, passkey } = await newForm(person);
    const page = await person.browser.post(form.action, { ...form.fields, name: 'Laptop', passkey });
    expect(page.html).toContain('The passkey was added.');
    expect(await listOf(person)).toMatchObject([{ name: 'Laptop' }]);
    const mail = await app.takeMail(person.who.email);
    expect(mail.text).toContain('Laptop');
    expect(
      await app.services.systemLog.list({ organizationId: acme.id, event: 'platform/passkey/create' }),
    ).toMatchObject([{ actor: { name: person.who.identity.displayName }, detail: { passkey: 'Laptop' } }]);
  });

  it('takes a fresh proof before the authenticator is asked, before it is kept, and for the options', async () => {
    const person = await signedIn();
    const { browser } = person;
    const { form, passkey } = await newForm(person);
    app.clock.advance(tenMinutes);
    const late = await browser.post(form.action, { ...form.fields, name: 'Late', passkey });
    expect([late.status, late.html.includes('Confirm it’s you')]).toEqual([403, true]);
    const options = await browser.fetch(
      'POST',
      url('/passkeys/options'),
      new URLSearchParams({ csrf: form.fields.csrf! }),
    );
    expect([options.status, options.html.includes('challenge')]).toEqual([403, false]);
    await browser.get(url('/passkeys'));
    expect((await browser.submit({}, '/passkeys/begin')).html).toContain('Confirm it’s you');
    expect((await browser.get(url('/passkeys/new'))).url.href).toBe(url('/passkeys'));
    expect(await listOf(person)).toEqual([]);
    await browser.submit({}, '/passkeys/begin');
    const proven = await browser.submit({ 'fresh-proof-code': person.who.code() }, '/passkeys/begin');
    expect(proven.url.href).toBe(url('/passkeys/new'));
  });

  it('is not done with the password alone: it would be a second factor for whoever knows nothing but that', async () => {
    const person = await signedIn();
    const { browser, who } = person;
    const { form, passkey } = await newForm(person);
    app.clock.advance(tenMinutes);
    // Right, and enough for other things.
    await browser.get(url('/session-settings'));
    await browser.submit({ subscriberWebHours: '20' }, '/session-settings');
    const password = { 'fresh-proof-password': who.password };
    expect((await browser.submit(password, '/session-settings')).html).toContain('The settings were saved.');

    const added = await browser.post(form.action, { ...form.fields, name: 'Thief', passkey });
    expect([added.status, added.html.includes('fresh-proof-password')]).toEqual([403, false]);
    const again = await browser.post(form.action, { ...form.fields, ...password, name: 'Thief', passkey });
    expect([again.status, again.html.includes('Enter a code from your authenticator app.')]).toEqual([422, true]);
    const sent = new URLSearchParams({ csrf: form.fields.csrf! });
    expect((await browser.fetch('POST', url('/passkeys/options'), sent)).status).toBe(403);
    expect((await browser.get(url('/passkeys/new'))).url.href).toBe(url('/passkeys'));
    await browser.submit({}, '/passkeys/begin');
    expect((await browser.post(url('/passkeys/begin'), { csrf: form.fields.csrf!, ...password })).status).toBe(422);
    expect(await listOf(person)).toEqual([]);

    // A password that the browser has filled in beside the code does no harm.
    const filledIn = { ...password, 'fresh-proof-code': who.code(), csrf: form.fields.csrf! };
    expect((await browser.post(url('/passkeys/begin'), filledIn)).url.href).toBe(url('/passkeys/new'));
    await browser.get(url('/session-settings'));
    expect((await browser.submit({ subscriberWebHours: '21' }, '/session-settings')).status).toBe(200);
  });

  it('is not done by a form of another site, by one without its token, or with another session’s', async () => {
    const [person, other] = [await signedIn(), await signedIn()];
    const { form, passkey } = await newForm(person);
    const fields = { ...form.fields, name: 'Planted', passkey };
    const post = (sent: Record<string, string>, headers = {}) =>
      person.browser.fetch('POST', form.action, new URLSearchParams(sent), headers);
    expect((await post(fields, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' })).status).toBe(403);
    // A workspace of ours is another site too.
    expect((await post(fields, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await post({ ...fields, csrf: '' })).status).toBe(403);
    const theirs = await newForm(other);
    expect((await post({ ...fields, csrf: theirs.form.fields.csrf! })).status).toBe(403);
    expect([await listOf(person), await listOf(other)]).toEqual([[], []]);
  });

  it('with what another session was asked is refused: nobody plants a key of theirs in somebody’s account', async () => {
    const [victim, attacker] = [await signedIn(), await signedIn()];
    const [theirs, own] = [await newForm(victim), await newForm(attacker)];
    const page = await victim.browser.post(theirs.form.action, {
      ...theirs.form.fields,
      name: 'X',
      passkey: own.passkey,
    });
    expect([page.status, page.html.includes('could not be added')]).toEqual([422, true]);
    expect([await listOf(victim), await listOf(attacker)]).toEqual([[], []]);
  });

  it('does not show a name as markup, nor in the mail', async () => {
    const person = await signedIn();
    const { form, passkey } = await newForm(person);
    const name = '<img src=x onerror=alert(1)>"';
    const page = await person.browser.post(form.action, { ...form.fields, name, passkey });
    expect(page.html).not.toContain('<img');
    const id = (await listOf(person))[0]!.id;
    for (const act of ['rename', 'remove']) {
      expect((await person.browser.get(url(`/passkeys/${id}/${act}`))).html).not.toContain('<img');
    }
    expect((await app.takeMail(person.who.email)).html).not.toContain('<img');
  });
});

describe('Changing and removing a passkey', () => {
  async function withPasskey(): Promise<SignedIn & { id: string }> {
    const person = await signedIn();
    const { id } = await givePasskey(app, person.who, person.device);
    return { ...person, id };
  }

  it('of another person is impossible: theirs is as unknown as one that does not exist', async () => {
    const [victim, attacker] = [await withPasskey(), await withPasskey()];
    const page = await attacker.browser.get(url(`/passkeys/${attacker.id}/remove`));
    const form = attacker.browser.forms(page).find(({ action }) => action.href.includes('/remove'))!;
    for (const id of [victim.id, crypto.randomUUID()]) {
      for (const act of ['rename', 'remove']) {
        const fields = new URLSearchParams({ ...form.fields, name: 'Mine' });
        expect((await attacker.browser.fetch('POST', url(`/passkeys/${id}/${act}`), fields)).status).toBe(404);
        expect((await attacker.browser.fetch('GET', url(`/passkeys/${id}/${act}`))).status).toBe(404);
      }
    }
    expect(await listOf(victim)).toMatchObject([{ name: 'Laptop' }]);
  });

  it('takes a fresh proof to remove, which the passkey itself can give; the person is told', async () => {
    const person = await withPasskey();
    const { browser, device } = person;
    await app.takeMail(person.who.email);
    app.clock.advance(tenMinutes);
    await browser.get(url(`/passkeys/${person.id}/remove`));
    const asked = await browser.submit({}, '/remove');
    expect([asked.status, asked.html.includes('Confirm it’s you')]).toEqual([403, true]);
    expect(await listOf(person)).toHaveLength(1);
    const { origins } = app.sites.webauthn!;
    const proof = async (bend: object) => {
      const { form, options } = await askWithin(browser);
      return browser.post(form.action, { ...form.fields, 'fresh-proof-passkey': device.get(options, bend) });
    };
    // On the accounts host somebody signs in; here the console asks.
    expect((await proof({ origin: origins.accounts })).status).toBe(422);
    expect((await proof({ origin: origins.console, userVerified: false })).status).toBe(422);
    expect(await listOf(person)).toHaveLength(1);
    const done = await proof({ origin: origins.console });
    expect([done.url.pathname, done.html.includes('The passkey was removed.')]).toEqual(['/o/acme/passkeys', true]);
    expect(await listOf(person)).toEqual([]);
    expect((await app.takeMail(person.who.email)).text).toContain('Laptop');
  });

  it('by a form of another site is not done', async () => {
    const person = await withPasskey();
    const page = await person.browser.get(url(`/passkeys/${person.id}/remove`));
    const form = person.browser.forms(page).find(({ action }) => action.href.includes('/remove'))!;
    const sent = new URLSearchParams(form.fields);
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
    expect((await person.browser.fetch('POST', form.action, sent, crossSite)).status).toBe(403);
    expect((await person.browser.fetch('POST', form.action, new URLSearchParams())).status).toBe(403);
    expect(await listOf(person)).toHaveLength(1);
  });

  it('leaves the only second factor where it is', async () => {
    const person = await withPasskey();
    await app.database.db.deleteFrom('totp_devices').where('identity_id', '=', person.who.identity.id).execute();
    await person.browser.get(url(`/passkeys/${person.id}/remove`));
    const page = await person.browser.submit({}, '/remove');
    expect(page.html).toContain('This passkey is your only second factor');
    expect(await listOf(person)).toHaveLength(1);
  });

  it('ends what it opened, and the sign-in page takes it no more', async () => {
    const person = await withPasskey();
    const thief = new Browser();
    await thief.get(app.sites.consoleUrl());
    await answerWithPasskey(thief, person.device);
    expect((await thief.get(url('/'))).url.href).toBe(url('/'));
    app.clock.advance(1000);
    await person.browser.get(url(`/passkeys/${person.id}/remove`));
    expect((await person.browser.submit({}, '/remove')).html).toContain('The passkey was removed.');
    expect((await thief.get(url('/'))).url.href).not.toBe(url('/'));
    expect((await person.browser.get(url('/'))).url.href).toBe(url('/'));
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    expect((await answerWithPasskey(browser, person.device)).status).toBe(422);
  });
});

describe('Whoever signed in elsewhere', () => {
  it('has no such pages', async () => {
    const rights = { kind: 'azure-ad-user', displayName: 'Alice Liddell', access: { access: 'full' } } as const;
    const who = { connectionId: entra.connectionId, subject: entraSubject(alice), email: 'alice@mail.example' };
    await app.services.administrators.add({ organizationId: acme.id, ...rights, ...who }, operator);
    const browser = new Browser();
    const page = await browser.get(app.sites.goUrl('acme-admins'));
    expect(page.url.href).toBe(url('/'));
    expect(page.html).not.toContain('/passkeys');
    for (const path of ['/passkeys', '/passkeys/new']) {
      expect((await browser.fetch('GET', url(path))).status).toBe(404);
    }
    const { csrf } = browser.forms(page)[0]!.fields;
    for (const path of ['/passkeys/begin', '/passkeys/options', '/passkeys/new']) {
      expect((await browser.fetch('POST', url(path), new URLSearchParams({ csrf: csrf! }))).status).toBe(404);
    }
  });
});

/** Of the page that asks for a fresh proof. */
async function askWithin(browser: Browser) {
  const form = browser.forms().find(({ fields }) => 'fresh-proof-passkey' in fields)!;
  const answer = await browser.fetch(
    'POST',
    url('/sign-in-again/passkey-options'),
    new URLSearchParams({ csrf: form.fields.csrf! }),
  );
  return { form, options: JSON.parse(answer.html) };
}
