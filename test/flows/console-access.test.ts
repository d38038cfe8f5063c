/** CON-08, CIT-9, SES-3: whose console it is: two organizations in two tabs, nobody else's, and none once access is gone. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { startLogoutListener } from '../support/logout-listener.ts';
import { arrive, registerRelyingParty } from '../support/relying-party.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let acme: Organization;
let globex: Organization;
/** Administers both. */
let hanako: TestAdministrator;
/** Administers acme only. */
let taro: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  saml = await connectSaml(app, 'globex');
  [acme, globex] = [okta.organization, saml.organization];
  hanako = await createAdministrator(app, [acme, globex]);
  taro = await createAdministrator(app, [acme], 'Taro Yamada');
});
afterAll(async () => {
  await okta.upstream.close();
  await saml.upstream.close();
  await app.close();
});
beforeEach(() => app.clock.advance(31_000));

const url = (customerId: string, path = '/') => app.sites.consoleUrl(`/o/${customerId}${path}`);
async function signedIn(who: TestAdministrator): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).status).toBe(200);
  return browser;
}
function tabOf(browser: Browser): Browser {
  const tab = new Browser();
  tab.cookies.push(...browser.cookies);
  return tab;
}
async function rowOf({ email }: TestAdministrator, { id }: Organization): Promise<string> {
  return (await app.services.administrators.list(id)).find((row) => row.email === email)!.id;
}

describe('An administrator of two organizations', () => {
  it('chooses one after signing in, and switches without signing in again', async () => {
    const browser = await signedIn(hanako);
    expect(browser.page?.url.href).toBe(app.sites.consoleUrl('/organizations'));
    expect(browser.page?.html).toContain('Hanako Sato administers several organizations.');
    const page = await browser.get(browser.link('The globex company'));
    expect(page.url.href).toBe(url('globex'));
    await browser.get(browser.link('/organizations'));
    expect((await browser.get(browser.link('The acme company'))).url.href).toBe(url('acme'));
    await browser.get(app.sites.consoleUrl('/organizations'));
    expect((await browser.submit({}, '/sign-out')).html).toContain('signed out');
    expect((await browser.get(app.sites.consoleUrl('/organizations'))).url.pathname).not.toBe('/organizations');
  });

  it('can have one opened by itself in this browser, and undo that; another person here is still asked', async () => {
    const browser = await signedIn(hanako);
    expect((await browser.get(app.sites.consoleUrl())).url.pathname).toBe('/organizations');
    const remember = async (text: string) => {
      await browser.get(app.sites.consoleUrl('/organizations'));
      const form = browser.forms().find(({ fields }) => fields.organization === text)!;
      return browser.post(form.action, form.fields);
    };
    expect((await remember('globex')).url.href).toBe(url('globex'));
    expect((await browser.get(app.sites.consoleUrl())).url.href).toBe(url('globex'));
    expect((await browser.get(app.sites.consoleUrl('/organizations'))).html).toContain(
      'The globex company opens by itself when you sign in with this browser.',
    );
    // Still after signing out and in.
    await browser.get(url('globex'));
    await browser.submit({}, '/sign-out');
    app.clock.advance(31_000);
    await browser.get(app.sites.consoleUrl());
    expect((await signInWithCode(browser, hanako)).url.href).toBe(url('globex'));
    // Somebody else at the same computer.
    await browser.submit({}, '/sign-out');
    const rokuro = await createAdministrator(app, [acme, globex], 'Rokuro Kato');
    await browser.get(app.sites.consoleUrl());
    expect((await signInWithCode(browser, rokuro)).url.pathname).toBe('/organizations');
    await browser.get(url('acme'));
    await browser.submit({}, '/sign-out');
    app.clock.advance(31_000);
    await browser.get(app.sites.consoleUrl());
    await signInWithCode(browser, hanako);
    expect((await remember('')).url.pathname).toBe('/organizations');
    expect((await browser.get(app.sites.consoleUrl())).url.pathname).toBe('/organizations');
  });

  it('gets no access from what is remembered, and no other site makes it remember', async () => {
    const shichiro = await createAdministrator(app, [acme, globex], 'Shichiro Endo');
    const browser = await signedIn(shichiro);
    await browser.get(app.sites.consoleUrl('/organizations'));
    const form = browser.forms().find(({ fields }) => fields.organization === 'globex')!;
    expect((await browser.post(form.action, { organization: 'globex' })).status).toBe(403);
    await browser.post(form.action, form.fields);
    await app.services.administrators.remove(globex.id, await rowOf(shichiro, globex), operator);
    expect((await browser.get(app.sites.consoleUrl())).url.href).toBe(url('acme'));
  });

  it('has both open in two tabs, each with its own', async () => {
    const first = await signedIn(hanako);
    await first.get(url('acme', '/connections'));
    const second = tabOf(first);
    await second.get(url('globex', '/connections'));
    expect(first.page?.html).toContain('Okta of acme');
    expect(second.page?.html).toContain('SAML of globex');
    await first.get(url('acme', '/session-settings'));
    await second.get(url('globex', '/session-settings'));
    await first.submit({ subscriberWebHours: '11' }, '/session-settings');
    await second.submit({ subscriberWebHours: '22' }, '/session-settings');
    const hours = async ({ id }: Organization) =>
      (await app.services.organizations.find(id))?.settings.subscriberWebHours;
    expect([await hours(acme), await hours(globex)]).toEqual([11, 22]);
  });

  it('is held to the strictest inactivity timeout, because one session opens both', async () => {
    const browser = await signedIn(hanako);
    const { organizations } = app.services;
    const set = async (administratorInactivityMinutes: number | null) =>
      organizations.updateSettings(
        globex.id,
        { administratorInactivityMinutes },
        (await organizations.find(globex.id))!.version,
      );
    await set(10);
    app.clock.advance(12 * 60_000);
    expect((await browser.get(url('acme'))).url.pathname).toBe('/signed-out');
    await set(null);
  });
});

