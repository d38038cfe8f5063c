/** SES-4: apps ask whether to stay signed in; their sessions live by other limits than the web's, and apart from it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationSettings } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { arrive, followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const hour = 3_600_000;
const day = 24 * hour;
let app: TestApp;
let okta: Connected<Simulator>;
let native: RelyingParty;
let web: RelyingParty;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  native = await registerRelyingParty(app, {
    organizationId: okta.organization.id,
    name: 'Pocket app',
    metadata: { application_type: 'native', token_endpoint_auth_method: 'none' },
  });
  web = await registerRelyingParty(app, { organizationId: okta.organization.id, name: 'Web app' });
});
afterAll(async () => {
  await okta.upstream.close();
  await app.close();
});

async function settle(change: Partial<OrganizationSettings>) {
  const { organizations } = app.services;
  const { id, version } = (await organizations.find(okta.organization.id))!;
  await organizations.updateSettings(id, change, version);
}

async function signIn(stay: 'yes' | 'no', browser = new Browser(), parameters: Record<string, string> = {}) {
  const started = native.start(parameters);
  const page = await browser.get(started.url);
  expect(page.html).toContain('Stay signed in on this device?');
  const end = await browser.submit({ stay }, '/stay').catch((error: { url: URL }) => error);
  const code = end.url.searchParams.get('code');
  const { status, body } = await native.redeem(String(code), started.verifier);
  expect(status).toBe(200);
  const claims = (await native.userinfo(String(body.access_token))).body;
  return {
    browser,
    uid: String(claims.sid),
    accessToken: String(body.access_token),
    refreshToken: String(body.refresh_token),
  };
}
const stateOf = async (uid: string) => (await app.services.sessions.find(uid))!;
/** Some use of the app: the authorize request is the activity (SES-7). */
const use = (browser: Browser) => arrive(browser, native.start().url);
const silently = async (party: RelyingParty, browser: Browser) =>
  (await arrive(browser, party.start({ prompt: 'none' }).url)).has('code');

describe('A native app', () => {
  it('asks during the sign-in, and says for how long', async () => {
    const browser = new Browser();
    const page = await browser.get(native.start().url);
    expect(page.status).toBe(200);
    expect(page.url.pathname).toMatch(/^\/signin\/[\w-]+$/);
    expect(page.html).toContain('Pocket app');
    expect(page.html).toContain('For 30 days, as long as you use it at least every 14 days.');
    expect(page.html).toContain('You sign in again after 1 day.');
  });

  it('gets its answer at any port of the loopback address', async () => {
    const browser = new Browser();
    const started = native.start({ redirect_uri: 'http://127.0.0.1:49152/callback' });
    await browser.get(started.url);
    const end = await browser.submit({ stay: 'yes' }, '/stay').catch((error: { url: URL }) => error);
    expect(end.url.origin).toBe('http://127.0.0.1:49152');
    expect(end.url.searchParams.get('code')).toBeTruthy();
  });

  it('asks once: the session that was agreed to is used by the next request', async () => {
    const { browser } = await signIn('yes');
    expect(await silently(native, browser)).toBe(true);
    expect((await use(browser)).has('code')).toBe(true);
  });

  it('takes an answer once: back and again leads on to the app', async () => {
    const browser = new Browser();
    const page = await browser.get(native.start().url);
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/stay'))!;
    await browser.submit({ stay: 'yes' }, '/stay').catch(() => undefined);
    browser.page = page;
    const again = await browser.post(form.action, { ...form.fields, stay: 'no' });
    expect(again.status).toBe(410);
    expect(again.html).toContain('href="http://127.0.0.1:9/"');
  });
});

describe('Somebody who agreed to stay signed in', () => {
  it('stays for 30 days as long as the app is used, refresh tokens included', async () => {
    const { browser, uid, refreshToken } = await signIn('yes');
    const refreshed = await native.refresh(refreshToken);
    expect(refreshed.status).toBe(200);
    let token = String(refreshed.body.refresh_token);
    for (let days = 10; days < 30; days += 10) {
      app.clock.advance(10 * day);
      expect((await use(browser)).has('code')).toBe(true);
      const next = await native.refresh(token);
      expect(next.status).toBe(200);
      token = String(next.body.refresh_token);
    }
    app.clock.advance(10 * day);
    expect(await silently(native, browser)).toBe(false);
    expect((await native.refresh(token)).body.error).toBe('invalid_grant');
    expect((await stateOf(uid)).end.reason).toBe('absolute');
  });

  it('is signed out after 14 days without use; refreshing is no use', async () => {
    const { browser, uid, refreshToken } = await signIn('yes');
    app.clock.advance(13 * day);
    expect((await native.refresh(refreshToken)).status).toBe(200);
    expect(await silently(native, browser)).toBe(true);
    app.clock.advance(day + 60_000);
    expect(await silently(native, browser)).toBe(false);
    expect(await stateOf(uid)).toMatchObject({ active: false, end: { reason: 'inactivity' } });
  });

  it('is held to a changed period at once, also in sessions that exist', async () => {
    const { browser } = await signIn('yes');
    const other = await signIn('yes');
    app.clock.advance(2 * day);
    await settle({ nativeReauthenticationDays: 2 });
    expect(await silently(native, browser)).toBe(false);
    await settle({ nativeReauthenticationDays: 365 });
    expect(await silently(native, other.browser)).toBe(true);
    for (let days = 2; days < 62; days += 12) {
      app.clock.advance(12 * day);
      expect((await use(other.browser)).has('code')).toBe(true);
    }
    await settle({ nativeReauthenticationDays: 30 });
    expect(await silently(native, other.browser)).toBe(false);
  });

  it('is not held to the inactivity timeout of the web', async () => {
    const { browser } = await signIn('yes');
    await settle({ subscriberInactivityMinutes: 30 });
    app.clock.advance(5 * hour);
    expect(await silently(native, browser)).toBe(true);
    await settle({ subscriberInactivityMinutes: null });
  });
});

