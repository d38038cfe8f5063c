/**
 * ADM-2 over HTTP: every route of the console × every permission there is. Driven from the table, so that a new route is
 * asked for by itself; what the answer must be is the table's, what it is comes from the running app.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleRules } from '../../src/console/rules.ts';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { type Access, isAllowed, type Needs, permissionNames } from '../../src/directory/permissions.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

let app: TestApp;
let acme: Organization;
/** Whose access is changed from test to test. */
let taro: TestAdministrator;
/** Administers another organization. */
let stranger: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  acme = await organizationNamed(app, 'acme');
  await createAdministrator(app, [acme], 'Hanako Sato');
  taro = await createAdministrator(app, [acme], 'Taro Yamada');
  stranger = await createAdministrator(app, [await organizationNamed(app, 'globex')], 'Stranger Else');
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(31_000));

const routes = Object.entries(consoleRules) as [string, Needs][];
const unknownId = '00000000-0000-4000-8000-000000000000';

async function signedIn(who: TestAdministrator): Promise<{ browser: Browser; csrf: string }> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  const page = await signInWithCode(browser, who);
  expect(page.status).toBe(200);
  const csrf = browser.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))?.fields.csrf;
  return { browser, csrf: csrf ?? '' };
}

async function ask({ browser, csrf }: { browser: Browser; csrf: string }, route: string): Promise<Page> {
  const [method = '', path = ''] = route.split(' ');
  const url = app.sites.consoleUrl(`/o/acme${path.replaceAll(/:\w+/g, unknownId)}`);
  return browser.fetch(method, url, method === 'POST' ? new URLSearchParams({ csrf }) : undefined);
}

const isRefused = ({ status, html }: Page) => status === 403 && html.includes('You do not have access to this page');

async function give(access: Access): Promise<void> {
  const { administrators } = app.services;
  const row = (await administrators.list(acme.id)).find(({ email }) => email === taro.email)!;
  await administrators.changeAccess(acme.id, row.id, { access, version: row.version }, operator);
}

const accesses: [string, Access][] = [
  ...permissionNames.map((name): [string, Access] => [name, { access: 'custom', permissions: [name] }]),
  ['every permission', { access: 'custom', permissions: permissionNames }],
  ['full access', { access: 'full' }],
];

describe('The console, to an administrator with', () => {
  it.each(accesses)('%s, opens what the table says and nothing else', async (_name, access) => {
    await give(access);
    const visitor = await signedIn(taro);
    for (const [route, needs] of routes) {
      const page = await ask(visitor, route);
      expect([route, isRefused(page)]).toEqual([route, !isAllowed(access, needs)]);
      expect([route, page.status]).not.toEqual([route, 500]);
    }
    // It was this session that was asked all the time.
    expect((await ask(visitor, 'GET /')).status).toBe(200);
  });

  it('access that was changed since the sign-in opens what it is now', async () => {
    await give({ access: 'full' });
    const visitor = await signedIn(taro);
    expect(isRefused(await ask(visitor, 'GET /administrators'))).toBe(false);
    await give({ access: 'custom', permissions: ['system-log'] });
    expect(isRefused(await ask(visitor, 'GET /administrators'))).toBe(true);
    expect((await ask(visitor, 'GET /system-log')).status).toBe(200);
    const menu = (await ask(visitor, 'GET /')).html;
    expect(menu).toContain('System log');
    expect(menu).not.toContain('/administrators"');
  });
});

describe('The console', () => {
  it('answers an administrator of another organization on every route as if there were none', async () => {
    const visitor = await signedIn(stranger);
    for (const [route] of routes) expect([route, (await ask(visitor, route)).status]).toEqual([route, 404]);
  });

  it('leads whoever is not signed in to the sign-in on every route', async () => {
    for (const [route] of routes) {
      // Each its own: what a sign-in that was begun leaves in a browser adds up.
      const visitor = { browser: new Browser(), csrf: 'x' };
      const page = await ask(visitor, route);
      expect([route, page.status]).toEqual([route, 303]);
      expect(page.headers.location).toContain('/core/connect/authorize');
    }
  });

  it('refuses every post without its token', async () => {
    await give({ access: 'full' });
    const { browser } = await signedIn(taro);
    for (const [route] of routes.filter(([name]) => name.startsWith('POST '))) {
      const page = await ask({ browser, csrf: 'wrong' }, route);
      expect([route, page.status, isRefused(page)]).toEqual([route, 403, false]);
    }
  });
});
