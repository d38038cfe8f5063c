/** RP-initiated logout, back-channel logout however the session ended, and the workspace's sign-out through the upstream. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { type LogoutListener, startLogoutListener } from '../support/logout-listener.ts';
import { followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectGateway, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let gateway: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let listener: LogoutListener;
let application: RelyingParty;

beforeAll(async () => {
  app = await startTestApp({ byPath: true });
  okta = await connectOkta(app, 'acme');
  gateway = await connectGateway(app, 'initech');
  saml = await connectSaml(app, 'globex');
  listener = await startLogoutListener();
  application = await registerRelyingParty(app, {
    organizationId: okta.organization.id,
    metadata: { backchannel_logout_uri: listener.url },
  });
});
afterAll(async () => {
  for (const { upstream } of [okta, gateway, saml]) await upstream.close();
  await listener.close();
  await app.close();
});

const active = async (uid: unknown) => (await app.services.sessions.find(String(uid)))?.active;

describe('RP-initiated logout', () => {
  it('asks, ends the session and everything in it, and returns to the application with its state', async () => {
    const browser = new Browser();
    const { claims, idToken, accessToken } = await application.signIn(browser);
    const url = new URL(`${app.sites.issuer}/connect/endsession`);
    url.search = String(
      new URLSearchParams({
        id_token_hint: idToken,
        post_logout_redirect_uri: 'http://127.0.0.1:9/signed-out',
        state: 'st',
      }),
    );
    const confirm = await browser.get(url);
    expect(confirm.status).toBe(200);
    expect(await active(claims.sid)).toBe(true);
    const end = await browser.submit({ logout: 'yes' }, '/endsession/confirm').catch((error: { url: URL }) => error);
    expect(String((end as { url: URL }).url)).toBe('http://127.0.0.1:9/signed-out?state=st');
    expect(await active(claims.sid)).toBe(false);
    expect((await application.userinfo(accessToken)).status).toBe(401);
  });

  it('goes straight back when nobody is signed in', async () => {
    const url = new URL(`${app.sites.issuer}/connect/endsession`);
    url.search = String(
      new URLSearchParams({
        client_id: application.clientId,
        post_logout_redirect_uri: 'http://127.0.0.1:9/signed-out',
      }),
    );
    const page = await new Browser().get(url).catch((error: { url: URL }) => error);
    expect(String(page.url)).toBe('http://127.0.0.1:9/signed-out');
  });
});

describe('Back-channel logout', () => {
  it('reaches the application when the person signs out, with a token that our keys signed', async () => {
    const browser = new Browser();
    const { claims } = await application.signIn(browser);
    await app.services.sessions.end(String(claims.sid), 'signed_out');
    await app.deliverNotices();
    // The session that the first story ended is announced in the same round, in any order.
    const mine = listener.received.findIndex(({ sid }) => sid === claims.sid);
    expect(listener.received[mine]).toMatchObject({
      iss: app.sites.issuer,
      aud: application.clientId,
      sub: claims.sub,
      sid: claims.sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    const keys = createRemoteJWKSet(new URL(`${app.sites.issuer}/.well-known/openid-configuration/jwks`));
    await expect(jwtVerify(listener.tokens[mine]!, keys, { typ: 'logout+jwt' })).resolves.toBeTruthy();
  });

  it('is sent when a limit ended the session and nobody was there, and only once', async () => {
    const { claims } = await application.signIn(new Browser());
    const before = listener.received.length;
    await app.finalise();
    await app.deliverNotices();
    expect(listener.received.length).toBe(before);
    app.clock.advance(24 * 3_600_000);
    await Promise.all([app.finalise(), app.finalise()]);
    await Promise.all([app.deliverNotices(), app.deliverNotices()]);
    await app.finalise();
    await app.deliverNotices();
    expect(listener.received.slice(before).map(({ sid }) => sid)).toEqual([claims.sid]);
  });

  it('is tried again when the application did not take it', async () => {
    const { claims } = await application.signIn(new Browser());
    listener.failNext(1);
    await app.services.sessions.end(String(claims.sid), 'revoked');
    await app.deliverNotices();
    const told = () => listener.received.some(({ sid }) => sid === claims.sid);
    expect(told()).toBe(false);
    app.clock.advance(60_000);
    await app.deliverNotices();
    expect(told()).toBe(true);
  });
});

describe('The workspace’s sign-out', () => {
  it.each([
    ['okta', () => okta],
    ['gateway', () => gateway],
    ['saml', () => saml],
  ] as const)('goes through %s where it has a sign-out, and ends on the signed-out page', async (_kind, connected) => {
    const { organization, upstream } = connected();
    const browser = new Browser();
    const home = await followTo(browser, new URL(app.sites.workspaceUrl(organization.workspaceName, '/')), 'nowhere');
    expect(home.status).toBe(200);
    const page = await browser.submit({}, '/sign-out');
    expect(page.url.href).toContain(`/workspace/${organization.workspaceName}/signed-out`);
    expect(page.status).toBe(200);
    expect(page.history.some((url) => url.origin === new URL(upstream.url).origin)).toBe(true);
    const check = await browser.fetch('GET', app.sites.workspaceUrl(organization.workspaceName, '/session'));
    expect(check.status).toBe(401);
  });
});
