/**
 * SECURITY CON-08 and CON-09 for the API: another organization's things are as things that there are not, wherever their
 * name is put; and no field is taken that was not asked for.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiAnswer, type ApiClient, apiClient } from '../support/api-client.ts';
import { createTestClient, type TestSecureClient } from '../support/scenario/secure-clients.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let mine: TestSecureClient;
let theirs: TestSecureClient;
let api: ApiClient;
beforeAll(async () => {
  ground = await startGround();
  mine = await createTestClient(ground.app, ground.alpha.organization);
  theirs = await createTestClient(ground.app, ground.beta.organization);
  api = await mine.api();
});
afterAll(() => ground.close());

const plain = ({ status, body, headers }: ApiAnswer) => {
  const { reference: _, ...rest } = body;
  const { date: _date, 'x-request-id': _id, 'content-length': _length, ...others } = headers;
  return { status, body: rest, headers: others };
};
const custom = { access: 'custom', permissions: ['library'] };
const own = (within: string) => `/api/v1/organizations/alpha${within}`;

describe('Another organization', () => {
  it('is the same as one that there is not, by every route and method', async () => {
    for (const [method, within] of [
      ['GET', ''],
      ['GET', '/settings'],
      ['PATCH', '/settings'],
      ['GET', '/administrators'],
      ['POST', '/administrators'],
      ['GET', '/secure-clients'],
      ['GET', '/sessions'],
      ['POST', '/sessions/end-all'],
      ['GET', '/connections'],
      ['GET', '/applications'],
      ['GET', '/log'],
    ] as const) {
      const at = (customerId: string) => api(method, `/api/v1/organizations/${customerId}${within}`);
      const [foreign, missing] = [await at('beta'), await at('no-such')];
      expect(foreign.status).toBe(404);
      expect(plain(foreign)).toEqual(plain(missing));
      expect(foreign.text).not.toContain(ground.beta.organization.name);
    }
  });

  it('is not reached by its id, its OrgID, another case or a path that is tidied up later', async () => {
    const { id, orgId } = ground.beta.organization;
    for (const name of [
      id,
      orgId,
      'BETA',
      'Beta',
      'alpha%2F..%2Fbeta',
      'alpha/../beta',
      'beta%00',
      '%62eta',
      'beta/',
      ' beta',
    ])
      expect([name, (await api('GET', `/api/v1/organizations/${name}/settings`)).status]).toEqual([name, 404]);
  });

  it('keeps its things to itself under one’s own address', async () => {
    await ground.ofBeta.signIn(new (await import('../support/browser.ts')).Browser());
    const foreign = await theirs.api();
    const session = (await foreign('GET', '/api/v1/organizations/beta/sessions')).body.items[0].id;
    const application = (await foreign('GET', '/api/v1/organizations/beta/applications')).body.items[0].clientId;
    const match = { headers: { 'if-match': '*' } };
    const missing = crypto.randomUUID();
    for (const [method, kind, there, call] of [
      ['GET', 'connections', ground.beta.connectionId, {}],
      ['PATCH', 'connections', ground.beta.connectionId, { ...match, body: { name: 'Mine' } }],
      ['DELETE', 'connections', ground.beta.connectionId, match],
      ['POST', 'connections', `${ground.beta.connectionId}/disconnect`, match],
      ['GET', 'connections', `${ground.beta.connectionId}/draft`, {}],
      ['POST', 'connections', `${ground.beta.connectionId}/draft`, {}],
      ['PUT', 'connections', `${ground.beta.connectionId}/draft`, { ...match, body: { settings: {} } }],
      ['DELETE', 'connections', `${ground.beta.connectionId}/draft`, match],
      ['POST', 'connections', `${ground.beta.connectionId}/draft/make-live`, match],
      ['GET', 'connections', `${ground.beta.connectionId}/versions`, {}],
      ['POST', 'connections', `${ground.beta.connectionId}/versions/1/restore`, match],
      ['GET', 'applications', application, {}],
      ['GET', 'secure-clients', theirs.client.clientId, {}],
      ['DELETE', 'secure-clients', theirs.client.clientId, {}],
      ['GET', 'administrators', theirs.administratorId, {}],
      ['PATCH', 'administrators', theirs.administratorId, { ...match, body: { access: custom } }],
      ['DELETE', 'administrators', theirs.administratorId, match],
      ['DELETE', 'sessions', session, {}],
    ] as const) {
      const answer = await api(method, own(`/${kind}/${there}`), call);
      expect([method, kind, answer.status]).toEqual([method, kind, 404]);
      const nobody = kind === 'sessions' ? 'x'.repeat(22) : there.replace(/^[^/]+/, missing);
      expect(plain(answer)).toEqual(plain(await api(method, own(`/${kind}/${nobody}`), call)));
    }
    expect((await foreign('GET', '/api/v1/me')).status).toBe(200);
    expect((await foreign('GET', '/api/v1/organizations/beta/sessions')).body.items[0].id).toBe(session);
  });

  it('is not opened by its cursor, nor by a cursor of another list, filter or caller', async () => {
    for (let made = 0; made < 2; made++) {
      await createTestClient(ground.app, ground.alpha.organization);
      await createTestClient(ground.app, ground.beta.organization);
    }
    const cursorOf = async (client: ApiClient, path: string) => (await client('GET', path)).body.next as string;
    const foreign = await cursorOf(await theirs.api(), '/api/v1/organizations/beta/secure-clients?limit=1');
    const another = await cursorOf(api, own('/administrators?limit=1'));
    const colleague = await createTestClient(ground.app, ground.alpha.organization);
    const right = await cursorOf(api, own('/secure-clients?limit=1'));
    for (const cursor of [foreign, another, `${right}x`, Buffer.from('["a","b"]').toString('base64url')])
      expect((await api('GET', own(`/secure-clients?limit=1&cursor=${cursor}`))).status).toBe(400);
    expect((await (await colleague.api())('GET', own(`/secure-clients?cursor=${right}`))).status).toBe(400);
    expect((await api('GET', own(`/secure-clients?limit=1&cursor=${right}`))).status).toBe(200);
  });

  it('is not named by a parameter or a header', async () => {
    for (const query of ['organizationId', 'customerId', 'orgId', 'organization'])
      expect((await api('GET', own(`/settings?${query}=beta`))).status).toBe(400);
    const answer = await api('GET', own(''), { headers: { 'citrix-customerid': 'beta', 'x-customer-id': 'beta' } });
    expect(answer.body.customerId).toBe('alpha');
  });
});

describe('A field that was not asked for', () => {
  it.each([
    ['PATCH', '/settings', { alwaysPrompt: true }],
    ['POST', '/administrators', { email: 'x@example.com', access: custom }],
    ['POST', '/connections', { kind: 'okta', name: 'x' }],
  ])('is refused by %s %s, and nothing is done', async (method, within, right) => {
    const before = JSON.stringify([
      await ground.app.services.organizations.find(ground.alpha.organization.id),
      await ground.app.services.administrators.list(ground.alpha.organization.id),
    ]);
    for (const more of [
      { organizationId: ground.beta.organization.id },
      { orgId: '1' },
      { isStaff: true },
      { id: 'x' },
      { version: 1 },
      { state: 'active' },
      { subject: 'x' },
    ]) {
      const answer = await api(method, own(within), { body: { ...right, ...more }, headers: { 'if-match': '*' } });
      const [name] = Object.keys(more);
      expect([answer.status, answer.body.errors]).toEqual([400, [{ pointer: `#/${name}`, message: 'unknown field' }]]);
    }
    for (const text of [
      `{"__proto__":{"isStaff":true},${JSON.stringify(right).slice(1)}`,
      `{"constructor":{},${JSON.stringify(right).slice(1)}`,
      '[]',
      'null',
      '"x"',
      '1',
    ]) {
      const headers = { 'if-match': '*', 'content-type': 'application/json' };
      expect([text, (await api(method, own(within), { body: text, headers })).status]).toEqual([text, 400]);
    }
    expect(({} as { isStaff?: boolean }).isStaff).toBeUndefined();
    expect(
      JSON.stringify([
        await ground.app.services.organizations.find(ground.alpha.organization.id),
        await ground.app.services.administrators.list(ground.alpha.organization.id),
      ]),
    ).toBe(before);
  });

  it('is refused inside another field as well, and a parameter that comes twice', async () => {
    const inner = { email: 'x@example.com', access: { access: 'full', permissions: ['library'] } };
    expect((await api('POST', own('/administrators'), { body: inner })).status).toBe(400);
    expect((await api('GET', own('/sessions?limit=1&limit=2'))).status).toBe(400);
    expect((await apiClient(ground.app)('GET', '/api/v1/problems/conflict?x=1')).status).toBe(400);
  });
});
