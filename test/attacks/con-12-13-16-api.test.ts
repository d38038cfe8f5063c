/** SECURITY CON-12 (no secret comes out again), CON-13 (two changes at once), CON-16 (what a token is good for). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiRoutes, ruleOf } from '../../src/api/rules.ts';
import { type ApiClient, apiClient, apiOfPage } from '../support/api-client.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient, type TestSecureClient } from '../support/scenario/secure-clients.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let made: TestSecureClient;
let api: ApiClient;
let page: ApiClient;
beforeAll(async () => {
  ground = await startGround();
  made = await createTestClient(ground.app, ground.alpha.organization);
  api = await made.api();
  const administrator = await createAdministrator(ground.app, [ground.alpha.organization], 'Page Admin');
  const browser = new Browser();
  await browser.get(ground.app.sites.consoleUrl('/'));
  await signInWithCode(browser, administrator);
  page = await apiOfPage(ground.app, browser);
});
afterAll(() => ground.close());
const own = (within: string) => `/api/v1/organizations/alpha${within}`;

describe('A secret (CON-12)', () => {
  it('is in the answer that creates it and in none after it', async () => {
    const created = await page('POST', own('/secure-clients'), { body: { name: 'Once' } });
    const { secret, clientId } = created.body;
    expect(secret).toMatch(/^[\w-]{43}$/);
    const upstream = Object.values(
      await ground.app.services.connections.openSettings({ id: ground.alpha.connectionId }),
    );
    const row = await ground.app.database.db
      .selectFrom('secure_clients')
      .selectAll()
      .where('client_id', '=', clientId)
      .execute();
    const shown = await api('GET', own(`/connections/${ground.alpha.connectionId}`));
    const hidden = upstream.filter(
      (value) => typeof value === 'string' && !Object.values(shown.body.settings).includes(value),
    );
    expect(hidden.length).toBeGreaterThan(0);
    const secrets = [secret, made.secret, row[0]!.secret_hash, ...hidden].map(String);
    expect((await api('POST', own(`/connections/${ground.alpha.connectionId}/draft`))).status).toBe(200);
    await ground.ofAlpha.signIn(new Browser());
    const { traces } = ground.app.services;
    const [trace] = (await traces.page({ organizationId: ground.alpha.organization.id, limit: 1 })).traces;
    const reads = apiRoutes.filter((route) => route.startsWith('GET ') && ruleOf(route).needs !== 'public');
    for (const route of reads) {
      const path = route
        .slice('GET '.length)
        .replace('{customerId}', 'alpha')
        .replace('{clientId}', clientId)
        .replace('{connectionId}', ground.alpha.connectionId)
        .replace('{administratorId}', made.administratorId)
        .replace('{applicationId}', ground.ofAlpha.clientId)
        .replace('{signInId}', trace!.id);
      for (const caller of route.includes('/api/v1/') ? [api, page] : [api]) {
        const answer = await caller('GET', path, { headers: { 'citrix-customerid': 'alpha' } });
        expect([route, answer.status]).toEqual([route, 200]);
        for (const each of secrets) expect(answer.text).not.toContain(each);
      }
    }
    expect(ground.app.log.join('')).not.toContain(secret);
  });

  it('is sealed where a repeated creation finds it, and found by the same caller only', async () => {
    const headers = { 'idempotency-key': 'create-once' };
    const first = await page('POST', own('/secure-clients'), { body: { name: 'Sealed' }, headers });
    const again = await page('POST', own('/secure-clients'), { body: { name: 'Sealed' }, headers });
    expect(again.body).toEqual(first.body);
    const stored = ground.app.database.sqlite!.prepare('SELECT key, value FROM store_values').all();
    expect(JSON.stringify(stored)).not.toContain(first.body.secret);
    expect(JSON.stringify(stored)).not.toContain('create-once');
    const other = await createAdministrator(ground.app, [ground.alpha.organization], 'Curious Admin');
    const browser = new Browser();
    await browser.get(ground.app.sites.consoleUrl('/'));
    await signInWithCode(browser, other);
    const theirs = await (await apiOfPage(ground.app, browser))('POST', own('/secure-clients'), {
      body: { name: 'Sealed' },
      headers,
    });
    expect([theirs.status, theirs.headers['idempotency-replayed']]).toEqual([201, undefined]);
    expect(theirs.body.secret).not.toBe(first.body.secret);
  });

  it('does not come back in what an error says', async () => {
    const secret = 'A-Secret-Of-Mine-7';
    const answers = [
      await api('POST', own('/administrators'), { body: { email: secret, access: { access: secret } } }),
      await api('PATCH', own('/settings'), { body: { [secret]: secret }, headers: { 'if-match': `"${secret}"` } }),
      await api('GET', own(`/sessions?kind=${secret}`)),
      await api('GET', own(`/connections/${secret}`)),
      await apiClient(ground.app, `${secret}${secret}`)('GET', '/api/v1/me'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      const { errors, ...rest } = body;
      expect(JSON.stringify(rest)).not.toContain(secret);
      for (const { message } of errors ?? []) expect(message).not.toContain(secret);
    }
  });
});

describe('Two changes at once (CON-13)', () => {
  it('are one change: the other is told that somebody was faster', async () => {
    const { headers } = await api('GET', own('/settings'));
    const change = (subscriberWebHours: number) =>
      api('PATCH', own('/settings'), { body: { subscriberWebHours }, headers: { 'if-match': headers.etag! } });
    const statuses = (await Promise.all([1, 2, 3, 4, 5].map(change))).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 412, 412, 412, 412]);
    const logged = await ground.app.services.systemLog.list({
      organizationId: ground.alpha.organization.id,
      event: 'platform/organization/settings',
    });
    expect(logged).toHaveLength(1);
  });

  it('are told apart between the API and the console’s page', async () => {
    const { headers } = await api('GET', own('/settings'));
    const { id } = ground.alpha.organization;
    const { version } = (await ground.app.services.organizations.find(id))!;
    await ground.app.services.changeSettings({ actor: { type: 'system' } }, id, { subscriberWebHours: 7 }, version);
    const stale = await api('PATCH', own('/settings'), {
      body: { subscriberWebHours: 8 },
      headers: { 'if-match': headers.etag! },
    });
    expect(stale.status).toBe(412);
  });

  it('are not let through by a weak or a made-up version', async () => {
    const { headers } = await api('GET', own('/settings'));
    for (const tag of [`W/${headers.etag}`, '"v0"', '"*"', '""'])
      expect((await api('PATCH', own('/settings'), { body: {}, headers: { 'if-match': tag } })).status).toBe(412);
  });
});

describe('A token (CON-16)', () => {
  it('of one organization opens nothing of another', async () => {
    const theirs = await createTestClient(ground.app, ground.beta.organization);
    const at = async (path: string) => (await (await theirs.api())('GET', path)).status;
    expect([await at(own('')), await at('/api/v1/organizations/beta')]).toEqual([404, 200]);
  });

  it('counts in the header only, and of each kind only its own', async () => {
    const token = await made.token();
    expect((await apiClient(ground.app)('GET', `/api/v1/me?access_token=${token}`)).status).toBe(401);
    for (const authorization of [
      token,
      `Basic ${Buffer.from(`${made.client.clientId}:${made.secret}`).toString('base64')}`,
      `Bearer ${made.secret}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token}\tx`,
      `CwsAuth ${token}`,
      `DPoP ${token}`,
    ])
      expect((await apiClient(ground.app)('GET', '/api/v1/me', { headers: { authorization } })).status).toBe(401);
    const subscriber = await ground.ofAlpha.signIn(new Browser());
    expect((await apiClient(ground.app, subscriber.accessToken)('GET', '/api/v1/me')).status).toBe(401);
    expect((await ground.ofAlpha.userinfo(token)).status).toBe(401);
  });

  it('is in no line of the log, in whatever form it came', async () => {
    const token = await made.token();
    for (const authorization of [
      `Bearer ${token}`,
      `CwsAuth Bearer=${token}`,
      `Bearer ${token}x`,
      `CwsAuth Bearer=${token}x`,
    ])
      await apiClient(ground.app)('GET', own('/nothing'), { headers: { authorization } });
    await apiClient(ground.app)('GET', `/api/v1/me?access_token=${token}`);
    ground.app.flushLog();
    expect(ground.app.log.join('')).not.toContain(token);
  });

  it('that is none is asked for only so often', async () => {
    ground.app.clock.advance(120_000);
    const statuses: number[] = [];
    for (let tries = 0; tries < 102; tries++) {
      statuses.push((await apiClient(ground.app, `guess-${'x'.repeat(30)}${tries}`)('GET', '/api/v1/me')).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
    expect((await (await made.api())('GET', '/api/v1/me')).status).toBe(200);
  });
});