describe('Somebody who declined', () => {
  it('signs in again after 24 hours', async () => {
    const { browser, refreshToken } = await signIn('no');
    app.clock.advance(23 * hour);
    expect((await use(browser)).has('code')).toBe(true);
    app.clock.advance(hour);
    expect(await silently(native, browser)).toBe(false);
    expect((await native.refresh(refreshToken)).body.error).toBe('invalid_grant');
  });

  it('signs in again after 24 hours also where the web may stay for longer', async () => {
    await settle({ subscriberWebHours: 72 });
    const { browser } = await signIn('no');
    app.clock.advance(24 * hour);
    expect(await silently(native, browser)).toBe(false);
    await settle({ subscriberWebHours: 24 });
  });

  it('is asked again at the next sign-in, and may agree then', async () => {
    const { browser } = await signIn('no');
    await signIn('yes', browser, { prompt: 'login' });
    app.clock.advance(10 * day);
    expect(await silently(native, browser)).toBe(true);
  });
});

describe('The web, in the same browser', () => {
  it('never lives on an app’s session: its own limit holds, for pages and for tokens', async () => {
    const { browser } = await signIn('yes');
    const signedIn = await web.signIn(browser);
    await followTo(browser, new URL(app.sites.workspaceUrl('acme', '/')), 'nowhere');
    const check = async () => (await browser.fetch('GET', app.sites.workspaceUrl('acme', '/session'))).status;
    expect(await check()).toBe(200);
    app.clock.advance(24 * hour);
    expect(await check()).toBe(401);
    expect(await silently(web, browser)).toBe(false);
    expect((await web.userinfo(signedIn.accessToken)).status).toBe(401);
    expect((await web.refresh(signedIn.refreshToken)).body.error).toBe('invalid_grant');
    expect(await silently(native, browser)).toBe(true);
  });

  it('does not shorten the app’s: signing in to it anew and signing out of it leave the app alone', async () => {
    const { browser } = await signIn('yes');
    await web.signIn(browser, { prompt: 'login' });
    await followTo(browser, new URL(app.sites.workspaceUrl('acme', '/')), 'nowhere');
    await browser.submit({}, '/sign-out');
    app.clock.advance(10 * day);
    expect(await silently(native, browser)).toBe(true);
  });

  it('does not sign the app in, whose question would go unasked', async () => {
    const browser = new Browser();
    await web.signIn(browser);
    expect(await silently(native, browser)).toBe(false);
    await signIn('yes', browser);
  });

  it('is told apart where a sign-out does not say whose session it means', async () => {
    const { browser } = await signIn('yes');
    await web.signIn(browser);
    const page = await browser.get(`${app.sites.issuer}/connect/endsession`);
    expect(page.html).toContain('The acme company');
    expect(page.html).toContain('Apps of The acme company');
  });

  it('is the same person to both', async () => {
    const { browser, accessToken } = await signIn('yes');
    const { claims } = await web.signIn(browser);
    expect((await native.userinfo(accessToken)).body.sub).toBe(claims.sub);
  });
});

describe('A native app of the whole installation', () => {
  it('asks in the organization that was chosen, and stays apart from the web there', async () => {
    const everywhere = await registerRelyingParty(app, {
      organizationId: null,
      metadata: { application_type: 'native', token_endpoint_auth_method: 'none' },
    });
    const browser = new Browser();
    await web.signIn(browser);
    const page = await browser.get(everywhere.start({ acr_values: 'tenant:acme' }).url);
    expect(page.html).toContain('Stay signed in on this device?');
    await browser.submit({ stay: 'yes' }, '/stay').catch(() => undefined);
    app.clock.advance(10 * day);
    const silent = await arrive(browser, everywhere.start({ acr_values: 'tenant:acme', prompt: 'none' }).url);
    expect(silent.get('code')).toBeTruthy();
    expect(await silently(web, browser)).toBe(false);
  });
});
