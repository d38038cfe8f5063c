/** SECURITY ID-09: a factor is changed by who has proven one just now, never by a forged or stolen request, never in silence. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { endSessionsBefore } from '../../src/directory/identity-sessions.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { connectEntraForAdministrators, entraSubject } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { backupCodesOn, codeOf, keyOn } from '../support/scenario/enrolment.ts';
import { alice } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let app: TestApp;
let mailServer: MailServer;
let acme: Organization;
let count = 0;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
beforeEach(() => app.clock.advance(3_600_000));

const url = (path = '') => app.sites.consoleUrl(`/o/acme/mfa${path}`);
async function signedIn(): Promise<{ person: TestAdministrator; browser: Browser }> {
  const person = await createAdministrator(app, [acme], `Person ${'abcdefghijklm'[count++]}`);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, person);
  app.clock.advance(30_000);
  return { person, browser };
}
const rowsOf = async ({ identity }: TestAdministrator) => {
  const { db } = app.database;
  return JSON.stringify([
    await db.selectFrom('totp_devices').select('secret_sealed').where('identity_id', '=', identity.id).execute(),
    await db.selectFrom('backup_codes').selectAll().where('identity_id', '=', identity.id).execute(),
    await db.selectFrom('recovery_phones').selectAll().where('identity_id', '=', identity.id).execute(),
  ]);
};
const csrfOf = (browser: Browser) => browser.forms()[0]!.fields.csrf!;
const send = (browser: Browser, path: string, fields: Record<string, string>, headers = {}) =>
  browser.fetch('POST', url(path), new URLSearchParams(fields), headers);
const everything = { code: '123456', phone: '+81312345678', saved: 'on', method: 'otp' };

it('an open session alone changes nothing: every change asks for the factor first', async () => {
  const { person, browser } = await signedIn();
  await browser.get(url());
  const before = await rowsOf(person);
  const csrf = csrfOf(browser);
  for (const path of ['/app', '/backup-codes', '/phone']) {
    const shown = await browser.fetch('GET', url(path));
    expect([keyOn(shown), backupCodesOn(shown)]).toEqual(['', []]);
    const posted = await send(browser, path, { ...everything, csrf });
    expect([path, posted.status]).toEqual([path, 303]);
  }
  expect((await browser.fetch('GET', url('/backup-codes/file'))).status).toBe(303);
  // Nor with the password, which is enough for other sensitive acts.
  await send(browser, '/app/prove', { csrf, method: 'otp', code: person.password, password: person.password });
  expect(keyOn(await browser.fetch('GET', url('/app')))).toBe('');
  expect(await rowsOf(person)).toBe(before);
});

it('a forged post does nothing, at any step, also while a change is under way', async () => {
  const { person, browser } = await signedIn();
  await browser.get(url('/app'));
  const csrf = csrfOf(browser);
  await browser.submit({ code: person.code() }, '/mfa/app/prove');
  const key = keyOn(browser.page);
  const before = await rowsOf(person);
  const fields = { ...everything, code: codeOf(app, key) };
  for (const path of ['/app', '/app/prove', '/app/send', '/backup-codes', '/phone', '/phone/prove', '/phone/send']) {
    for (const [change, headers] of [
      [{}, {}],
      [{ csrf: 'x'.repeat(43) }, {}],
      [{ csrf }, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
      [{ csrf }, { 'sec-fetch-site': 'same-site', origin: 'http://alpha.localhost' }],
    ] as const) {
      expect([path, (await send(browser, path, { ...fields, ...change }, headers)).status]).toEqual([path, 403]);
    }
  }
  expect(await rowsOf(person)).toBe(before);
  // GET changes nothing, whatever it is asked.
  for (const path of ['/app', '/phone', '/backup-codes']) {
    await browser.fetch('GET', `${url(path)}?${new URLSearchParams(fields)}`);
  }
  expect(await rowsOf(person)).toBe(before);
});

it('a proof counts for one change, in one session, of one person, for a quarter of an hour', async () => {
  const { person, browser } = await signedIn();
  await browser.get(url('/phone'));
  const csrf = csrfOf(browser);
  await browser.submit({ code: person.code() }, '/mfa/phone/prove');
  const before = await rowsOf(person);
  // Another change.
  expect((await send(browser, '/backup-codes', { ...everything, csrf })).status).toBe(303);
  expect(backupCodesOn(await browser.fetch('GET', url('/backup-codes')))).toEqual([]);
  // Another session of the same person, another person.
  app.clock.advance(30_000);
  const other = new Browser();
  await other.get(app.sites.consoleUrl());
  await signInWithCode(other, person);
  const { browser: stranger } = await signedIn();
  for (const each of [other, stranger]) {
    await each.get(url('/phone'));
    expect((await send(each, '/phone', { ...everything, csrf: csrfOf(each) })).status).toBe(303);
  }
  expect(await rowsOf(person)).toBe(before);
  app.clock.advance(15 * 60_000);
  expect((await send(browser, '/phone', { ...everything, csrf })).status).toBe(303);
  expect(await rowsOf(person)).toBe(before);
});

it('used for its change it is used up, also by two posts at the same moment', async () => {
  const { person, browser } = await signedIn();
  await browser.get(url('/phone'));
  const csrf = csrfOf(browser);
  await browser.submit({ code: person.code() }, '/mfa/phone/prove');
  await Promise.all(
    ['+81311111111', '+81322222222', '+81333333333'].map((phone) => send(browser, '/phone', { csrf, phone })),
  );
  expect((await app.takeMail(person.email)).subject).toContain('recovery phone number was changed');
  await expect(app.takeMail(person.email)).rejects.toThrow('no mail');
});

it('guessing the proof counts with the guesses of the sign-in', async () => {
  const { person, browser } = await signedIn();
  const wrong = person.code() === '123456' ? '654321' : '123456';
  for (let tries = 0; tries < 11; tries++) {
    await browser.get(url('/app'));
    await browser.submit({ code: wrong }, '/mfa/app/prove');
  }
  await browser.get(url('/phone'));
  const late = await browser.submit({ code: person.code() }, '/mfa/phone/prove');
  expect([late.status, late.headers['retry-after']]).toEqual([429, '3600']);
  const signIn = new Browser();
  await signIn.get(app.sites.consoleUrl());
  expect((await signInWithCode(signIn, person)).status).toBe(429);
  expect((await app.takeMail(person.email)).subject).toContain('Wrong codes were entered many times');
});

it('there is no route that takes the device away, and no way to leave none', async () => {
  const { person, browser } = await signedIn();
  await browser.get(url());
  const csrf = csrfOf(browser);
  for (const path of ['/app/delete', '/app/remove', '/disable', '/app/disable', '/off']) {
    expect([path, (await send(browser, path, { ...everything, csrf })).status]).toEqual([path, 404]);
  }
  for (const method of ['DELETE', 'PUT', 'PATCH']) {
    const page = await browser.fetch(method, url('/app'), new URLSearchParams({ csrf }));
    expect([method, page.status]).toEqual([method, 404]);
  }
  expect(await app.services.mfaChanges.hasDevice(person.identity.id)).toBe(true);
});

it('every change is in the log with who and from where, and told to the person', async () => {
  const { person, browser } = await signedIn();
  await browser.get(url('/phone'));
  await browser.submit({ code: person.code() }, '/prove');
  await browser.submit({ phone: '+81312345678' }, /\/mfa\/phone$/);
  const entry = (await app.services.systemLog.list({ limit: 5 })).find(
    ({ event }) => event === 'platform/recoveryphone/update',
  );
  expect(entry).toMatchObject({
    organizationId: acme.id,
    actor: { type: 'administrator', name: person.identity.displayName },
    target: { type: 'identity', id: person.identity.id },
    clientAddress: '127.0.0.1',
  });
  expect(JSON.stringify(entry)).not.toContain('12345678');
  expect(app.log.join('\n')).not.toContain('12345678');
  const mail = await app.takeMail(person.email);
  expect(mail.text).toContain('127.0.0.1');
  expect(mail.text).not.toContain('12345678');
});

it('who signed in elsewhere has no such pages, not even in the menu', async () => {
  const entra = await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-entra' });
  await app.services.administrators.add(
    {
      organizationId: acme.id,
      kind: 'azure-ad-user',
      connectionId: entra.connectionId,
      subject: entraSubject(alice),
      displayName: 'Alice',
      email: 'alice@contoso.example',
      access: { access: 'full' },
    },
    operator,
  );
  const browser = new Browser();
  const home = await browser.get(app.sites.goUrl('acme-entra'));
  expect(home.url.href).toBe(app.sites.consoleUrl('/o/acme/'));
  expect(home.html).not.toContain('/o/acme/mfa');
  const csrf = csrfOf(browser);
  for (const path of ['', '/app', '/backup-codes', '/phone', '/backup-codes/file']) {
    expect([path, (await browser.fetch('GET', url(path))).status]).toEqual([path, 404]);
    if (path.split('/').length === 2)
      expect([path, (await send(browser, path, { ...everything, csrf })).status]).toEqual([path, 404]);
  }
  await entra.upstream.close();
});

// All three do slow work between admission and change; meanwhile the operator's CLI may have ended everything.
it('a request that the operator has overtaken changes nothing, and its session stays ended', async () => {
  const { person, browser } = await signedIn();
  const { identity, password: current } = person;
  const { factorChange, mfaChanges, passwords, sessions } = app.services;
  const [state] = (await sessions.listOfAdministrators()).filter(
    ({ session }) => session.claims.cip_email === person.email,
  );
  const { uid, authTime } = state!.session;
  const act = { actor: { type: 'administrator', id: null, name: 'Thief' } } as const;
  const place = { identityId: identity.id, sessionUid: uid, factor: 'app' } as const;
  expect(await factorChange.prove(place, { method: 'otp', code: person.code(), act })).toBe('accepted');
  const { key } = (await factorChange.proven(place))!;
  const before = await rowsOf(person);
  const admittedAt = app.clock.now();
  app.clock.advance(1000);
  await endSessionsBefore(app.database.db, identity.id, app.clock.now());
  app.clock.advance(1000);

  expect(await factorChange.changeApp(place, codeOf(app, key), act, admittedAt)).toBe('expired');
  const device = { key, step: 1 };
  expect(await mfaChanges.replaceDevice(identity.id, device, act, { at: app.clock.now(), admittedAt })).toBe(false);
  const wanted = { identityId: identity.id, next: 'Lantern-4-Hill', act, language: 'en', admittedAt } as const;
  expect(await passwords.change({ ...wanted, current })).toEqual({ outcome: 'overtaken' });
  expect(await passwords.replace(wanted)).toEqual({ outcome: 'overtaken' });
  expect(await rowsOf(person)).toBe(before);
  expect((await sessions.find(uid))!.session.authTime).toBe(authTime);
  expect((await browser.get(url())).url.pathname).toBe('/signed-out');

  // Admitted afterwards it is done.
  const later = { at: app.clock.now(), admittedAt: app.clock.now() };
  expect(await mfaChanges.replaceDevice(identity.id, device, act, later)).toBe(true);
  expect(await passwords.change({ ...wanted, current, admittedAt: later.at })).toMatchObject({ outcome: 'changed' });
});
