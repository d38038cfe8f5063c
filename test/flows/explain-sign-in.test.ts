/** "Explain this sign-in": from the code on the person's page to what happened and what to do, and links to it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient, apiOfPage } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import {
  bob,
  type Connected,
  connectEntra,
  connectGateway,
  connectOkta,
  connectSaml,
} from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const company = 'company';
const dayMs = 86_400_000;
let app: TestApp;
let admin: Browser;
let api: ApiClient;
let okta: Connected<Simulator>;
let gateway: Connected<Simulator>;
let entra: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let party: RelyingParty;
let native: RelyingParty;

beforeAll(async () => {
  app = await startTestApp();
  saml = await connectSaml(app, company);
  gateway = await connectGateway(app, company);
  entra = await connectEntra(app, company);
  okta = await connectOkta(app, company);
  party = await registerRelyingParty(app, { organizationId: okta.organization.id });
  native = await registerRelyingParty(app, {
    organizationId: okta.organization.id,
    metadata: { application_type: 'native' },
  });
  admin = await signedIn('Hanako Sato');
  api = await apiOfPage(app, admin);
});
afterAll(async () => {
  for (const { upstream } of [okta, gateway, entra, saml]) await upstream.close();
  await app.close();
});
beforeEach(() => app.clock.advance(30_000));

async function signedIn(name: string): Promise<Browser> {
  const administrator = await createAdministrator(app, [okta.organization], name);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, administrator);
  return browser;
}

const consoleOf = (path: string): string => app.sites.consoleUrl(`/o/${company}${path}`);
const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');
const codeOn = (page: Page): string => {
  const code = /data-copy="([0-9A-Z]{4}-[0-9A-Z]{4})"/.exec(page.html)?.[1];
  if (code === undefined) throw new Error(`no code on ${page.url}: ${textOf(page.html)}`);
  return code;
};

async function useConnection(id: string): Promise<void> {
  await app.services.organizations.setSubscriberConnection(okta.organization.id, id);
}

/** Somebody tries; the page on which it stops. */
async function tryToSignIn(browser = new Browser(), parameters = {}): Promise<Page> {
  return followTo(browser, party.start({ prompt: 'login', ...parameters }).url, '127.0.0.1:9');
}

/** Begins, and follows redirects until one leads to `goal`, which is not followed; the last one before it that has `part`. */
async function untilRedirectTo(browser: Browser, goal: string, part = goal): Promise<string> {
  const seen: string[] = [];
  let page = await browser.fetch('GET', party.start({ prompt: 'login' }).url);
  for (let step = 0; step < 10 && page.headers.location !== undefined; step++) {
    const next = new URL(page.headers.location, page.url).href;
    seen.push(next);
    if (next.includes(goal)) return seen.findLast((url) => url.includes(part))!;
    page = await browser.fetch('GET', next);
  }
  throw new Error(`never led to ${goal}: ${seen}`);
}

/** Another Okta, in place of the one before. */
async function freshOkta(more = {}): Promise<Connected<Simulator>> {
  await app.database.db
    .updateTable('connections')
    .set({ name: `Okta ${randomUUID()}` })
    .where('name', '=', 'Okta of company')
    .execute();
  return connectOkta(app, company, more);
}

/** Typed as people type it. */
async function explain(code: string): Promise<Page> {
  return admin.get(consoleOf(`/sign-ins?reference=${code.toLowerCase().replace('-', '')}`));
}

async function newest(): Promise<string> {
  const { body } = await api('GET', `/api/v1/organizations/${company}/sign-ins?limit=1`);
  return body.items[0].reference;
}

