/** ADM-5 by the API: tokens at both endpoints, what a client may do, and that it ends with its creator; in every process. */
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { type ApiAnswer, apiClient } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClient, type TestSecureClient } from '../support/scenario/secure-clients.ts';

let app: TestApp;
let second: TestApp;
let acme: Organization;

beforeAll(async () => {
  app = await startTestApp();
  // Another process on the same files.
  const { clock, sealingKeys, folder } = app;
  second = await startTestApp({ clock, sealingKeys, folder });
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  await app.services.organizations.create({ name: 'The globex company', customerId: 'globex' });
});
afterAll(async () => {
  await second.close();
  await app.close();
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };
function askFor(
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  return apiClient(app)('POST', path, { body: String(new URLSearchParams(fields)), headers: { ...form, ...headers } });
}
const grant = { grant_type: 'client_credentials' };
const credentialsOf = ({ client: { clientId }, secret }: TestSecureClient) => ({
  client_id: clientId,
  client_secret: secret,
});
const basicOf = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

describe('A token', () => {
  it('is given at the vendor’s address in the vendor’s words, also at `root`', async () => {
    const made = await createTestClient(app, acme);
    for (const customer of ['acme', 'root']) {
      const { status, body, headers } = await askFor(`/cctrustoauth2/${customer}/tokens/clients`, {
        ...grant,
        ...credentialsOf(made),
      });
      expect([status, body]).toEqual([
        200,
        { token_type: 'bearer', access_token: expect.stringMatching(/^[\w-]{43}$/), expires_in: '3600' },
      ]);
      expect(headers['cache-control']).toBe('no-store');
      const api = apiClient(app);
      const authorization = `CwsAuth Bearer=${body.access_token}`;
      expect((await api('GET', '/api/v1/me', { headers: { authorization } })).body.id).toBe(made.client.clientId);
    }
  });

  it('is given at the standard one, to a client library that we did not write', async () => {
    const made = await createTestClient(app, acme);
    const server = { issuer: app.sites.apiUrl(''), token_endpoint: app.sites.apiUrl('/api/v1/token') };
    for (const way of [client.ClientSecretBasic, client.ClientSecretPost]) {
      const configuration = new client.Configuration(server, made.client.clientId, {}, way(made.secret));
      client.allowInsecureRequests(configuration);
      configuration[client.customFetch] = async (url, { body, method, headers }) => {
        const answer = await apiClient(app)(method, new URL(url).pathname, {
          body: String(body),
          headers: headers as Record<string, string>,
        });
        return new Response(answer.text, { status: answer.status, headers: answer.headers });
      };
      const tokens = await client.clientCredentialsGrant(configuration);
      expect([tokens.token_type, tokens.expires_in]).toEqual(['bearer', 3600]);
      expect((await apiClient(app, tokens.access_token)('GET', '/api/v1/me')).status).toBe(200);
    }
  });

  it('lives an hour, and is known by its hash only', async () => {
    const made = await createTestClient(app, acme);
    const token = await made.token();
    const api = apiClient(app, token);
    app.clock.advance(3_599_000);
    expect((await api('GET', '/api/v1/me')).status).toBe(200);
    app.clock.advance(2_000);
    expect((await api('GET', '/api/v1/me')).status).toBe(401);
    const rows = app.database.sqlite!.prepare('SELECT key, value FROM store_values').all();
    expect(JSON.stringify(rows)).not.toContain(token);
    const clients = app.database.sqlite!.prepare('SELECT * FROM secure_clients').all();
    expect(JSON.stringify(clients)).not.toContain(made.secret);
  });

  it('is refused in the words of RFC 6749 §5.2, the same whatever was wrong with the credentials', async () => {
    const made = await createTestClient(app, acme);
    const gone = await createTestClient(app, acme);
    await app.services.administrators.remove(acme.id, gone.administratorId, operator);
    const { client_id: id, client_secret: secret } = credentialsOf(made);
    const wrong = [
      { client_id: id, client_secret: 'x' },
      { client_id: crypto.randomUUID(), client_secret: secret },
      credentialsOf(gone),
    ];
    const answers = await Promise.all(wrong.map((fields) => askFor('/api/v1/token', { ...grant, ...fields })));
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([401, { error: 'invalid_client', error_description: expect.any(String) }]);
      expect(body).toEqual(answers[0]?.body);
    }
    const elsewhere = await askFor('/cctrustoauth2/globex/tokens/clients', { ...grant, ...credentialsOf(made) });
    expect([elsewhere.status, elsewhere.body]).toEqual([401, answers[0]?.body]);
    const basic = await askFor('/api/v1/token', grant, { authorization: basicOf(id, 'x') });
    expect([basic.status, basic.headers['www-authenticate']]).toEqual([401, 'Basic realm="sekisho"']);

    const error = async (fields: Record<string, string>, headers?: Record<string, string>) =>
      (await askFor('/api/v1/token', fields, headers)).body.error;
    const right = credentialsOf(made);
    expect(await error(right)).toBe('invalid_request');
    expect(await error({ ...right, grant_type: 'password' })).toBe('unsupported_grant_type');
    expect(await error({ ...grant, client_id: id })).toBe('invalid_request');
    expect(await error({ ...grant, ...right }, { authorization: basicOf(id, secret) })).toBe('invalid_request');
    expect(await error({ ...grant, ...right }, { 'content-type': 'text/plain' })).toBe('invalid_request');
    const told = await app.services.systemLog.list({
      organizationId: acme.id,
      event: 'platform/clientadministrator/signinfailed',
    });
    expect(new Set(told.map(({ detail }) => detail.reason))).toEqual(new Set(['wrong_secret', 'creator_gone']));
  });

  it('is not given to whoever guesses on and on, for a while; nobody’s client is locked by it', async () => {
    const made = await createTestClient(app, acme);
    app.clock.advance(600_000);
    const wrong = { ...grant, ...credentialsOf(made), client_secret: 'x' };
    const answers: ApiAnswer[] = [];
    for (let tries = 0; tries < 32; tries++) answers.push(await askFor('/api/v1/token', wrong));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(30);
    expect(answers.at(-1)).toMatchObject({ status: 429, body: { error: 'temporarily_unavailable' } });
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await askFor('/api/v1/token', { ...grant, ...credentialsOf(made) })).status).toBe(200);
    app.clock.advance(600_000);
  });
});

