/**
 * SECURITY CON-15: a session that was left open, or stolen, does nothing sensitive ten minutes after the last proof; and
 * guessing the proof is limited as at a sign-in.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sensitiveRoutes } from '../../src/console/rules.ts';
import { proofFields } from '../../src/console/views/fresh-proof-page.ts';
import { operator } from '../../src/directory/authority.ts';
import { endSessionsBefore } from '../../src/directory/identity-sessions.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { followTo } from '../support/relying-party.ts';
import {
  connectEntraForAdministrators,
  entraSubject,
  organizationNamed,
} from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { alice } from '../support/scenario/upstreams.ts';

let app: TestApp;
let acme: Organization;
beforeAll(async () => {
  app = await startTestApp();
  acme = await organizationNamed(app, 'acme');
});
afterAll(() => app.close());

const url = (path: string) => app.sites.consoleUrl(`/o/acme${path}`);
const { password: passwordField, code: codeField } = proofFields;
const tenMinutes = 10 * 60_000;
let people = 0;
async function signedIn(): Promise<{ browser: Browser; who: TestAdministrator }> {
  const who = await createAdministrator(app, [acme], `Person No${++people}`);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).status).toBe(200);
  app.clock.advance(31_000);
  return { browser, who };
}
const hours = async () => (await app.services.organizations.find(acme.id))!.settings.subscriberWebHours;
const events = async (event: 'platform/session/confirm' | 'platform/signin/failed') =>
  app.services.systemLog.list({ organizationId: acme.id, event });
async function saveHours(browser: Browser, subscriberWebHours: number) {
  await browser.get(url('/session-settings'));
  return browser.submit({ subscriberWebHours: String(subscriberWebHours) }, '/session-settings');
}

describe('a sensitive act', () => {
  it('is done at once within ten minutes of signing in, and not a moment later', async () => {
    const { browser } = await signedIn();
    expect((await saveHours(browser, 11)).status).toBe(200);
    expect(await hours()).toBe(11);
    app.clock.advance(tenMinutes - 31_000);
    const page = await saveHours(browser, 12);
    expect([page.status, page.url.pathname]).toEqual([403, '/o/acme/session-settings']);
    expect(page.html).toContain('Confirm it’s you');
    expect(await hours()).toBe(11);
  });

  it.each([
    ['password', (who: TestAdministrator) => ({ [passwordField]: who.password })],
    ['code', (who: TestAdministrator) => ({ [codeField]: who.code() })],
    [
      'code, a filled-in password beside it',
      (who: TestAdministrator) => ({ [passwordField]: 'old', [codeField]: who.code() }),
    ],
  ])('goes on from where it was after the %s, with everything that was typed', async (method, proof) => {
    const { browser, who } = await signedIn();
    app.clock.advance(tenMinutes);
    const wanted = 13 + method.length;
    await saveHours(browser, wanted);
    const page = await browser.submit(proof(who), '/session-settings');
    expect([page.status, page.html.includes('The settings were saved.')]).toEqual([200, true]);
    expect(await hours()).toBe(wanted);
    expect((await events('platform/session/confirm'))[0]).toMatchObject({
      actor: { type: 'administrator', name: who.identity.displayName },
      detail: { method: method.split(',')[0] },
    });
    // For ten minutes nobody asks again; then somebody does. The session's own clocks have not moved.
    expect((await saveHours(browser, 14)).status).toBe(200);
    app.clock.advance(tenMinutes);
    expect((await saveHours(browser, 15)).status).toBe(403);
  });

  it('is not done for a wrong password, a wrong or used code, or nothing; and what was typed is still there', async () => {
    const { browser, who } = await signedIn();
    const used = who.code();
    app.clock.advance(tenMinutes);
    await saveHours(browser, 66);
    await browser.submit({ [codeField]: who.code() }, '/session-settings');
    expect(await hours()).toBe(66);
    app.clock.advance(tenMinutes);
    await saveHours(browser, 67);
    for (const proof of [
      { [passwordField]: 'Wrong-Horse-7' },
      { [codeField]: used },
      { [codeField]: '000000', [passwordField]: who.password },
      {},
    ]) {
      const page = await browser.submit(proof, '/session-settings');
      expect([page.status, page.html.includes('role="alert"')]).toEqual([422, true]);
      expect(page.html).not.toContain('Wrong-Horse-7');
      expect(browser.forms().find(({ fields }) => passwordField in fields)!.fields.subscriberWebHours).toBe('67');
    }
    expect(await hours()).toBe(66);
    const reasons = (await events('platform/signin/failed')).map(({ detail }) => detail.reason);
    expect(reasons).toEqual(expect.arrayContaining(['confirm_password_wrong', 'confirm_code_wrong']));
    expect((await browser.submit({ [passwordField]: who.password }, '/session-settings')).status).toBe(200);
    expect(await hours()).toBe(67);
  });

  it('stays refused to who guesses: five codes, ten passwords; the person signs in again and goes on', async () => {
    const { browser, who } = await signedIn();
    app.clock.advance(tenMinutes);
    await saveHours(browser, 42);
    const tries = async (proof: Record<string, string>, count: number) => {
      const statuses: number[] = [];
      for (let n = 0; n < count; n++) statuses.push((await browser.submit(proof, '/session-settings')).status);
      return statuses;
    };
    expect(await tries({ [codeField]: '000000' }, 7)).toEqual([422, 422, 422, 422, 422, 429, 429]);
    // Also the right one.
    const limited = await browser.submit({ [codeField]: who.code() }, '/session-settings');
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '3600']);
    expect(await tries({ [passwordField]: 'Wrong-Horse-7' }, 11)).toEqual([...Array(10).fill(422), 429]);
    expect((await browser.submit({ [passwordField]: who.password }, '/session-settings')).status).toBe(429);
    expect(await hours()).not.toBe(42);
    // How long, is said as it is: seconds for a password.
    const wait = Number(browser.page?.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(15 * 60);
    // No lock: in this browser, which they have signed in with before, the person does so again.
    await browser.get(browser.link('/sign-in-again'));
    const page = await signInWithCode(browser, who);
    expect([page.status, page.url.href]).toEqual([200, url('/session-settings')]);
    expect((await saveHours(browser, 42)).status).toBe(200);
  });

  it('is refused to a session that was ended while the proof was being looked at: the proof revives nothing', async () => {
    const { browser, who } = await signedIn();
    const account = await app.services.accounts.findOfIdentity(who.identity.id);
    const [state] = await app.services.sessions.listOfAccount(account!.id);
    const at = app.clock.now();
    app.clock.advance(5);
    // As the operator's command line does it: the durable half alone.
    await endSessionsBefore(app.database.db, who.identity.id, app.clock.now());
    app.clock.advance(5);
    const typed = { password: who.password, code: '', passkey: '' };
    await app.services.freshProof.prove(state!.session, typed, { address: '127.0.0.1', at });
    expect((await browser.get(url('/session-settings'))).url.pathname).toBe('/signed-out');
  });

  it('takes the proof of this person, not of another', async () => {
    const { browser } = await signedIn();
    const { who: other } = await signedIn();
    app.clock.advance(tenMinutes);
    await saveHours(browser, 43);
    expect((await browser.submit({ [codeField]: other.code() }, '/session-settings')).status).toBe(422);
  });

  it('is gated whatever it is: every route of the list asks', async () => {
    const { browser } = await signedIn();
    app.clock.advance(tenMinutes);
    await browser.get(url('/session-settings'));
    const { csrf } = browser.forms().find(({ fields }) => 'version' in fields)!.fields;
    for (const route of sensitiveRoutes) {
      const path = route.slice('POST '.length).replaceAll(/:\w+/g, 'x');
      const page = await browser.post(url(path), { csrf: csrf!, anything: 'k"ept', password: 'S3cret-kept?' });
      expect([route, page.status, page.html.includes('Confirm it’s you')]).toEqual([route, 403, true]);
      const { fields } = browser.forms().find((form) => codeField in form.fields)!;
      expect(fields).toMatchObject({ anything: 'k"ept' });
      expect(page.html).not.toContain('S3cret-kept?');
    }
  });

  it('asked for by another site is refused before anybody is asked for a password', async () => {
    const { browser } = await signedIn();
    app.clock.advance(tenMinutes);
    const page = await browser.post(url('/session-settings'), { subscriberWebHours: '9' });
    expect(page.html).not.toContain(passwordField);
    expect(page.status).toBe(403);
  });
});

describe('signing in again', () => {
  it('leads back into this console only', async () => {
    const { browser, who } = await signedIn();
    for (const to of ['https://evil.test/', '//evil.test', '/\\evil.test', '/../../x', '/?a=b']) {
      await browser.get(url(`/sign-in-again?to=${encodeURIComponent(to)}`));
      const page = await signInWithCode(browser, who);
      expect([to, page.url.href]).toEqual([to, url('/')]);
      app.clock.advance(31_000);
    }
  });
});

describe('somebody who signed in elsewhere', () => {
  it('has nothing to type here: they sign in there again, are asked there anew, and come back to the page', async () => {
    const entra = await connectEntraForAdministrators(app, { customerId: 'globex', identifier: 'globex-admins' });
    await app.services.administrators.add(
      {
        organizationId: entra.organization.id,
        kind: 'azure-ad-user',
        connectionId: entra.connectionId,
        subject: entraSubject(alice),
        displayName: 'Alice',
        email: 'alice@mail.example',
        access: { access: 'full' },
      },
      operator,
    );
    const settings = app.sites.consoleUrl('/o/globex/session-settings');
    const browser = new Browser();
    await followTo(browser, new URL(app.sites.goUrl('globex-admins')), '-');
    expect(browser.page?.url.href).toBe(app.sites.consoleUrl('/o/globex/'));
    app.clock.advance(tenMinutes);
    await browser.get(settings);
    const asked = await browser.submit({ subscriberWebHours: '21' }, '/session-settings');
    expect([asked.status, asked.html.includes('Sign in again with Entra globex-admins')]).toEqual([403, true]);
    expect(asked.html).not.toContain(passwordField);
    // Nor does a password that somebody posts all the same.
    const forced = browser.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))!.fields.csrf!;
    const posted = await browser.post(settings, { csrf: forced, [passwordField]: 'x', subscriberWebHours: '21' });
    expect(posted.status).toBe(403);
    const again = await browser.get(browser.link('/sign-in-again'));
    expect([again.status, again.url.href]).toEqual([200, settings]);
    const there = again.history.find(({ pathname }) => pathname.endsWith('/oauth2/v2.0/authorize'));
    expect(there?.searchParams.get('prompt')).toBe('login');
    expect((await browser.submit({ subscriberWebHours: '21' }, '/session-settings')).status).toBe(200);
    expect((await app.services.organizations.find(entra.organization.id))?.settings.subscriberWebHours).toBe(21);
    await entra.upstream.close();
  });
});
