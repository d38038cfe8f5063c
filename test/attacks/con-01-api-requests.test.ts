/** SECURITY CON-01 for the API: a browser's session does nothing for another site, in whatever disguise the request comes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, apiClient, apiOfPage } from '../support/api-client.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let browser: Browser;
let page: ApiClient;
let consoleOrigin: string;
let cookie: string;
let csrfToken: string;

beforeAll(async () => {
  ground = await startGround();
  const { app, alpha } = ground;
  const administrator = await createAdministrator(app, [alpha.organization], 'Api Admin');
  browser = new Browser();
  await browser.get(app.sites.consoleUrl('/'));
  await signInWithCode(browser, administrator);
  page = await apiOfPage(app, browser);
  consoleOrigin = new URL(app.sites.consoleUrl()).origin;
  cookie = `console=${browser.cookie('console')}`;
  ({ csrfToken } = (await page('GET', '/api/v1/me')).body);
});
afterAll(() => ground.close());

const path = (within: string) => `/api/v1/organizations/alpha${within}`;
const settings = () => ground.app.services.organizations.find(ground.alpha.organization.id);
/** As a browser would send it with the session's cookie. */
const send = (headers: Record<string, string>, more: { method?: string; body?: string; path?: string } = {}) =>
  apiClient(ground.app)(more.method ?? 'POST', more.path ?? path('/secure-clients'), {
    at: consoleOrigin,
    body: more.body ?? '{"name":"Forged"}',
    headers: { cookie, 'content-type': 'application/json', ...headers },
  });
const clients = async () =>
  (await ground.app.services.secureClients.list(ground.alpha.organization.id, 'everybody')).length;

describe('A change by the session’s cookie', () => {
  it('is refused without the token of its own page, from another origin, or as another kind of body', async () => {
    const before = await clients();
    const same = { origin: consoleOrigin, 'sec-fetch-site': 'same-origin' };
    const other = await createAdministrator(ground.app, [ground.alpha.organization], 'Other Admin');
    const theirs = new Browser();
    await theirs.get(ground.app.sites.consoleUrl('/'));
    await signInWithCode(theirs, other);
    const theirToken = (await (await apiOfPage(ground.app, theirs))('GET', '/api/v1/me')).body.csrfToken;
    const attempts: [string, Record<string, string>][] = [
      ['without a token', same],
      ['with an empty one', { ...same, 'x-csrf-token': '' }],
      ['with another administrator’s', { ...same, 'x-csrf-token': theirToken }],
      [
        'from another site with the right one',
        { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site', 'x-csrf-token': csrfToken },
      ],
      [
        'from a sibling host',
        { origin: 'http://alpha.localhost', 'sec-fetch-site': 'same-site', 'x-csrf-token': csrfToken },
      ],
      ['from another origin, by an old browser', { origin: 'https://evil.test', 'x-csrf-token': csrfToken }],
      ['from nowhere', { origin: 'null', 'sec-fetch-site': 'cross-site', 'x-csrf-token': csrfToken }],
      ['as text/plain, as a form can send it', { ...same, 'content-type': 'text/plain' }],
      ['as a form', { ...same, 'content-type': 'application/x-www-form-urlencoded' }],
      ['without a type', { ...same, 'content-type': '' }],
    ];
    for (const [how, headers] of attempts) {
      const { status } = await send(headers);
      expect([how, status]).toEqual([how, 403]);
    }
    const right = { ...same, 'x-csrf-token': csrfToken };
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=shift_jis',
      'text/json',
    ])
      expect((await send({ ...right, 'content-type': type })).status).toBe(415);
    expect(await clients()).toBe(before);
    expect((await send(right)).status).toBe(201);
    expect(await clients()).toBe(before + 1);
  });

  it('is not what a claimed method makes of a GET, nor of a POST', async () => {
    const before = JSON.stringify(await settings());
    const count = (await ground.app.services.sessions.listOfOrganization(ground.alpha.organization.id)).length;
    for (const method of ['DELETE', 'PATCH', 'POST']) {
      const headers = { 'x-http-method-override': method, 'x-method-override': method, 'x-csrf-token': csrfToken };
      await page('GET', path('/settings'), { headers });
      expect((await page('GET', `${path('/settings')}?_method=${method}`, { headers })).status).toBe(400);
      expect((await page('GET', path('/sessions/end-all'), { headers })).status).toBe(405);
    }
    expect(JSON.stringify(await settings())).toBe(before);
    expect((await ground.app.services.sessions.listOfOrganization(ground.alpha.organization.id)).length).toBe(count);
  });

  it('is not read by another origin either: nothing allows one', async () => {
    for (const [method, url] of [
      ['GET', '/api/v1/me'],
      ['OPTIONS', path('/settings')],
      ['GET', '/api/v1/openapi.json'],
      ['POST', '/api/v1/token'],
    ] as const) {
      const answer = await page(method, url, {
        headers: { origin: 'https://evil.test', 'access-control-request-method': 'PATCH' },
      });
      const allowed = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
      expect([url, allowed]).toEqual([url, []]);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('A session’s cookie', () => {
  it('counts for nothing beside a token that is none, and not at all on the API’s own host', async () => {
    const beside = await apiClient(ground.app)('GET', '/api/v1/me', {
      at: consoleOrigin,
      headers: { cookie, authorization: 'Bearer none' },
    });
    expect(beside.status).toBe(401);
    // A browser would not send it there: it belongs to the console's host.
    expect(browser.cookies.find(({ name }) => name === 'console')?.host).toBe(new URL(consoleOrigin).hostname);
  });

  it('of somebody who has signed out, or of another realm, opens nothing', async () => {
    const subscriber = new Browser();
    await subscriber.get(ground.app.sites.workspaceUrl('alpha'));
    const value = subscriber.cookies.find(({ name }) => name === 'workspace-alpha')?.value;
    expect(value).toBeDefined();
    for (const forged of [`console=${value}`, `console=${browser.cookie('console')}x`, 'console=x.y']) {
      const answer = await apiClient(ground.app)('GET', '/api/v1/me', {
        at: consoleOrigin,
        headers: { cookie: forged },
      });
      expect(answer.status).toBe(401);
    }
  });

  it('does not keep a session alive by what a script fetches (SES-7)', async () => {
    const uid = (await ground.app.services.sessions.listOfAdministrators()).map(({ session }) => session.uid);
    const times = async () =>
      Promise.all(uid.map(async (each) => (await ground.app.services.sessions.find(each))?.session.lastActivityAt));
    const before = await times();
    ground.app.clock.advance(120_000);
    expect((await page('GET', '/api/v1/me')).status).toBe(200);
    expect(await times()).toEqual(before);
  });
});

describe('A secure client', () => {
  it('is not held to what protects browsers', async () => {
    const made = await createTestClient(ground.app, ground.alpha.organization);
    const api = await made.api();
    const foreign = { origin: 'https://automation.test', 'sec-fetch-site': 'cross-site' };
    expect((await api('POST', path('/sessions/end-all'), { headers: foreign })).status).toBe(200);
  });
});