describe('A secure client', () => {
  it('may what its creator may now, not what it was when it was made', async () => {
    const made = await createTestClient(app, acme);
    const api = await made.api();
    const settings = '/api/v1/organizations/acme/settings';
    const etag = (await api('GET', settings)).headers.etag!;
    const { version } = await app.services.administrators.find(acme.id, made.administratorId);
    await createTestClient(app, acme);
    const keeper = await createTestClient(app, acme);
    expect(keeper).toBeDefined();
    const access = { access: 'custom' as const, permissions: ['library' as const] };
    await app.services.administrators.changeAccess(acme.id, made.administratorId, { access, version }, operator);
    const change = { body: { alwaysPrompt: false }, headers: { 'if-match': etag } };
    expect((await api('PATCH', settings, change)).status).toBe(403);
    expect((await api('GET', '/api/v1/me')).body.organizations[0].access).toEqual(access);
  });

  it('ends with its creator’s access, at once and in every process, and does not come back with it', async () => {
    const made = await createTestClient(app, acme);
    const there = apiClient(second, await made.token());
    expect((await there('GET', '/api/v1/me')).status).toBe(200);
    const removed = await app.services.administrators.remove(acme.id, made.administratorId, operator);
    expect((await there('GET', '/api/v1/me')).status).toBe(401);
    await app.services.administrators.add({ ...removed, email: made.email }, operator);
    expect((await there('GET', '/api/v1/me')).status).toBe(401);
    expect((await askFor('/api/v1/token', { ...grant, ...credentialsOf(made) })).status).toBe(401);
  });

  it('ends when it is revoked, in every process; it may revoke itself', async () => {
    const made = await createTestClient(app, acme);
    const [here, there] = [await made.api(), apiClient(second, await made.token())];
    const path = `/api/v1/organizations/acme/secure-clients/${made.client.clientId}`;
    expect((await here('GET', path)).body).toMatchObject({ name: made.client.name, state: 'active' });
    expect((await here('DELETE', path)).status).toBe(204);
    expect((await there('GET', '/api/v1/me')).status).toBe(401);
  });

  it('cannot make another, which would outlive it', async () => {
    const made = await createTestClient(app, acme);
    const refused = await (await made.api())('POST', '/api/v1/organizations/acme/secure-clients', {
      body: { name: 'Child' },
    });
    expect([refused.status, refused.body.type]).toEqual([403, app.sites.apiUrl('/api/v1/problems/not-for-clients')]);
  });

  it('of a member of a group counts while the last sign-in named the group', async () => {
    const group = '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f61';
    const { accounts, secureClients } = app.services;
    const connection = { connectionId: 'entra-of-acme', subject: 'tid.oid' };
    const signIn = (groups: string[]) =>
      accounts.findOrCreate({ ...connection, kind: 'administrator', organizationId: null, claims: { groups } });
    const account = await signIn([group]);
    const row = crypto.randomUUID();
    await app.database.db
      .insertInto('administrators')
      .values({
        id: row,
        organization_id: acme.id,
        kind: 'azure-ad-group',
        connection_id: connection.connectionId,
        subject: group,
        display_name: 'Operators',
        email: null,
        access: 'custom',
        permissions: '["library"]',
        state: 'active',
        created_at: 0,
        updated_at: 0,
        version: 1,
      })
      .execute();
    const creator = { accountId: account.id, name: 'Ken', email: '', administratorIds: [row] };
    const made = await secureClients.create(
      { actor: { type: 'system' } },
      { organization: acme, creator, name: 'Ops' },
    );
    expect(await secureClients.standingOf(made.client)).toMatchObject({ administratorIds: [row] });
    await signIn([]);
    expect(await secureClients.standingOf(made.client)).toBeUndefined();
  });
});
