/** CIT-8: all sessions of a Citrix identity end, at once, whichever process says so; of nobody else, and none begun before. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endSessionsBefore } from '../../src/directory/identity-sessions.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { startLogoutListener } from '../support/logout-listener.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

const minute = 60_000;
let app: TestApp;
let acme: Organization;
let hanako: TestAdministrator;
let taro: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  taro = await createAdministrator(app, [acme], 'Taro Yamada');
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(61 * minute));

const url = (path = '/') => app.sites.consoleUrl(`/o/acme${path}`);
async function signedIn(who = hanako): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).url.href).toBe(url());
  // The next one has a code of its own.
  app.clock.advance(31_000);
  return browser;
}
/** As the CLI does it: in the database, and nothing else is told. */
const endInAnotherProcess = () => endSessionsBefore(app.database.db, hanako.identity.id, app.clock.now());

describe('All sessions of an identity', () => {
  it('end at once: console, userinfo, introspection and refresh say no, and the page says why', async () => {
    const dashboard = await registerRelyingParty(app, { organizationId: null });
    const browser = await signedIn();
    const other = await signedIn(taro);
    const { accessToken, refreshToken } = await dashboard.signIn(browser, { acr_values: 'idp:citrix' });
    expect((await dashboard.introspect(accessToken)).body.active).toBe(true);
    await endInAnotherProcess();
    expect((await dashboard.introspect(accessToken)).body).toEqual({ active: false });
    expect((await dashboard.userinfo(accessToken)).status).toBe(401);
    expect((await dashboard.refresh(refreshToken)).body.error).toBe('invalid_grant');
    const page = await browser.get(url());
    expect(page.url.pathname).toBe('/signed-out');
    expect(page.html).toContain('Your sign-in details were changed');
    expect((await other.get(url())).status).toBe(200);
  });

  it('are announced to applications, by the next round of whatever server', async () => {
    const listener = await startLogoutListener();
    const chat = await registerRelyingParty(app, {
      organizationId: null,
      metadata: { backchannel_logout_uri: listener.url },
    });
    const browser = await signedIn();
    const { claims } = await chat.signIn(browser, { acr_values: 'idp:citrix' });
    await app.finalise();
    await endInAnotherProcess();
    await app.finalise();
    await app.deliverNotices();
    expect(listener.received).toMatchObject([{ sub: claims.sub, sid: claims.sid }]);
    const state = await app.services.sessions.find(String(claims.sid));
    expect(state).toMatchObject({ active: false, end: { reason: 'credentials_changed' } });
    await listener.close();
  });

  it('can be ended except for the one in which the person has just proved who they are', async () => {
    const staying = await signedIn();
    const leaving = await signedIn();
    const account = (await app.services.accounts.findOfIdentity(hanako.identity.id))!;
    const open = await app.services.sessions.listOfAccount(account.id);
    expect(open).toHaveLength(2);
    // The older of the two.
    const { uid } = open.at(-1)!.session;
    expect(await app.services.endSessionsOf(hanako.identity.id, { except: uid })).toBe(1);
    expect((await staying.get(url())).status).toBe(200);
    expect((await leaving.get(url())).url.pathname).toBe('/signed-out');
  });

  it('leave new sign-ins as they are', async () => {
    await signedIn();
    await app.services.endSessionsOf(hanako.identity.id);
    app.clock.advance(minute);
    const browser = await signedIn();
    expect((await browser.get(url())).status).toBe(200);
  });

  it('end those that are not yet open too: a sign-in that began with the old password starts again', async () => {
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    app.clock.advance(1);
    await endInAnotherProcess();
    const page = await browser.submit({ code: hanako.code() }, '/code');
    expect(page.html).toContain('name="password"');
    expect((await browser.get(url())).url.pathname).toMatch(/^\/signin\//);
  });
});
