/** The API for one organization: reading, changing with ETags, lists page by page, ending sessions; as a program and as a page. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { type ApiClient, apiClient, apiOfPage } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient, type TestSecureClient } from '../support/scenario/secure-clients.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let acme: Organization;
let client: TestSecureClient;
let api: ApiClient;
let page: ApiClient;

const path = (within = '') => `/api/v1/organizations/acme${within}`;

beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'acme');
  acme = okta.organization;
  client = await createTestClient(app, acme);
  api = await client.api();
  const hanako = await createAdministrator(app, [acme]);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, hanako);
  page = await apiOfPage(app, browser);
});
afterAll(async () => {
  await okta.upstream.close();
  await app.close();
});

describe('Who calls', () => {
  it('is told who it is, by either way in', async () => {
    expect((await api('GET', '/api/v1/me')).body).toMatchObject({
      kind: 'client',
      id: client.client.clientId,
      csrfToken: null,
      organizations: [{ customerId: 'acme', access: { access: 'full' } }],
    });
    expect((await page('GET', '/api/v1/me')).body).toMatchObject({
      kind: 'person',
      name: 'Hanako Sato',
      email: 'hanako.sato@example.com',
      csrfToken: expect.any(String),
      organizations: [{ customerId: 'acme' }],
    });
  });

  it('is asked for a token without one, and told when it is none', async () => {
    const nobody = await apiClient(app)('GET', path());
    expect([nobody.status, nobody.headers['www-authenticate']]).toEqual([401, 'Bearer realm="sekisho"']);
    expect(nobody.headers['content-type']).toContain('application/problem+json');
    const wrong = await apiClient(app, 'x'.repeat(43))('GET', path());
    expect(wrong.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it.each(['Bearer {}', 'bearer {}', 'CwsAuth Bearer={}', 'CWSAuth bearer={}', 'CwsAuth Bearer=             {}'])(
    'may write its token as "%s"',
    async (form) => {
      const authorization = form.replace('{}', await client.token());
      expect((await apiClient(app)('GET', path(), { headers: { authorization } })).status).toBe(200);
    },
  );
});

describe('The organization', () => {
  it('is read, and not sent again while it is the same', async () => {
    const first = await api('GET', path());
    expect(first.body).toMatchObject({
      customerId: 'acme',
      orgId: acme.orgId,
      subscriberConnectionId: okta.connectionId,
    });
    const again = await api('GET', path(), { headers: { 'if-none-match': first.headers.etag! } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await api('HEAD', path())).headers.etag).toBe(first.headers.etag);
  });

  it('has settings that are changed by naming the version that one has seen (CON-13)', async () => {
    const { body, headers } = await api('GET', path('/settings'));
    const change = { body: { subscriberWebHours: 12 } };
    expect((await api('PATCH', path('/settings'), change)).status).toBe(428);
    const changed = await api('PATCH', path('/settings'), { ...change, headers: { 'if-match': headers.etag! } });
    expect([changed.status, changed.body]).toEqual([200, { ...body, subscriberWebHours: 12 }]);
    expect(changed.headers.etag).not.toBe(headers.etag);
    const stale = await api('PATCH', path('/settings'), {
      body: { subscriberWebHours: 13 },
      headers: { 'if-match': headers.etag! },
    });
    expect(stale.status).toBe(412);
    expect((await api('GET', path('/settings'))).body.subscriberWebHours).toBe(12);
    const [entry] = await app.services.systemLog.list({
      organizationId: acme.id,
      event: 'platform/organization/settings',
    });
    expect(entry).toMatchObject({
      actor: { type: 'client', id: client.client.clientId, name: client.client.name },
      before: { subscriberWebHours: 24 },
      after: { subscriberWebHours: 12 },
      userAgent: 'Sekisho test client',
    });
  });

  it('says of each field what is wrong with it', async () => {
    const { headers } = await api('GET', path('/settings'));
    const refused = await api('PATCH', path('/settings'), {
      body: { subscriberWebHours: 99, alwaysPrompt: 'yes', customerId: 'globex' },
      headers: { 'if-match': headers.etag! },
    });
    expect(refused.status).toBe(400);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/alwaysPrompt',
      '#/customerId',
      '#/subscriberWebHours',
    ]);
  });

  it('shows its connections and applications, without their secrets', async () => {
    const application = await registerRelyingParty(app, { organizationId: acme.id, name: 'Wiki' });
    const connections = await api('GET', path('/connections'));
    expect(connections.body.items).toMatchObject([
      { kind: 'okta', state: 'connected', isWorkspaceMethod: true, hasSecrets: true },
    ]);
    const one = await api('GET', path(`/connections/${okta.connectionId}`));
    expect(one.body.settings).toBeTypeOf('object');
    const secrets = Object.values(await app.services.connections.openSettings({ id: okta.connectionId })).filter(
      (value) => typeof value === 'string' && !Object.values(one.body.settings).includes(value),
    );
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(one.text).not.toContain(String(secret));
    const applications = await api('GET', path('/applications'));
    expect(applications.body.items).toMatchObject([{ name: 'Wiki', hasSecret: true }]);
    expect((await api('GET', path(`/applications/${applications.body.items[0].clientId}`))).body.name).toBe('Wiki');
    expect(application).toBeDefined();
  });
});

describe('A list', () => {
  it('comes page by page, each item once, by `next` and by the Link header', async () => {
    for (let made = 0; made < 5; made++) await createTestClient(app, acme);
    const all = await api('GET', path('/secure-clients'));
    expect(all.body.next).toBeNull();
    const seen: string[] = [];
    let next: string | null = path('/secure-clients?limit=2');
    while (next) {
      const { body, headers } = await api('GET', next);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map((item: { clientId: string }) => item.clientId));
      next = body.next && path(`/secure-clients?limit=2&cursor=${body.next}`);
      if (body.next) expect(/<([^>]+)>; rel="next"/.exec(headers.link!)?.[1]).toContain(`cursor=${body.next}`);
    }
    expect(seen).toEqual(all.body.items.map((item: { clientId: string }) => item.clientId));
  });
});

describe('Sessions', () => {
  let subscriber: Browser;
  beforeEach(async () => {
    subscriber = new Browser();
    await subscriber.get(app.sites.workspaceUrl('acme'));
  });

  it('are listed and ended, one by one and all', async () => {
    const list = await api('GET', path('/sessions?kind=subscriber'));
    expect(list.body.items[0]).toMatchObject({ kind: 'subscriber', current: false, connectionId: okta.connectionId });
    const { id } = list.body.items[0];
    expect((await api('DELETE', path(`/sessions/${id}`))).status).toBe(204);
    expect((await api('DELETE', path(`/sessions/${id}`))).status).toBe(404);
    const states = await app.services.sessions.listOfOrganization(acme.id);
    for (const { session } of states) expect(list.text).not.toContain(session.uid);
    const all = await page('POST', path('/sessions/end-all'));
    expect(all.body.ended).toBe(states.length - 1);
    const left = await page('GET', path('/sessions'));
    expect(left.body.items).toMatchObject([{ kind: 'administrator', current: true }]);
  });
});

describe('What is sensitive', () => {
  it('takes of a person a proof of the last ten minutes, as in the console (CON-15)', async () => {
    app.clock.advance(11 * 60_000);
    const refused = await page('POST', path('/secure-clients'), { body: { name: 'CI' } });
    expect([refused.status, refused.body.type]).toEqual([403, app.sites.apiUrl('/api/v1/problems/proof-needed')]);
    expect((await page('POST', path('/sessions/end-all'))).status).toBe(403);
    expect((await page('GET', path('/sessions'))).status).toBe(200);
  });
});
