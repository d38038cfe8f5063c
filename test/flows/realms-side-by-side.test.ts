/** ARCHITECTURE §5 "Realms": one browser, an administrator and two workspaces, none of which ends another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { followTo, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';

let app: TestApp;
let acme: Connected<{ close(): Promise<void> }>;
let globex: Connected<{ close(): Promise<void> }>;
let administrator: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  acme = await connectOkta(app, 'acme');
  globex = await connectSaml(app, 'globex');
  administrator = await createAdministrator(app, [acme.organization]);
});
afterAll(async () => {
  await acme.upstream.close();
  await globex.upstream.close();
  await app.close();
});

const workspace = (name: string, path = '/') => new URL(app.sites.workspaceUrl(name, path));
const signedIn = async (browser: Browser, name: string) =>
  (await browser.fetch('GET', workspace(name, '/session'))).status === 200;

describe('One browser with an administrator and two workspaces', () => {
  const browser = new Browser();

  it('signs in to all three, one after another', async () => {
    await browser.get(app.sites.consoleUrl());
    const console = await signInWithCode(browser, administrator);
    expect(console.status).toBe(200);
    expect(console.url.href).toContain('/o/acme');
    expect((await followTo(browser, workspace('acme'), 'nowhere')).html).toContain('Alice Liddell');
    expect((await followTo(browser, workspace('globex'), 'nowhere')).html).toContain('Suzuki');
  });

  it('stays signed in to all of them', async () => {
    expect((await browser.get(app.sites.consoleUrl())).url.href).toContain('/o/acme');
    expect(await signedIn(browser, 'acme')).toBe(true);
    expect(await signedIn(browser, 'globex')).toBe(true);
  });

  it('signs out of one and keeps the others', async () => {
    await followTo(browser, workspace('acme'), 'nowhere');
    await browser.submit({}, '/sign-out');
    expect(await signedIn(browser, 'acme')).toBe(false);
    expect(await signedIn(browser, 'globex')).toBe(true);
    expect((await browser.get(app.sites.consoleUrl())).url.href).toContain('/o/acme');
  });

  it('does not carry a subscriber’s session into another organization’s application', async () => {
    const application = await registerRelyingParty(app, { organizationId: acme.organization.id });
    const { claims } = await application.signIn(browser);
    expect(claims.customer_id).toBe('acme');
    const other = await registerRelyingParty(app, { organizationId: globex.organization.id });
    const silent = await other.signIn(browser, { prompt: 'none' });
    expect(silent.claims.customer_id).toBe('globex');
    expect(silent.claims.sub).not.toBe(claims.sub);
  });

  it('asks which session is meant when a sign-out does not say', async () => {
    const page = await browser.get(`${app.sites.issuer}/connect/endsession`);
    expect(page.status).toBe(200);
    expect(page.html).toContain('realm=administrators');
    expect(page.html).toContain('realm=subscribers-globex');
    const confirm = await browser.get(browser.link('realm=subscribers-globex'));
    expect(confirm.status).toBe(200);
    await browser.submit({ logout: 'yes' }, '/endsession/confirm');
    expect(await signedIn(browser, 'globex')).toBe(false);
    expect((await browser.get(app.sites.consoleUrl())).url.href).toContain('/o/acme');
  });
});

describe('Somebody else at the same browser', () => {
  it('replaces the session of that realm, which is ended and says so', async () => {
    const browser = new Browser();
    const application = await registerRelyingParty(app, { organizationId: acme.organization.id });
    const alice = await application.signIn(browser, { login_hint: 'alice' });
    // Without her upstream session: another person sits down.
    browser.cookies.splice(
      0,
      browser.cookies.length,
      ...browser.cookies.filter(({ host }) => host.endsWith('localhost')),
    );
    const bob = await application.signIn(browser, { login_hint: 'bob', prompt: 'login' });
    expect(bob.claims.sub).not.toBe(alice.claims.sub);
    const before = await app.services.sessions.find(String(alice.claims.sid));
    expect(before).toMatchObject({ active: false, end: { reason: 'replaced' } });
    expect((await application.userinfo(alice.accessToken)).status).toBe(401);
  });
});
