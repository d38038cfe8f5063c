/** ARCHITECTURE §3: an expired, repeated, bookmarked, back-buttoned or foreign attempt explains itself and leads on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { arrive, followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { alice, bob, type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let application: RelyingParty;

beforeAll(async () => {
  app = await startTestApp();
  const { cip_sid: _, ...incomplete } = bob.claims as Record<string, string>;
  const carol = { ...bob, username: 'carol', subject: '00u3carol', claims: incomplete };
  okta = await connectOkta(app, 'acme', { users: [alice, bob, carol] });
  saml = await connectSaml(app, 'globex');
  application = await registerRelyingParty(app, { organizationId: okta.organization.id, name: 'Expenses' });
});
afterAll(async () => {
  await okta.upstream.close();
  await saml.upstream.close();
  await app.close();
});

/** The URL with which the upstream sends the browser back, without going there. */
async function callbackOf(browser: Browser, url: URL): Promise<URL> {
  let page = await browser.fetch('GET', url);
  while (page.headers.location !== undefined) {
    const next = new URL(page.headers.location, page.url);
    if (next.pathname.startsWith('/core/login-')) return next;
    page = await browser.fetch('GET', next);
  }
  throw new Error(`no callback: ${page.url}`);
}

function expectWayOn(page: Page, href: string): void {
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.status).toBeLessThan(500);
  expect(page.html).toContain('<h1>');
  expect(page.html).toContain(`href="${href}"`);
}

describe('An answer that comes too late or twice', () => {
  it('leads on to the application when the attempt has expired', async () => {
    const browser = new Browser();
    const callback = await callbackOf(browser, application.start().url);
    app.clock.advance(16 * 60_000);
    expectWayOn(await browser.get(callback), 'http://127.0.0.1:9/');
  });

  it('leads on when it is repeated', async () => {
    const browser = new Browser();
    const callback = await callbackOf(browser, application.start().url);
    await arrive(browser, callback);
    expectWayOn(await browser.get(callback), 'http://127.0.0.1:9/');
  });

  it('leads to the workspace when that is where the person came from', async () => {
    const browser = new Browser();
    const callback = await callbackOf(browser, new URL(app.sites.workspaceUrl('acme', '/')));
    await browser.get(callback);
    expectWayOn(await browser.get(callback), app.sites.workspaceUrl('acme'));
  });

  it('says what to do when the handle was never ours', async () => {
    const page = await new Browser().get(`${app.sites.issuer}/login-okta?state=bookmarked&code=x`);
    expect(page.status).toBe(410);
    expect(page.html).toContain('<h1>');
    expect((await new Browser().get(`${app.sites.issuer}/login-okta`)).status).toBe(410);
  });
});

describe('A sign-in page', () => {
  it('that is opened again after the sign-in leads on to the application', async () => {
    const browser = new Browser();
    const history: URL[] = [];
    let page = await browser.fetch('GET', application.start().url);
    while (page.headers.location !== undefined && !page.headers.location.startsWith('http://127.0.0.1:9')) {
      const next = new URL(page.headers.location, page.url);
      history.push(next);
      page = await browser.fetch('GET', next);
    }
    const signin = history.find((url) => url.pathname.startsWith('/signin/') && !url.pathname.endsWith('/return'))!;
    const back = history.find((url) => url.pathname.endsWith('/return'))!;
    const again = await browser.get(signin);
    expectWayOn(again, 'http://127.0.0.1:9/');
    expect(again.html).toContain('This sign-in is already finished');
    expect((await browser.get(back)).status).toBe(410);
  });

  it('leads home, by Back after a sign-in to the console or a workspace, while the session lives', async () => {
    const who = await createAdministrator(app, [okta.organization], 'Back Button');
    const console = { url: app.sites.consoleUrl(), signIn: (browser: Browser) => signInWithCode(browser, who) };
    const browser = new Browser();
    const first = await browser.get(console.url);
    const home = await console.signIn(browser);
    expect([first.url.pathname.startsWith('/signin/'), home.url.pathname]).toEqual([true, '/o/acme/']);
    for (const path of ['', '/company', '/forgotten']) {
      const url = new URL(first.url);
      url.pathname += path;
      const back = await browser.fetch('GET', url);
      expect([path, back.status, back.headers.location]).toEqual([path, 303, console.url]);
    }
    expect((await browser.get(first.url)).url.pathname).toBe('/o/acme/');
    // Somebody else's browser, or this one after the session: nothing to go to, and no word of too long or not.
    const other = await new Browser().get(first.url);
    expect([other.status, other.html.includes('This sign-in is over')]).toEqual([410, true]);
    // A post of the old page is not answered by going anywhere.
    const posted = await browser.fetch('POST', first.url, new URLSearchParams({ email: who.email }));
    expect(posted.status).toBeGreaterThanOrEqual(400);
    app.clock.advance(8 * 24 * 3_600_000);
    expectWayOn(await browser.get(first.url), console.url);

    const subscriber = new Browser();
    const workspace = app.sites.workspaceUrl('acme', '/');
    let page = await subscriber.fetch('GET', new URL(workspace));
    const visited: URL[] = [];
    while (page.headers.location !== undefined && visited.length < 20) {
      visited.push(new URL(page.headers.location, page.url));
      page = await subscriber.fetch('GET', visited.at(-1)!);
    }
    const signin = visited.find((url) => url.pathname.startsWith('/signin/'))!;
    const back = await subscriber.fetch('GET', signin);
    expect([back.status, back.headers.location]).toEqual([303, app.sites.workspaceUrl('acme')]);
  });

  it('opened in another browser leads on and shows nothing of the first', async () => {
    const first = new Browser();
    const page = await first.fetch('GET', application.start().url);
    expectWayOn(await new Browser().get(String(page.headers.location)), 'http://127.0.0.1:9/');
  });

  it('names the application when there is nowhere to lead', async () => {
    const homeless = await registerRelyingParty(app, {
      organizationId: okta.organization.id,
      name: 'Homeless app',
      metadata: { client_uri: undefined },
    });
    const page = await new Browser().fetch('GET', homeless.start().url);
    const shown = await new Browser().get(String(page.headers.location));
    expect(shown.html).toContain('Homeless app');
  });
});

