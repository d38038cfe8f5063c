/** ADM-2: every route of the API × every permission, driven by the table; a route without a rule does not exist. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiRoutes, ruleOf } from '../../src/api/rules.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { type Access, isAllowed, permissionNames } from '../../src/directory/permissions.ts';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';

let app: TestApp;
let acme: Organization;
const clients = new Map<string, ApiClient>();
const accesses: Readonly<Record<string, Access>> = {
  full: { access: 'full' },
  'every permission': { access: 'custom', permissions: permissionNames },
  ...Object.fromEntries(permissionNames.map((name) => [name, { access: 'custom', permissions: [name] } as const])),
};

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  for (const [name, access] of Object.entries(accesses)) {
    clients.set(name, await (await createTestClient(app, acme, access)).api());
  }
});
afterAll(() => app.close());

/** With ids that nobody has: whoever may use it learns that there is no such thing. */
function requestFor(route: string): [method: string, path: string] {
  const [method = '', template = ''] = route.split(' ');
  const path = template
    .replace('{customerId}', 'acme')
    .replace('{sessionId}', 'x'.repeat(22))
    .replace('{applicationId}', 'no-such')
    .replace('{version}', '7')
    .replaceAll(/\{\w+\}/g, crypto.randomUUID());
  return [method, path];
}
const ofOrganizations = apiRoutes.filter((route) => !['public', 'caller'].includes(ruleOf(route).needs));

describe.each(Object.entries(accesses))('With %s', (name, access) => {
  it.each(ofOrganizations)('%s is as the table says', async (route) => {
    const rule = ruleOf(route);
    const [method, path] = requestFor(route);
    const { status, body } = await clients.get(name)!(method, path, { headers: { 'citrix-customerid': 'acme' } });
    const type = String(body?.type).split('/').at(-1);
    if (rule.needs === 'public' || rule.needs === 'caller') throw new Error('not of an organization');
    if (!isAllowed(access, rule.needs)) expect([status, type]).toEqual([403, 'not-permitted']);
    else if (rule.persons) expect([status, type]).toEqual([403, 'not-for-clients']);
    else expect(status).not.toBe(403);
  });
});

describe('Without a token', () => {
  it.each(apiRoutes.filter((route) => ruleOf(route).needs !== 'public'))('%s is closed', async (route) => {
    const [method, path] = requestFor(route);
    const headers = { 'citrix-customerid': 'acme' };
    expect((await apiClient(app)(method, path, { headers })).status).toBe(401);
    expect((await apiClient(app, 'y'.repeat(43))(method, path, { headers })).status).toBe(401);
  });
});

describe('The table', () => {
  it('holds every route that the router answers, and no other', () => {
    interface Layer {
      route?: { path: string };
    }
    const registered = (app.routers.api.stack as unknown as Layer[]).flatMap(({ route }) =>
      route ? [route.path] : [],
    );
    const written = apiRoutes.map((route) => route.split(' ')[1]!.replaceAll(/\{(\w+)\}/g, ':$1'));
    expect(new Set(registered)).toEqual(new Set(written));
  });

  it('asks for a version wherever something that has one is changed, and for nothing of a reader', () => {
    for (const route of apiRoutes) {
      const rule = ruleOf(route);
      if (route.startsWith('PATCH')) expect([route, rule.matches]).toEqual([route, true]);
      if (route.startsWith('GET'))
        expect([route, rule.body ?? rule.creates ?? rule.sensitive]).toEqual([route, undefined]);
      if (rule.status === 201) expect([route, rule.creates]).toEqual([route, true]);
    }
  });
});

describe('What there is not', () => {
  it('is said as a problem: another path, another method, another type of body', async () => {
    const api = clients.get('full')!;
    expect((await api('GET', '/api/v1/nothing')).body.type).toBe(app.sites.apiUrl('/api/v1/problems/not-found'));
    expect((await api('GET', '/api/v2')).status).toBe(404);
    const settings = '/api/v1/organizations/acme/settings';
    const put = await api('PUT', settings);
    expect([put.status, put.headers.allow]).toEqual([405, 'HEAD, GET, PATCH']);
    expect((await api('OPTIONS', settings)).status).toBe(405);
    const match = { 'if-match': '"v1"' };
    expect(
      (await api('PATCH', settings, { body: 'x', headers: { ...match, 'content-type': 'text/plain' } })).status,
    ).toBe(415);
    expect(
      (await api('PATCH', settings, { body: '{', headers: { ...match, 'content-type': 'application/json' } })).status,
    ).toBe(400);
    const big = { alwaysPrompt: 'x'.repeat(70_000) };
    expect((await api('PATCH', settings, { body: big, headers: match })).status).toBe(413);
    expect(
      (await api('DELETE', `/api/v1/organizations/acme/secure-clients/${crypto.randomUUID()}`, { body: {} })).status,
    ).toBe(400);
    expect((await api('GET', '/api/v1/organizations/acme/sessions?limit=0')).status).toBe(400);
    expect((await api('PATCH', settings, { body: {}, headers: { 'if-match': 'v1' } })).status).toBe(400);
  });

  it('has each type of problem behind its address', async () => {
    const { body } = await apiClient(app)('GET', '/api/v1/me');
    const meaning = await apiClient(app)('GET', new URL(body.type).pathname);
    expect(meaning.body).toMatchObject({ name: 'not-authenticated', status: 401, title: body.title });
    expect((await apiClient(app)('GET', '/api/v1/problems/no-such')).status).toBe(404);
  });
});