describe('A sign-in that fails', () => {
  it('at Okta is explained under the code that the person saw: what was expected, what came, who does what', async () => {
    await useConnection(okta.connectionId);
    okta.upstream.misbehaveNext('issuer-foreign');
    const code = codeOn(await tryToSignIn());
    const page = await explain(code);
    expect([page.status, page.url.pathname]).toEqual([200, expect.stringMatching(/\/sign-ins\/[0-9a-f-]{36}$/)]);
    const text = textOf(page.html);
    expect(text).toContain(`Sign-in ${code}`);
    expect(text).toContain('The ID token was issued by somebody else.');
    expect(text).toMatch(/Expected http:\/\/127\.0\.0\.1:\d+ Received https:\/\/issuer\.example/);
    expect(text).toMatch(/POST 127\.0\.0\.1:\d+\/oauth2\/v1\/token HTTP 200, took \d+ ms/);
    expect(text).toContain('Okta of company');
  });

  it('at the Gateway', async () => {
    await useConnection(gateway.connectionId);
    gateway.upstream.misbehaveNext('clock-slow');
    const text = textOf((await explain(codeOn(await tryToSignIn()))).html);
    expect(text).toMatch(/clock is 180 minutes behind/);
    expect(text).toContain('set up time synchronisation');
  });

  it('at Entra', async () => {
    await useConnection(entra.connectionId);
    entra.upstream.misbehaveNext('graph-refused');
    const text = textOf((await explain(codeOn(await tryToSignIn()))).html);
    expect(text).toMatch(/GET 127\.0\.0\.1:\d+\/v1\.0\/me HTTP 403/);
    expect(text).toContain('directory_refused');
  });

  it('at a SAML provider', async () => {
    await useConnection(saml.connectionId);
    saml.upstream.misbehaveNext('wrong-audience');
    const text = textOf((await explain(codeOn(await tryToSignIn()))).html);
    expect(text).toContain(`Expected ${app.sites.samlEntityId} Received https://other-sp.test`);
    expect(text).toContain('by a posted form (POST)');
  });

  it('for an attribute names it, its claim and what is wrong with it, and keeps no value', async () => {
    await useConnection(saml.connectionId);
    saml.upstream.misbehaveNext('missing-attribute');
    const page = await tryToSignIn();
    expect(page.status).toBe(403);
    const text = textOf((await explain(codeOn(page))).html);
    expect(text).toMatch(/cip_sid cip_sid \( ?required ?\)?|cip_sid cip_sid required/);
    expect(text).toContain('not sent');
    expect(text).not.toContain('suzuki');
  });

  it('before anybody left, because the provider cannot be reached', async () => {
    const gone = await freshOkta();
    await useConnection(gone.connectionId);
    await gone.upstream.close();
    const page = await tryToSignIn();
    expect(page.status).toBe(502);
    const text = textOf((await explain(codeOn(page))).html);
    expect(text).toContain('no answer (upstream_unreachable)');
    expect(text).not.toContain('The browser left');
  });

  it('in a browser that did not ask is explained, and has a code', async () => {
    await useConnection(okta.connectionId);
    const handedOver = await untilRedirectTo(new Browser(), '/return?h=');
    // The link is followed by somebody who is in the middle of a sign-in of their own.
    const other = new Browser();
    const waiting = await untilRedirectTo(other, '/core/login-okta?', '/signin/');
    const uidOf = (url: string): string => /\/signin\/([^/?]+)/.exec(url)![1]!;
    const page = await other.get(handedOver.replace(uidOf(handedOver), uidOf(waiting)));
    expect(page.status).toBe(403);
    expect(textOf((await explain(codeOn(page))).html)).toContain('arrived in another browser');
  });

  it('because the person has no access here', async () => {
    await useConnection(okta.connectionId);
    const text = await withoutAccess();
    expect(text).toContain('has no access to this organization');
  });
});

/** An administrator of Entra who is nobody's administrator. */
async function withoutAccess(): Promise<string> {
  const connection = await app.services.connections.create(okta.organization.id, {
    kind: 'azure-ad',
    name: 'Entra of administrators',
    settings: {
      ...(await app.services.connections.openSettings((await app.services.connections.find(entra.connectionId))!)),
    },
    administrators: true,
    identifier: 'company-entra',
  });
  await app.services.connections.makeLive(connection.id);
  const page = await new Browser().get(app.sites.goUrl('company-entra'));
  expect(page.status).toBe(403);
  return textOf((await explain(codeOn(page))).html);
}

