/** SPEC §3 by API: a connection is prepared, made live when its test has passed, changed, put back, disconnected, deleted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';
import { type Connected, connectEntra, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let acme: Organization;
let api: ApiClient;
const closing: { close(): Promise<unknown> }[] = [];

const root = '/api/v1/organizations/acme/connections';
const settings = { url: 'https://acme.okta.com', clientId: 'client-one' };
const secrets = { clientSecret: 'canary-secret-one' };

beforeAll(async () => {
  app = await startTestApp();
  const entra = await connectEntra(app, 'acme');
  okta = await connectOkta(app, 'acme');
  closing.push(entra.upstream, okta.upstream);
  acme = okta.organization;
  api = await (await createTestClient(app, acme)).api();
});
afterAll(async () => {
  for (const each of closing) await each.close();
  await app.close();
});

async function create(name: string, more = {}): Promise<{ path: string; id: string; etag: string }> {
  const made = await api('POST', root, { body: { kind: 'okta', name, settings, secrets, ...more } });
  expect(made.status, made.text).toBe(201);
  return { path: `${root}/${made.body.id}`, id: made.body.id, etag: made.headers.etag! };
}
const tagOf = async (path: string) => (await api('GET', path)).headers.etag!;
async function makeLive(path: string, id: string): Promise<void> {
  const draft = await api('GET', `${path}/draft`);
  await app.services.connectionDrafts.notePassed(id, draft.body.revision);
  const live = await api('POST', `${path}/draft/make-live`, { headers: { 'if-match': draft.headers.etag! } });
  expect([live.status, live.body.state]).toEqual([200, 'connected']);
}

describe('A connection by API', () => {
  it('begins as a draft, and says what is missing', async () => {
    const { path } = await create('Okta begun', { settings: { url: settings.url }, secrets: {} });
    expect((await api('GET', path)).body).toMatchObject({
      state: 'draft',
      hasDraft: true,
      hasSecrets: false,
      settings: {},
    });
    const draft = await api('GET', `${path}/draft`);
    expect(draft.body).toMatchObject({ settings: { url: settings.url }, secrets: [], revision: 1 });
    expect(draft.body.missing.map(({ path: key }: { path: string }) => key)).toEqual(['clientId', 'clientSecret']);
    const early = await api('POST', `${path}/draft/make-live`, { headers: { 'if-match': draft.headers.etag! } });
    expect([early.status, early.body.type]).toEqual([409, expect.stringContaining('draft-not-passed')]);
  });

  it('says where in the body something is wrong', async () => {
    const body = { kind: 'okta', name: '', identifier: 'x', settings: {} };
    const head = await api('POST', root, { body });
    expect(head.status).toBe(422);
    const pointers = head.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect([...new Set(pointers)]).toEqual(['#/name', '#/identifier']);
    const { path } = await create('Okta pointers');
    const wrong = { settings: { ...settings, url: 'ftp://x', nonsense: 1 }, secrets: { apiToken: 'x'.repeat(5000) } };
    const saved = await api('PUT', `${path}/draft`, {
      body: wrong,
      headers: { 'if-match': await tagOf(`${path}/draft`) },
    });
    expect(saved.status).toBe(422);
    expect(saved.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/secrets/apiToken',
      '#/settings/nonsense',
      '#/settings/url',
    ]);
  });

  it('goes live when its test has passed, is changed by another draft, and put back', async () => {
    const { path, id } = await create('Okta whole life');
    await makeLive(path, id);
    expect((await api('GET', path)).body).toMatchObject({ settings, hasSecrets: true, hasDraft: false });
    const opened = await api('POST', `${path}/draft`);
    expect(opened.body).toMatchObject({ settings, secrets: ['clientSecret'], basedOn: 2 });
    const saved = await api('PUT', `${path}/draft`, {
      body: { settings: { ...settings, clientId: 'client-two' } },
      headers: { 'if-match': opened.headers.etag! },
    });
    expect(saved.body).toMatchObject({ droppedSecrets: [], secrets: ['clientSecret'], missing: [] });
    expect((await api('GET', path)).body).toMatchObject({ hasDraft: true, settings: { clientId: 'client-one' } });
    await makeLive(path, id);
    const versions = (await api('GET', `${path}/versions`)).body.items;
    expect(versions).toMatchObject([
      { isLive: true, changes: [{ key: 'clientId', before: 'client-one', after: 'client-two' }] },
      { isLive: false },
    ]);
    const restored = await api('POST', `${path}/versions/${versions[1].number}/restore`, {
      headers: { 'if-match': await tagOf(path) },
    });
    expect(restored.body).toMatchObject({ settings: { clientId: 'client-one' } });
  });

  it('is renamed with If-Match, which a draft does not disturb', async () => {
    const { path, id } = await create('Okta patched');
    await makeLive(path, id);
    const etag = await tagOf(path);
    expect((await api('PATCH', path, { body: { name: 'x' } })).status).toBe(428);
    const renamed = await api('PATCH', path, { body: { name: 'Okta patched twice' }, headers: { 'if-match': etag } });
    expect(renamed.body).toMatchObject({ name: 'Okta patched twice', state: 'connected' });
    expect((await api('PATCH', path, { body: { name: 'y' }, headers: { 'if-match': etag } })).status).toBe(412);
    const taken = await api('PATCH', path, {
      body: { name: 'Okta of acme' },
      headers: { 'if-match': renamed.headers.etag! },
    });
    expect([taken.status, taken.body.type]).toEqual([409, expect.stringContaining('already-exists')]);
    expect((await api('GET', `${path}/versions`)).body.items[0].isLive).toBe(true);
  });

  it('is disconnected unless subscribers sign in with it, then connected again or deleted', async () => {
    const method = `${root}/${okta.connectionId}`;
    const refused = await api('POST', `${method}/disconnect`, { headers: { 'if-match': await tagOf(method) } });
    expect([refused.status, refused.body.type]).toEqual([409, expect.stringContaining('connection-in-use')]);
    const { path, id } = await create('Okta leaves');
    await makeLive(path, id);
    const gone = await api('POST', `${path}/disconnect`, { headers: { 'if-match': await tagOf(path) } });
    expect(gone.body).toMatchObject({ state: 'disconnected', hasSecrets: false });
    const again = await api('POST', `${path}/draft`);
    expect(again.body).toMatchObject({ settings, secrets: [] });
    expect((await api('DELETE', path, { headers: { 'if-match': await tagOf(path) } })).status).toBe(204);
    expect((await api('GET', path)).status).toBe(404);
  });

  it('is found by kind, state and name, page by page', async () => {
    const names = async (query: string) =>
      (await api('GET', `${root}?${query}`)).body.items.map(({ name }: { name: string }) => name);
    expect(await names('kind=azure-ad')).toEqual(['Entra of acme']);
    expect(await names('state=connected&search=OF%20acme')).toEqual(['Entra of acme', 'Okta of acme']);
    const all = await names('limit=200');
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await api('GET', `${root}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.body.items.map(({ name }: { name: string }) => name));
      cursor = page.body.next;
    }
    expect(paged).toEqual(all);
    expect((await api('GET', `${root}?state=fine`)).status).toBe(400);
  });

  it('of Azure AD is for clients of somebody with a Citrix identity (IDP-2)', async () => {
    const body = { kind: 'azure-ad', name: 'Entra two', settings: {} };
    expect((await api('POST', root, { body })).status).toBe(201);
  });
});