describe('Somebody else’s organization', () => {
  const pages = [
    '/',
    '/sessions',
    '/connections',
    '/organization-sessions',
    '/organization-sessions/end-all',
    '/session-settings',
  ];

  it.each(pages)('is answered at %s as one that does not exist', async (path) => {
    const browser = await signedIn(taro);
    const [foreign, missing] = [await browser.get(url('globex', path)), await browser.get(url('no-such', path))];
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    const plain = (html: string) =>
      html.replaceAll(/[2-9A-Z]{4}-[2-9A-Z]{4}|globex|no-such|<time[\s\S]*?<\/time>|nonce-[\w-]+/g, '');
    expect(plain(foreign.html)).toBe(plain(missing.html));
    expect(foreign.html).not.toContain('The globex company');
  });

  it('takes no changes and ends no sessions', async () => {
    const subscriber = new Browser();
    const application = await registerRelyingParty(app, { organizationId: acme.id });
    const { claims } = await application.signIn(subscriber);
    const browser = await signedIn(taro);
    await browser.get(url('acme', '/organization-sessions/end-all'));
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/end-all'))!;
    const page = await browser.post(url('globex', '/organization-sessions/end-all'), form.fields);
    expect(page.status).toBe(404);
    const settings = { ...form.fields, subscriberWebHours: '1', nativeReauthenticationDays: '1', version: '1' };
    expect((await browser.post(url('globex', '/session-settings'), settings)).status).toBe(404);
    expect((await app.services.sessions.find(String(claims.sid)))?.active).toBe(true);
    expect((await app.services.organizations.find(globex.id))?.settings.subscriberWebHours).not.toBe(1);
  });

  it('keeps its connections to itself, also under an own organization’s address', async () => {
    const browser = await signedIn(taro);
    expect((await browser.get(url('acme', `/connections/${okta.connectionId}`))).status).toBe(200);
    expect((await browser.get(url('acme', `/connections/${saml.connectionId}`))).status).toBe(404);
    expect((await browser.get(url('globex', `/connections/${saml.connectionId}`))).status).toBe(404);
    expect((await browser.get(url('acme', '/connections/no-such'))).status).toBe(404);
  });

  it('keeps its sessions to itself: neither listed, nor found, nor ended by their row’s name', async () => {
    const wiki = await registerRelyingParty(app, { organizationId: globex.id });
    const theirs = await wiki.signIn(new Browser());
    const both = await signedIn(hanako);
    await both.get(url('globex', '/organization-sessions'));
    const row = both.forms().find(({ fields, action }) => action.pathname.endsWith('/end') && 'session' in fields)!;
    expect(both.page?.html).toContain('Suzuki');

    app.clock.advance(31_000);
    const browser = await signedIn(taro);
    const list = await browser.get(url('acme', '/organization-sessions'));
    expect(list.html).not.toContain('Suzuki');
    expect((await browser.get(url('acme', '/organization-sessions?search=Suzuki'))).html).toContain(
      'No session matches',
    );
    await browser.get(url('acme', '/organization-sessions/end-all'));
    const { csrf } = browser.forms().find(({ action }) => action.pathname.endsWith('/end-all'))!.fields;
    const fields = { csrf: csrf!, session: row.fields.session!, confirmed: 'yes' };
    for (const path of ['/organization-sessions/end', '/sessions/end']) {
      const page = await browser.post(url('acme', path), fields);
      expect(page.html).toContain('This session had ended already.');
    }
    expect((await app.services.sessions.find(String(theirs.claims.sid)))?.active).toBe(true);
    expect(list.html).not.toContain(String(theirs.claims.sid));
  });

  it('that was joined after the sign-in opens without another, and holds the session to its rules from then on', async () => {
    const late = await organizationNamed(app, 'initech');
    const jiro = await createAdministrator(app, [acme], 'Jiro Suzuki');
    const browser = await signedIn(jiro);
    const { identity, email } = jiro;
    await app.services.administrators.add(
      {
        organizationId: late.id,
        kind: 'identity',
        connectionId: 'citrix',
        subject: identity.id,
        displayName: 'Jiro Suzuki',
        email,
        access: { access: 'full' },
      },
      operator,
    );
    const { sessions, organizations } = app.services;
    expect((await browser.get(url('globex'))).status).toBe(404);
    expect((await browser.get(url('initech'))).status).toBe(200);
    expect(browser.page?.html).toContain('/organizations?current=initech');
    // SES-8, SES-2: listed there, ended there, and under its timeout.
    const listed = await sessions.listOfOrganization(late.id);
    expect(listed.map(({ session }) => session.organizationIds)).toEqual([[acme.id, late.id]]);
    await organizations.updateSettings(late.id, { administratorInactivityMinutes: 10 }, late.version);
    app.clock.advance(12 * 60_000);
    expect((await browser.get(url('initech'))).url.pathname).toBe('/signed-out');
  });
});

