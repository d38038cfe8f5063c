/** LOG-3 and LOG-4 by the API: the log in our shape and in the vendor's, as the collectors that exist ask for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';

let app: TestApp;
let acme: Organization;
let globex: Organization;
let api: ApiClient;
let token: string;

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  globex = await app.services.organizations.create({ name: 'The globex company', customerId: 'globex' });
  const made = await createTestClient(app, acme, { access: 'custom', permissions: ['system-log'] });
  token = await made.token();
  api = apiClient(app, token);
  for (let index = 0; index < 5; index++) {
    app.clock.advance(1000);
    for (const organization of [acme, globex])
      await app.services.systemLog.record({
        event: 'platform/session/create',
        organizationId: organization.id,
        actor: { type: 'subscriber', id: 's', name: `Sam ${index}` },
        target: { type: 'application', id: `a${index}` },
      });
  }
});
afterAll(() => app.close());

const collector = (customerId = 'acme') => ({
  authorization: `CwsAuth Bearer=${token}`,
  'citrix-customerid': customerId,
  'content-type': 'application/x-www-form-urlencoded',
});

describe('The log', () => {
  it('is read page by page, newest first, each record once', async () => {
    const all = await api('GET', '/api/v1/organizations/acme/log?event=platform/session/create');
    expect(all.body.items.map(({ target }: { target: { id: string } }) => target.id)).toEqual([
      'a4',
      'a3',
      'a2',
      'a1',
      'a0',
    ]);
    expect(all.body.items[0]).toMatchObject({ actor: { name: 'Sam 4' }, message: { 'en-US': 'Signed in' } });
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { body } = await api(
        'GET',
        `/api/v1/organizations/acme/log?event=platform/session/create&limit=2${cursor}`,
      );
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      next = body.next;
    }
    expect(seen).toEqual(all.body.items.map(({ id }: { id: string }) => id));
  });

  it('is found by text and time', async () => {
    const { body } = await api('GET', '/api/v1/organizations/acme/log?search=sam%203');
    expect(body.items).toHaveLength(1);
    const from = encodeURIComponent(body.items[0].at);
    const later = await api('GET', `/api/v1/organizations/acme/log?event=platform/session/create&from=${from}`);
    expect(later.body.items).toHaveLength(2);
    expect((await api('GET', '/api/v1/organizations/acme/log?from=yesterday')).status).toBe(400);
  });
});

describe('The vendor’s records', () => {
  it('are read as collectors do: any case, tokens pasted into the address, until there is none', async () => {
    const ids: string[] = [];
    let continuation: string | null = null;
    do {
      const more: string = continuation === null ? '' : `&ContinuationToken=${continuation}`;
      const { status, body } = await apiClient(app)(
        'GET',
        `/systemlog/records?startDateTime=2010-01-01&limit=2${more}`,
        {
          headers: collector(),
        },
      );
      expect(status).toBe(200);
      ids.push(...body.items.map(({ recordId }: { recordId: string }) => recordId));
      // As documented and as answered: the same records.
      expect(body.Items.map(({ RecordId }: { RecordId: string }) => RecordId)).toEqual(
        body.items.map(({ recordId }: { recordId: string }) => recordId),
      );
      expect(body.ContinuationToken).toBe(body.continuationToken);
      continuation = body.continuationToken;
    } while (continuation !== null);
    const ours = await api('GET', '/api/v1/organizations/acme/log?limit=200');
    expect(ids).toEqual(ours.body.items.map(({ id }: { id: string }) => id));
    const { body } = await apiClient(app)('GET', '/systemlog/records?Limit=1', { headers: collector() });
    expect(body.items).toMatchObject([
      { customerId: 'acme', eventType: 'platform/session/create', utcTimestamp: expect.any(String) },
    ]);
  });

  it('are those of the organization that the token is for, whatever the header says', async () => {
    for (const customerId of ['globex', 'no-such', '', '../acme'])
      expect((await apiClient(app)('GET', '/systemlog/records', { headers: collector(customerId) })).status).toBe(404);
    const { continuationToken } = (await apiClient(app)('GET', '/systemlog/records?Limit=1', { headers: collector() }))
      .body;
    const other = await createTestClient(app, globex, { access: 'custom', permissions: ['system-log'] });
    const refused = await apiClient(app)('GET', `/systemlog/records?ContinuationToken=${continuationToken}`, {
      headers: { ...collector('globex'), authorization: `Bearer ${await other.token()}` },
    });
    expect([refused.status, refused.body.errors]).toMatchObject([400, [{ parameter: 'ContinuationToken' }]]);
  });

  it('say which parameter they do not understand', async () => {
    for (const [query, parameter] of [
      ['StartDateTime=now', 'StartDateTime'],
      ['Limit=-1', 'Limit'],
    ]) {
      const { status, body } = await apiClient(app)('GET', `/systemlog/records?${query}`, { headers: collector() });
      expect([status, body.errors[0].parameter]).toEqual([400, parameter]);
    }
  });
});
