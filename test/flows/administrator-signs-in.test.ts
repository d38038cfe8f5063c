/** CIT-1, SES-1, SES-2: email, password and code to the console; what goes wrong on the way; how the session ends. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { administratorAbsolute } from '../../src/sessions/policy.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { connectEntraForAdministrators, entraSubject } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { alice, type Connected } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const minute = 60_000;
let app: TestApp;
let entra: Connected<Simulator>;
let organization: Organization;
let hanako: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  entra = await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-admins' });
  organization = entra.organization;
  hanako = await createAdministrator(app, [organization]);
  await app.services.administrators.add(
    {
      organizationId: organization.id,
      kind: 'azure-ad-user',
      connectionId: entra.connectionId,
      subject: entraSubject(alice),
      displayName: 'Alice Liddell',
      email: 'alice@mail.example',
      access: { access: 'full' },
    },
    operator,
  );
});
afterAll(async () => {
  await entra.upstream.close();
  await app.close();
});
// A code works once: each test has a half minute, and an hour of tries, of its own.
beforeEach(() => app.clock.advance(61 * minute));

async function open(): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  return browser;
}
async function signedIn(who = hanako): Promise<Browser> {
  const browser = await open();
  const page = await signInWithCode(browser, who);
  expect([page.status, page.url.href]).toEqual([200, app.sites.consoleUrl('/o/acme/')]);
  return browser;
}
const console = (browser: Browser, path = '/') => browser.get(app.sites.consoleUrl(`/o/acme${path}`));
const wrongCode = (right: string) => String((Number(right) + 1) % 1_000_000).padStart(6, '0');
const withoutNoise = (page: Page) => page.html.replaceAll(/value="[^"]*"|nonce-[\w-]+|\/signin\/[\w-]+/g, '');

function expectSignedOut(page: Page, why: string): void {
  expect(page.url.pathname).toBe('/signed-out');
  expect(page.html).toContain(why);
}

describe('An administrator with email, password and code', () => {
  it('arrives in the console, and the session says how it was opened', async () => {
    const browser = await open();
    expect(browser.page?.html).toContain('name="password"');
    await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    expect(browser.page?.html).toContain('autocomplete="one-time-code"');
    expect(browser.page?.html).toContain(`Signing in as ${hanako.email}`);
    const page = await browser.submit({ code: hanako.code() }, '/code');
    expect(page.url.href).toBe(app.sites.consoleUrl('/o/acme/'));
    expect(page.html).toContain('Hanako Sato');
    const [entry] = await app.services.systemLog.list({ organizationId: organization.id });
    expect(entry).toMatchObject({ event: 'platform/session/create', detail: { provider: 'citrix' } });
  });

  it('has no session before the code', async () => {
    const browser = await open();
    await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    const page = await console(browser);
    expect(page.url.pathname).toMatch(/^\/signin\//);
    expect(browser.cookies.filter(({ name }) => name === 'console' || name.startsWith('session-'))).toEqual([]);
  });

  it('may type the email in another case and the code with spaces', async () => {
    const browser = await open();
    await browser.submit({ email: ` ${hanako.email.toUpperCase()} `, password: hanako.password }, '/password');
    const page = await browser.submit({ code: hanako.code().replace(/^(...)/, '$1 ') }, '/code');
    expect(page.url.href).toBe(app.sites.consoleUrl('/o/acme/'));
  });
});

describe('A wrong password', () => {
  it('brings the page again with the email, and never with the password', async () => {
    const browser = await open();
    const page = await browser.submit({ email: hanako.email, password: 'Wrong-Horse-7' }, '/password');
    expect(page.status).toBe(422);
    expect(page.html).toContain(`value="${hanako.email}"`);
    expect(page.html).toContain('The email or the password is not correct.');
    expect(page.html).not.toContain('Wrong-Horse-7');
    expect(await signInWithCode(browser, hanako)).toMatchObject({ status: 200 });
  });

  it('is answered exactly as an email that nobody has', async () => {
    const [known, unknown] = [await open(), await open()];
    const wrong = await known.submit({ email: hanako.email, password: 'Wrong-Horse-7' }, '/password');
    const nobody = await unknown.submit({ email: 'nobody@example.com', password: 'Wrong-Horse-7' }, '/password');
    expect(nobody.status).toBe(wrong.status);
    expect(withoutNoise(nobody)).toBe(withoutNoise(wrong));
  });

  it.each([
    ['email', { email: '', password: 'x' }, 'Enter your email.'],
    ['password', { email: 'hanako.sato@example.com', password: '' }, 'Enter your password.'],
  ])('left out, the %s is asked for', async (_field, typed, message) => {
    const page = await (await open()).submit(typed, '/password');
    expect(page.status).toBe(422);
    expect(page.html).toContain(message);
  });
});

describe('A wrong code', () => {
  it('may be corrected', async () => {
    const browser = await open();
    await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    for (const code of [wrongCode(hanako.code()), '', 'abcdef']) {
      const page = await browser.submit({ code }, '/code');
      expect(page.status).toBe(422);
      expect(page.html).toContain('autocomplete="one-time-code"');
    }
    expect((await browser.submit({ code: hanako.code() }, '/code')).url.pathname).toBe('/o/acme/');
  });

  it('five times starts again: not even the right one is taken then', async () => {
    const browser = await open();
    await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    for (let wrong = 0; wrong < 5; wrong++) {
      expect((await browser.submit({ code: wrongCode(hanako.code()) }, '/code')).status).toBe(422);
    }
    const page = await browser.submit({ code: hanako.code() }, '/code');
    expect(page.html).toContain('name="password"');
    expect(await signInWithCode(browser, hanako)).toMatchObject({ status: 200 });
  });

  it('ten times within an hour stops even the right one until the hour is over', async () => {
    const browser = await open();
    for (let journey = 0; journey < 2; journey++) {
      await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
      for (let wrong = 0; wrong < 5; wrong++) await browser.submit({ code: wrongCode(hanako.code()) }, '/code');
      await browser.get(browser.link('/restart'));
    }
    const stopped = await signInWithCode(browser, hanako);
    expect(stopped.status).toBe(429);
    expect(stopped.html).toContain('Too many wrong codes');
    app.clock.advance(60 * minute);
    await signedIn();
  });

  it('is one that somebody has used already', async () => {
    const code = hanako.code();
    const [first, second] = [await open(), await open()];
    for (const browser of [first, second]) {
      await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    }
    expect((await first.submit({ code }, '/code')).status).toBe(200);
    expect((await second.submit({ code }, '/code')).status).toBe(422);
    app.clock.advance(31_000);
    expect((await second.submit({ code: hanako.code() }, '/code')).url.pathname).toBe('/o/acme/');
  });
});

describe('“Sign in with my company credentials”', () => {
  it.each([
    ['the identifier', () => 'acme-admins'],
    ['the identifier in capitals', () => ' ACME-Admins '],
    ['the whole sign-in URL', () => app.sites.goUrl('acme-admins')],
    ['that URL without its scheme', () => app.sites.goUrl('acme-admins').replace('http://', '')],
  ])('leads to the company’s own sign-in with %s', async (_what, typed) => {
    const browser = await open();
    await browser.get(browser.link('company'));
    const page = await browser.submit({ organization: typed() }, '/company');
    expect(page.url.href).toBe(app.sites.consoleUrl('/o/acme/'));
    expect(page.html).toContain('Alice Liddell');
    expect(page.history.some(({ origin }) => origin === new URL(entra.upstream.url).origin)).toBe(true);
  });

  it.each([
    ['unknown', 'no-such-company', 'We do not know this name'],
    ['malformed', 'no such company!', 'This is not a valid name'],
    ['missing', '', 'Enter a name.'],
  ])('says so when the identifier is %s, and keeps what was typed', async (_what, typed, message) => {
    const browser = await open();
    await browser.get(browser.link('company'));
    const page = await browser.submit({ organization: typed }, '/company');
    expect(page.status).toBe(422);
    expect(page.html).toContain(message);
    if (typed !== '') expect(page.html).toContain(`value="${typed}"`);
    await browser.get(browser.link('email and password'));
    expect((await signInWithCode(browser, hanako)).status).toBe(200);
  });
});

describe('Signing out', () => {
  it('ends the session, says so, and the way back asks for the password', async () => {
    const browser = await signedIn();
    const page = await browser.submit({}, '/sign-out');
    expectSignedOut(page, 'You have signed out.');
    await browser.get(browser.link('Sign in again'));
    expect(browser.page?.html).toContain('name="password"');
    expect(browser.cookie('console')).toBeUndefined();
  });

  it('in one window signs the others out', async () => {
    const browser = await signedIn();
    const tab = new Browser();
    tab.cookies.push(...browser.cookies);
    await browser.submit({}, '/sign-out');
    expectSignedOut(await console(tab), 'You have signed out.');
  });
});

describe('The session', () => {
  it('ends 72 hours after the sign-in regardless of activity, and says so', async () => {
    const browser = await signedIn();
    for (let hour = 1; hour < 72; hour++) {
      app.clock.advance(60 * minute);
      if (hour % 12 === 11) expect((await console(browser)).url.pathname).toBe('/o/acme/');
    }
    app.clock.advance(59 * minute);
    expect((await console(browser)).url.pathname).toBe('/o/acme/');
    app.clock.advance(minute);
    expectSignedOut(await console(browser), 'your session reached its time limit');
  });

  it('starts both clocks again at each new sign-in', async () => {
    await signedIn();
    app.clock.advance(administratorAbsolute - minute);
    const browser = await signedIn();
    app.clock.advance(2 * minute);
    expect((await console(browser)).url.pathname).toBe('/o/acme/');
  });
});

describe('The inactivity timeout', () => {
  const settings = async (browser: Browser, fields: Record<string, string>) => {
    await console(browser, '/session-settings');
    return browser.submit(fields, '/session-settings');
  };

  it('switched on in the settings applies to every administrator at once, also to sessions that exist', async () => {
    const taro = await createAdministrator(app, [organization], 'Taro Yamada');
    const jiro = await createAdministrator(app, [organization], 'Jiro Yamada');
    const idle = await signedIn(taro);
    app.clock.advance(2 * 60 * minute);
    const busy = await signedIn(jiro);
    const admin = await signedIn();
    const saved = await settings(admin, { administratorInactivity: 'on', administratorInactivityMinutes: '30' });
    expect(saved.html).toContain('The settings were saved. They apply at once.');
    expectSignedOut(await console(idle), 'no activity for a while');

    app.clock.advance(29 * minute);
    const page = await console(busy);
    expect(page.url.pathname).toBe('/o/acme/');
    // Without script the page itself leads to the signed-out page at the time.
    expect(page.html).toMatch(/<meta http-equiv="refresh" content="\d+; ?url=[^"]*signed-out/);
    app.clock.advance(29 * minute);
    expect((await console(busy)).url.pathname).toBe('/o/acme/');
    expectSignedOut(await console(admin), 'no activity for a while');
    app.clock.advance(32 * minute);
    expectSignedOut(await console(busy), 'no activity for a while');
  });

  it('switched off again leaves only the 72 hours', async () => {
    const admin = await signedIn();
    await settings(admin, { administratorInactivity: 'on', administratorInactivityMinutes: '30' });
    await console(admin, '/session-settings');
    const form = admin.forms().find(({ fields }) => 'administratorInactivityMinutes' in fields)!;
    const { administratorInactivity: _, ...off } = form.fields;
    await admin.post(form.action, off);
    app.clock.advance(71 * 60 * minute);
    expect((await console(admin)).url.pathname).toBe('/o/acme/');
  });
});