describe('An administrator who was removed (SES-3)', () => {
  it('has no access from then on: pages, tokens and silent sign-in, in every application', async () => {
    const saburo = await createAdministrator(app, [acme], 'Saburo Ito');
    const dashboard = await registerRelyingParty(app, { organizationId: null, name: 'Dashboard' });
    const browser = await signedIn(saburo);
    const signedInAt = await dashboard.signIn(browser, { acr_values: 'idp:citrix' });
    expect((await dashboard.userinfo(signedInAt.accessToken)).body.access).toMatchObject([
      { customer_id: 'acme', access: 'full' },
    ]);
    const waiting = dashboard.start({ acr_values: 'idp:citrix' });
    const code = (await arrive(browser, waiting.url)).get('code');

    await app.services.administrators.remove(acme.id, await rowOf(saburo, acme), operator);
    // Before anybody has opened a page: the durable row decides.
    expect((await dashboard.userinfo(signedInAt.accessToken)).status).toBe(401);
    expect((await dashboard.introspect(signedInAt.accessToken)).body).toEqual({ active: false });
    expect((await dashboard.introspect(signedInAt.refreshToken)).body).toEqual({ active: false });
    expect((await dashboard.refresh(signedInAt.refreshToken)).body.error).toBe('invalid_grant');
    expect((await dashboard.redeem(String(code), waiting.verifier)).body.error).toBe('invalid_grant');
    const silent = await arrive(browser, dashboard.start({ acr_values: 'idp:citrix', prompt: 'none' }).url);
    expect(silent.get('code')).toBeNull();

    const page = await browser.get(url('acme'));
    expect(page.url.pathname).toBe('/signed-out');
    expect(page.html).toContain('Your access was removed.');
    app.clock.advance(31_000);
    const again = new Browser();
    await again.get(app.sites.consoleUrl());
    const refused = await signInWithCode(again, saburo);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('You do not have access');
  });

  it('is told to applications that wait to be told, within the minute, without anybody asking', async () => {
    const goro = await createAdministrator(app, [acme], 'Goro Abe');
    const listener = await startLogoutListener();
    const dashboard = await registerRelyingParty(app, {
      organizationId: null,
      metadata: { backchannel_logout_uri: listener.url },
    });
    const browser = await signedIn(goro);
    const { claims } = await dashboard.signIn(browser, { acr_values: 'idp:citrix' });
    await app.finalise();
    await app.deliverNotices();
    expect(listener.received).toEqual([]);
    await app.services.administrators.remove(acme.id, await rowOf(goro, acme), operator);
    await app.finalise();
    await app.deliverNotices();
    expect(listener.received).toMatchObject([{ sub: claims.sub, sid: claims.sid }]);
    expect(await app.services.sessions.find(String(claims.sid))).toMatchObject({ end: { reason: 'removed' } });
    await listener.close();
  });

  it('from one of two organizations keeps the other', async () => {
    const shiro = await createAdministrator(app, [acme, globex], 'Shiro Mori');
    const dashboard = await registerRelyingParty(app, { organizationId: null });
    const browser = await signedIn(shiro);
    const { accessToken } = await dashboard.signIn(browser, { acr_values: 'idp:citrix' });
    await app.services.administrators.remove(acme.id, await rowOf(shiro, acme), operator);
    expect((await browser.get(url('acme'))).status).toBe(404);
    expect((await browser.get(url('globex'))).status).toBe(200);
    const { body } = await dashboard.userinfo(accessToken);
    expect(body.access).toEqual([expect.objectContaining({ customer_id: 'globex' })]);
    expect([body.customer_id, body.org_id]).toEqual(['globex', globex.orgId]);
  });
});
