/** SES-1, SES-2, SES-4, SES-6: refresh, introspection, userinfo and silent sign-in stop in the moment the session ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administratorAbsolute } from '../../src/sessions/policy.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const hour = 3_600_000;
let app: TestApp;
let okta: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let application: RelyingParty;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  saml = await connectSaml(app, 'globex');
  application = await registerRelyingParty(app, { organizationId: okta.organization.id });
});
afterAll(async () => {
  await okta.upstream.close();
  await saml.upstream.close();
  await app.close();
});

type SignedIn = Awaited<ReturnType<RelyingParty['signIn']>>;

/** Everything still answers; the refresh token is used up, so the new tokens come back. */
async function expectAlive(party: RelyingParty, browser: Browser, signedIn: SignedIn): Promise<SignedIn> {
  const refreshed = await party.refresh(signedIn.refreshToken);
  expect(refreshed.status).toBe(200);
  const accessToken = String(refreshed.body.access_token);
  expect((await party.userinfo(accessToken)).status).toBe(200);
  expect((await party.introspect(accessToken)).body).toMatchObject({ active: true });
  const silent = await arrive(browser, party.start({ prompt: 'none' }).url);
  expect(silent.get('code')).toBeTruthy();
  return { ...signedIn, accessToken, refreshToken: String(refreshed.body.refresh_token) };
}

async function expectDead(
  party: RelyingParty,
  browser: Browser,
  { accessToken, refreshToken }: SignedIn,
): Promise<void> {
  expect((await party.userinfo(accessToken)).status).toBe(401);
  expect((await party.introspect(accessToken)).body).toEqual({ active: false });
  expect((await party.introspect(refreshToken)).body).toEqual({ active: false });
  expect(await party.refresh(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const silent = await arrive(browser, party.start({ prompt: 'none' }).url);
  expect(silent.get('error')).toBe('login_required');
}

async function set(change: Parameters<TestApp['services']['organizations']['updateSettings']>[1], customerId = 'acme') {
  const { organizations } = app.services;
  const organization = (await organizations.findByCustomerId(customerId))!;
  await organizations.updateSettings(organization.id, change, organization.version);
}

describe('A subscriber session', () => {
  it('ends after the organization’s absolute limit, whatever happened in it', async () => {
    const browser = new Browser();
    const signedIn = await application.signIn(browser);
    app.clock.advance(23 * hour);
    const later = await expectAlive(application, browser, signedIn);
    app.clock.advance(hour);
    await expectDead(application, browser, later);
    const state = await app.services.sessions.find(String(signedIn.claims.sid));
    expect(state).toMatchObject({ active: false, end: { reason: 'absolute' } });
  });

  it('ends by inactivity when that is set, also when it existed before; refreshing is not activity', async () => {
    const browser = new Browser();
    const signedIn = await application.signIn(browser);
    await set({ subscriberInactivityMinutes: 30 });
    app.clock.advance(20 * 60_000);
    await application.userinfo(signedIn.accessToken);
    const refreshed = await application.refresh(signedIn.refreshToken);
    expect(refreshed.status).toBe(200);
    await arrive(browser, application.start({ prompt: 'none' }).url);
    app.clock.advance(11 * 60_000);
    await expectDead(application, browser, { ...signedIn, refreshToken: String(refreshed.body.refresh_token) });
    await set({ subscriberInactivityMinutes: null });
  });

  it('lives on while the person or an application says that something happened', async () => {
    await set({ subscriberInactivityMinutes: 30 });
    const browser = new Browser();
    const signedIn = await application.signIn(browser);
    app.clock.advance(20 * 60_000);
    await arrive(browser, application.start().url);
    app.clock.advance(20 * 60_000);
    const activity = await new Browser().fetch('POST', `${app.sites.issuer}/session/activity`, '', {
      authorization: `Bearer ${signedIn.accessToken}`,
    });
    expect(activity.status).toBe(204);
    app.clock.advance(20 * 60_000);
    await expectAlive(application, browser, signedIn);
    await set({ subscriberInactivityMinutes: null });
  });

  it('ends when the upstream allowed no more (SessionNotOnOrAfter)', async () => {
    const party = await registerRelyingParty(app, { organizationId: saml.organization.id });
    saml.upstream.misbehaveNext('session-ends-soon');
    const browser = new Browser();
    const signedIn = await party.signIn(browser);
    const state = await app.services.sessions.find(String(signedIn.claims.sid));
    expect(state?.session.upstreamNotOnOrAfter).toBeGreaterThan(app.clock.now());
    app.clock.advance(state!.session.upstreamNotOnOrAfter! - app.clock.now());
    await expectDead(party, browser, signedIn);
    expect(await app.services.sessions.find(String(signedIn.claims.sid))).toMatchObject({
      end: { reason: 'upstream' },
    });
  });

  it('ends at once when it is revoked, and what ended it is kept', async () => {
    const browser = new Browser();
    const signedIn = await application.signIn(browser);
    expect(await app.services.sessions.end(String(signedIn.claims.sid), 'revoked')).toBe(true);
    await expectDead(application, browser, signedIn);
    app.clock.advance(24 * hour);
    await app.finalise();
    expect(await app.services.sessions.find(String(signedIn.claims.sid))).toBeUndefined();
  });
});

describe('An administrator session', () => {
  it('ends after 72 hours regardless of activity, and tokens with it', async () => {
    const administrator = await createAdministrator(app, [okta.organization]);
    const party = await registerRelyingParty(app, { organizationId: null });
    const browser = new Browser();
    await browser.get(party.start({ acr_values: 'idp:citrix' }).url);
    const started = party.start({ acr_values: 'idp:citrix' });
    await browser.get(started.url);
    const page = await signInWithCode(browser, administrator).catch((error: Error & { url?: URL }) => ({
      url: error.url!,
    }));
    const code = page.url.searchParams.get('code');
    const { body } = await party.redeem(String(code), started.verifier);
    const accessToken = String(body.access_token);
    expect((await party.userinfo(accessToken)).body).toMatchObject({
      idp: 'citrix',
      amr: ['pwd', 'otp', 'mfa'],
      access: [{ customer_id: 'acme', access: 'full' }],
    });
    app.clock.advance(administratorAbsolute - 60_000);
    await arrive(browser, party.start({ acr_values: 'idp:citrix' }).url);
    expect((await party.refresh(String(body.refresh_token))).status).toBe(200);
    app.clock.advance(60_000);
    expect((await party.userinfo(accessToken)).status).toBe(401);
  });
});
