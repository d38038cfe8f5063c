/** The API on two machines with PostgreSQL and Redis, by path below one public URL: what one gives the other honours. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateSealingKey } from '../../certs/sealing-keys.ts';
import { openDatabase } from '../../src/database/database.ts';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { createRedisStore } from '../../src/store/redis.ts';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClock } from '../support/clock.ts';
import { createTestClient, type TestSecureClient } from '../support/scenario/secure-clients.ts';
import { postgresAvailable, startPostgres } from '../support/services/postgres.ts';
import type { Service } from '../support/services/processes.ts';
import { type RedisService, redisAvailable, startRedis } from '../support/services/redis.ts';
import { describeIf } from '../support/skips.ts';

const both = postgresAvailable && redisAvailable;

describeIf(both, 'PostgreSQL or redis-server is not installed')('The API of two servers', () => {
  const clock = createTestClock();
  const closing: (() => Promise<unknown>)[] = [];
  let postgres: Service;
  let redis: RedisService;
  let one: TestApp;
  let two: TestApp;
  let acme: Organization;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis({ appendonly: 'yes', appendfsync: 'always' })]);
    const sealingKeys = [generateSealingKey()];
    const startServer = async () => {
      const database = await openDatabase({ kind: 'postgres', url: postgres.url });
      const store = await createRedisStore({ url: redis.url, clock, timeout: 500 });
      const app = await startTestApp({ byPath: true, clock, sealingKeys, stores: { database, store } });
      closing.push(app.close, store.close, database.close);
      return app;
    };
    [one, two] = await Promise.all([startServer(), startServer()]);
    acme = await one.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await redis?.close();
    await postgres?.close();
  });

  const path = (within: string) => `/api/v1/organizations/acme${within}`;
  const access = { access: 'custom', permissions: ['library'] };
  async function pair(): Promise<{ made: TestSecureClient; here: ApiClient; there: ApiClient }> {
    const made = await createTestClient(one, acme);
    const token = await made.token();
    return { made, here: apiClient(one, token), there: apiClient(two, token) };
  }

  it('takes a token of the other, until the client is revoked or its creator removed there', async () => {
    const first = await pair();
    expect((await first.there('GET', '/api/v1/me')).body.id).toBe(first.made.client.clientId);
    expect((await first.here('DELETE', path(`/secure-clients/${first.made.client.clientId}`))).status).toBe(204);
    expect((await first.there('GET', '/api/v1/me')).status).toBe(401);
    const second = await pair();
    expect((await second.there('GET', '/api/v1/me')).status).toBe(200);
    await createTestClient(one, acme);
    await one.services.administrators.remove(acme.id, second.made.administratorId, operator);
    expect((await second.there('GET', '/api/v1/me')).status).toBe(401);
  });

  it('does a creation once, whichever of them is asked, and goes on in each other’s lists', async () => {
    const { here, there } = await pair();
    const request = { body: { email: 'once@example.com', access }, headers: { 'idempotency-key': 'both' } };
    const answers = await Promise.all(
      [here, there, here, there].map((api) => api('POST', path('/administrators'), request)),
    );
    for (const { status } of answers) expect([201, 409]).toContain(status);
    const again = await there('POST', path('/administrators'), request);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    const all = await two.services.administrators.list(acme.id);
    expect(all.filter(({ email }) => email === 'once@example.com')).toHaveLength(1);
    const page = await here('GET', path('/administrators?limit=1'));
    const rest = await there('GET', path(`/administrators?limit=200&cursor=${page.body.next}`));
    expect(rest.body.items.map(({ id }: { id: string }) => id)).not.toContain(page.body.items[0].id);
    expect([rest.status, rest.body.items.length]).toEqual([200, all.length - 1]);
  });

  it('lets one change win', async () => {
    const { here, there } = await pair();
    const { headers } = await here('GET', path('/settings'));
    const change = (api: ApiClient, subscriberWebHours: number) =>
      api('PATCH', path('/settings'), { body: { subscriberWebHours }, headers: { 'if-match': headers.etag! } });
    const statuses = (await Promise.all([change(here, 5), change(there, 6), change(here, 7), change(there, 8)])).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([200, 412, 412, 412]);
    const records = await there('GET', path('/log?event=platform/organization/settings'));
    expect(records.body.items).toHaveLength(1);
    const vendor = await there('GET', '/systemlog/records?limit=2', { headers: { 'citrix-customerid': 'acme' } });
    expect(vendor.body.items).toHaveLength(2);
  });
});