describe('Several tabs', () => {
  it('may all finish, in any order', async () => {
    const browser = new Browser();
    const tabs = [application.start(), application.start(), application.start()];
    const callbacks: URL[] = [];
    for (const tab of tabs) callbacks.push(await callbackOf(browser, tab.url));
    for (const index of [1, 0, 2]) {
      const answer = await arrive(browser, callbacks[index]!);
      expect(answer.get('state')).toBe(tabs[index]!.state);
      const tokens = await application.redeem(String(answer.get('code')), tabs[index]!.verifier);
      expect(tokens.status).toBe(200);
    }
  });
});

describe('An upstream that refuses', () => {
  it('stops with a page that offers to try again, and trying again works', async () => {
    const browser = new Browser();
    okta.upstream.misbehaveNext('access-denied');
    const started = application.start();
    const page = await browser.get(started.url);
    expect(page.status).toBe(403);
    expect(page.html).toMatch(/[2-9A-Z]{4}-[2-9A-Z]{4}/);
    const answer = await arrive(browser, browser.link('/signin/'));
    expect(answer.get('state')).toBe(started.state);
    expect(answer.get('code')).toBeTruthy();
  });
});

describe('An identity provider that begins by itself (SML-4)', () => {
  it('gets a page that says what to do instead', async () => {
    const browser = new Browser();
    const page = await browser.post(app.sites.acsUrl, { SAMLResponse: 'PHg+', RelayState: 'https://evil.example' });
    expect(page.status).toBe(400);
    expect(page.html).not.toContain('evil.example');
    expect((await browser.get(app.sites.acsUrl)).status).toBe(400);
  });

  it('cannot sign anybody in with a genuine answer that nobody waits for', async () => {
    const browser = new Browser();
    const workspace = new URL(app.sites.workspaceUrl('globex', '/'));
    let page = await browser.get(workspace);
    const leaving = browser.forms(page).find(({ fields }) => 'SAMLRequest' in fields)!;
    page = await browser.post(leaving.action, leaving.fields);
    const form = browser.forms(page).find(({ fields }) => 'SAMLResponse' in fields)!;
    const once = await browser.post(form.action, form.fields);
    expect(once.status).toBe(200);
    page = await new Browser().post(form.action, { SAMLResponse: form.fields.SAMLResponse! });
    expect(page.status).toBe(400);
    page = await browser.post(form.action, form.fields);
    expect(page.status).toBe(410);
    expect((await followTo(browser, workspace, 'nowhere')).status).toBe(200);
  });
});

describe('An attribute that is missing', () => {
  it('is named with the claim it feeds, without any value', async () => {
    const browser = new Browser();
    const page = await browser.get(application.start({ login_hint: 'carol' }).url);
    expect(page.status).toBe(403);
    expect(page.html).toContain('cip_sid');
    expect(page.html).not.toContain('cip_upn');
    expect(page.html).not.toContain('S-1-5-21');
    const reference = /<code>([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})<\/code>/.exec(page.html)?.[1];
    expect(app.log.join('')).toContain(String(reference));
    const [entry] = await app.services.systemLog.list({
      organizationId: okta.organization.id,
      reference: String(reference),
    });
    expect(entry).toMatchObject({ event: 'platform/signin/failed', detail: { reason: 'attributes' } });
  });
});

describe('An organization without a live method', () => {
  it('says so, and leads to the console instead of in a circle', async () => {
    const organization = await app.services.organizations.create({ name: 'Umbrella', customerId: 'umbrella' });
    const page = await new Browser().get(app.sites.workspaceUrl('umbrella', '/'));
    expect(page.status).toBe(404);
    expect(page.html).toContain('Nobody can sign in here yet');
    expect(page.html).toContain(organization.name);
    expect(page.html).toContain(`href="${app.sites.consoleUrl()}"`);
  });
});

describe('A browser with very many tabs', () => {
  it('is not refused everything for its cookies, and the tab that was opened last gets in', async () => {
    const browser = new Browser();
    const home = app.sites.workspaceUrl(okta.organization.workspaceName);
    for (let tab = 0; tab < 60; tab++) expect((await browser.fetch('GET', home)).status).toBe(303);
    const sent = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    expect(sent.length).toBeLessThan(8000);
    expect((await browser.get(home)).html).toContain('Alice Liddell');
  });
});