describe('An answer that comes', () => {
  it('again, by Back, says so under a code, once', async () => {
    await useConnection(okta.connectionId);
    const browser = new Browser();
    const seen: string[] = [];
    let page = await browser.fetch('GET', party.start({ prompt: 'login' }).url);
    while (page.headers.location && new URL(page.headers.location, page.url).host !== '127.0.0.1:9') {
      const next = new URL(page.headers.location, page.url);
      seen.push(next.href);
      page = await browser.fetch('GET', next);
    }
    const callback = seen.find((url) => url.includes('/core/login-okta?'))!;
    const again = await browser.get(callback);
    expect(again.status).toBe(410);
    const text = textOf((await explain(codeOn(again))).html);
    expect(text).toContain('or for the second time');
    const oftener = await browser.get(callback);
    expect(oftener.status).toBe(410);
    expect(oftener.html).not.toContain('data-copy');
  });

  it('after 15 minutes', async () => {
    const browser = new Browser();
    const callback = await untilRedirectTo(browser, '/core/login-okta?');
    app.clock.advance(16 * 60_000);
    const late = await browser.get(callback);
    expect(textOf((await explain(codeOn(late))).html)).toContain('after the 15 minutes');
  });
});

describe('A sign-in that succeeds', () => {
  it('is found too: from the person’s entry in the system log, with how it was proven', async () => {
    await useConnection(okta.connectionId);
    const { claims } = await party.signIn(new Browser(), { login_hint: bob.username });
    const log = await app.services.systemLog.list({
      organizationId: okta.organization.id,
      event: 'platform/session/create',
    });
    const entry = log.find(({ actor }) => actor.id === claims.sub)!;
    expect(entry.reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const logPage = await admin.get(consoleOf(`/system-log?reference=${entry.reference}`));
    expect(logPage.html).toContain(`/sign-ins?reference=${entry.reference}`);
    const text = textOf((await explain(entry.reference!)).html);
    expect(text).toContain('The person signed in.');
    expect(text).toMatch(/Key [\w-]+ Provider’s clock right/);
    expect(text).toMatch(/\d attributes, fine/);
    expect(text).toContain('The session was opened');
    expect(text).not.toMatch(/bob|dodgson/i);
  });

  it('of an app tells that the person was asked whether to stay, and waits for the answer', async () => {
    const browser = new Browser();
    await browser.get(native.start({ prompt: 'login' }).url);
    const asked = textOf((await explain(await newest())).html);
    expect(asked).toContain('the browser did not finish the sign-in here');
    await browser.submit({ stay: 'yes' }, '/stay').catch(() => undefined);
    const text = textOf((await explain(await newest())).html);
    expect(text).toContain('The person was asked whether to stay signed in');
    expect(text).toContain('The person signed in.');
  });
});

describe('What never comes back', () => {
  it('is counted, by connection and hour, and leaves no trace', async () => {
    const quiet = await freshOkta({ loginPage: true });
    await useConnection(quiet.connectionId);
    for (let time = 0; time < 3; time++) await new Browser().get(party.start({ prompt: 'login' }).url);
    const counts = await app.services.signInCounts.failureRateOf([quiet.connectionId], app.clock.now());
    expect(counts.get(quiet.connectionId)).toEqual({ begun: 3, cameBack: 0, succeeded: 0, failed: 0, refused: 0 });
    const { body } = await api('GET', `/api/v1/organizations/${company}/sign-ins?connectionId=${quiet.connectionId}`);
    expect(body.items).toEqual([]);
    await quiet.upstream.close();
    await useConnection(okta.connectionId);
  });

  it('and what does is counted by how it ended', async () => {
    const fresh = await freshOkta();
    await useConnection(fresh.connectionId);
    await party.signIn(new Browser(), { prompt: 'login' });
    fresh.upstream.misbehaveNext('audience-foreign');
    await tryToSignIn();
    fresh.upstream.misbehaveNext('access-denied');
    await tryToSignIn();
    const counts = await app.services.signInCounts.failureRateOf([fresh.connectionId], app.clock.now());
    expect(counts.get(fresh.connectionId)).toEqual({ begun: 3, cameBack: 3, succeeded: 1, failed: 1, refused: 1 });
    const page = await admin.get(consoleOf('/sign-ins'));
    expect(textOf(page.html)).toMatch(/Okta of company 3 3 1 1 1 0/);
    await fresh.upstream.close();
    await useConnection(okta.connectionId);
  });
});

describe('The list', () => {
  it('filters by connection and outcome, and turns pages', async () => {
    const wrong = await admin.get(consoleOf(`/sign-ins?outcome=wrong&connection=${saml.connectionId}`));
    expect(wrong.html.match(/badge bad/g)).toHaveLength(2);
    expect(wrong.html).not.toContain('badge good');
    const path = `/api/v1/organizations/${company}/sign-ins?limit=2`;
    const all = (await api('GET', `/api/v1/organizations/${company}/sign-ins?limit=200`)).body.items;
    const paged: string[] = [];
    for (let next: string | null = path; next !== null; ) {
      const { body, headers } = await api('GET', next);
      paged.push(...body.items.map(({ id }: { id: string }) => id));
      next =
        body.next === null
          ? null
          : new URL(/<([^>]+)>/.exec(headers.link!)![1]!).pathname +
            new URL(/<([^>]+)>/.exec(headers.link!)![1]!).search;
    }
    expect(paged).toEqual(all.map(({ id }: { id: string }) => id));
  });

  it('says of a code that leads to nothing that it does', async () => {
    const page = await explain('ZZZZ-ZZZZ');
    expect(textOf(page.html)).toContain('There is no sign-in with the code ZZZZ-ZZZZ');
  });
});

describe('A link to one', () => {
  const stranger = () => new Browser();

  async function create(days = '7'): Promise<{ page: Page; url: string }> {
    await useConnection(okta.connectionId);
    okta.upstream.misbehaveNext('audience-foreign');
    await explain(codeOn(await tryToSignIn()));
    const page = await admin.submit({ days }, '/links');
    return { page, url: /data-copy="(http[^"]+\/explain\/[^"]+)"/.exec(page.html)?.[1] ?? '' };
  }

  it('shows the same to somebody without an account, and nothing of the organization’s own', async () => {
    const { page, url } = await create();
    expect(page.status).toBe(201);
    const shown = await stranger().get(url);
    const text = textOf(shown.html);
    expect(shown.status).toBe(200);
    expect(text).toContain('The ID token is meant for another application.');
    expect(text).toContain('POST 127.0.0.1');
    expect(text).not.toContain(party.clientId);
    expect(shown.html).not.toContain(okta.connectionId);
    expect(shown.html).not.toContain('Okta of company');
    expect(shown.html).not.toMatch(/<form(?![^>]*language)|\/o\/company/);
    expect(shown.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
  });

  it('is told in the log when it is made, first opened and revoked; it may be opened as often as anybody likes', async () => {
    const { page, url } = await create();
    const reference = /Sign-in ([0-9A-Z-]{9})/.exec(page.html)![1]!;
    const events = async () =>
      (await app.services.systemLog.list({ organizationId: okta.organization.id, reference }))
        .map(({ event }) => event)
        .filter((event) => event.includes('signintracelink'));
    await stranger().fetch('HEAD', url);
    expect(await events()).toEqual(['platform/signintracelink/create']);
    for (let time = 0; time < 3; time++) expect((await stranger().get(url)).status).toBe(200);
    expect(await events()).toEqual(['platform/signintracelink/open', 'platform/signintracelink/create']);
    await admin.get(page.url.href.replace(/\/links$/, ''));
    await admin.submit({}, '/revoke-link');
    expect((await stranger().get(url)).status).toBe(404);
    expect((await events())[0]).toBe('platform/signintracelink/revoke');
  });

  it('ends when it was said to, and with its sign-in at the latest', async () => {
    const short = await create('1');
    const long = await create('30');
    app.clock.advance(dayMs + 1);
    expect((await stranger().get(short.url)).status).toBe(404);
    expect((await stranger().get(long.url)).status).toBe(200);
    app.clock.advance(13 * dayMs);
    expect((await stranger().get(long.url)).status).toBe(404);
  });
});

it('After 14 days a trace is gone, for everybody and from the database', async () => {
  const rows = () => app.database.db.selectFrom('sign_in_traces').select('id').execute();
  const old = (await rows()).length;
  expect(old).toBeGreaterThan(5);
  const fresh = await signedIn('Second Admin');
  await party.signIn(new Browser(), { prompt: 'login' });
  const before = (await rows()).length;
  const forgotten = await app.services.traces.forget(3);
  expect(forgotten).toBeGreaterThan(5);
  expect((await rows()).length).toBe(before - forgotten);
  const page = await fresh.get(consoleOf('/sign-ins'));
  expect(page.html.match(/badge good/g)).toHaveLength(1);
});
