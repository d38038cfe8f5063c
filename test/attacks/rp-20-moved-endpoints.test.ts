/**
 * SECURITY RP-20: whoever may edit a connection does not read its stored secrets by having them sent to a host of their
 * own. Whatever says where secrets go, changed by any way there is, drops them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionOf, providerKinds } from '../../providers/registry.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { ApiClient } from '../support/api-client.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let browser: Browser;
let api: ApiClient;
const evil = 'https://evil.okta.com';
const root = '/api/v1/organizations/alpha/connections';

beforeAll(async () => {
  ground = await startGround();
  const { organization } = ground.alpha;
  const owner = await createAdministrator(ground.app, [organization]);
  api = await (await createTestClient(ground.app, organization)).api();
  browser = new Browser();
  await browser.get(ground.app.sites.consoleUrl());
  await signInWithCode(browser, owner);
});
afterAll(() => ground.close());

const drafts = () => ground.app.services.connectionDrafts;
const url = (path: string) => ground.app.sites.consoleUrl(`/o/alpha/connections${path}`);
/** The live Okta of the organization, opened anew for editing. */
async function openDraft() {
  const { connectionId: id } = ground.alpha;
  const connection = (await ground.app.services.connections.find(id))!;
  const before = await drafts().find(connection);
  if (before) await drafts().discard(operatorEditor, id, before.revision);
  const draft = await drafts().open(operatorEditor, id);
  expect(draft.secrets).toEqual(['clientSecret']);
  return { id, draft, settings: draft.settings as Record<string, unknown> };
}
const whole = async (id: string) => JSON.stringify(await drafts().openSettings(id));
const secret = 'secret-of-sekisho-at-upstream';

describe('A stored secret', () => {
  it('is gone when the page saves another address, which says so and asks for it', async () => {
    const { id } = await openDraft();
    await browser.get(url(`/${id}`));
    await browser.submit({}, `${id}/edit`);
    const page = await browser.submit({ 'setting.url': evil }, '/draft');
    expect(page.html).toContain('Stored secrets were deleted');
    expect(page.html).toContain('href="#secret.clientSecret">Client secret:');
    expect(await whole(id)).not.toContain(secret);
    // Nor does it come back with the address that it was for.
    await browser.submit({ 'setting.url': ground.alpha.upstream.url }, '/draft');
    expect(await whole(id)).not.toContain(secret);
    expect((await browser.get(url(`/${id}`))).html).toContain('Still missing');
  });

  it('is gone when the API saves another address, issuer, or both', async () => {
    for (const moved of [{ url: evil }, { issuer: evil }, { url: `${evil}/`, issuer: evil }]) {
      const { id, settings } = await openDraft();
      const body = { settings: { ...settings, customDomain: true, ...moved } };
      const saved = await api('PUT', `${root}/${id}/draft`, { body, headers: { 'if-match': '*' } });
      expect([saved.status, saved.body.droppedSecrets], saved.text).toEqual([200, ['clientSecret']]);
      expect(await whole(id)).not.toContain(secret);
    }
  });

  it('is not carried along by an address that is dressed up as a secret, or as another type', async () => {
    const { id, settings } = await openDraft();
    for (const body of [
      { settings, secrets: { url: evil } },
      { settings, secrets: { issuer: evil } },
      { settings, secrets: { 'attributes.sid': 'x', url: evil } },
      { settings: { ...settings, url: [settings.url] } },
      { settings: { ...settings, url: { 0: evil } } },
      { settings: { ...settings, 'url ': evil } },
    ]) {
      const saved = await api('PUT', `${root}/${id}/draft`, { body, headers: { 'if-match': '*' } });
      expect([JSON.stringify(body), saved.status]).toEqual([JSON.stringify(body), 422]);
    }
    expect((await drafts().openSettings(id))?.settings).toMatchObject({ url: settings.url, clientSecret: secret });
  });

  it('cannot be sent by a draft that has not passed its test, nor by one that passed and was changed', async () => {
    const { id, settings } = await openDraft();
    const saved = await drafts().save(operatorEditor, id, 1, {
      settings: { ...settings, url: evil },
      secrets: { clientSecret: 'a secret of the attacker' },
    });
    const attempt = () => api('POST', `${root}/${id}/draft/make-live`, { headers: { 'if-match': '*' } });
    expect((await attempt()).status).toBe(409);
    await drafts().notePassed(id, saved.draft.revision);
    await drafts().save(operatorEditor, id, saved.draft.revision, {
      settings: { ...settings, url: evil, clientId: 'b' },
    });
    const answer = await attempt();
    expect([answer.status, answer.body.type]).toEqual([409, expect.stringContaining('draft-not-passed')]);
    expect((await ground.app.services.connections.find(id))?.settings.url).toBe(settings.url);
  });

  it('is gone after disconnecting: connecting again somewhere else finds none', async () => {
    const made = await api('POST', root, {
      body: {
        kind: 'okta',
        name: 'Okta away',
        settings: { url: evil, clientId: 'a' },
        secrets: { clientSecret: secret },
      },
    });
    const { id } = made.body;
    await drafts().notePassed(id, 1);
    await api('POST', `${root}/${id}/draft/make-live`, { headers: { 'if-match': '*' } });
    await api('POST', `${root}/${id}/disconnect`, { headers: { 'if-match': '*' } });
    const draft = await api('POST', `${root}/${id}/draft`);
    expect(draft.body.secrets).toEqual([]);
    expect(await whole(id)).not.toContain(secret);
  });
});

describe('A new pair for a Gateway', () => {
  const [real, evilGateway] = ['gateway.alpha.example', 'gateway.evil.example'];
  const old = 'secret-of-the-pair-before';

  it('reaches no other Gateway that an earlier version or a draft leads to', async () => {
    const { connectionVersions, connections, gateways } = ground.app.services;
    const head = { kind: 'gateway', name: 'Gateway of somebody else once' };
    const { connection } = await drafts().begin(operatorEditor, ground.alpha.organization.id, head, {
      settings: { fqdn: evilGateway, clientId: 'made for there' },
      secrets: { clientSecret: 'secret-made-for-there' },
    });
    const { id } = connection;
    const live = async (settings: Record<string, unknown>, clientSecret: string) => {
      const { revision } = await drafts().open(operatorEditor, id);
      const change = { settings: { ...settings, clientId: 'a' }, secrets: { clientSecret } };
      const saved = await drafts().save(operatorEditor, id, revision, change);
      await drafts().makeLive(operatorEditor, id, saved.draft.revision, { untested: 'operator' });
    };
    await drafts().makeLive(operatorEditor, id, 1, { untested: 'operator' });
    // The same secret, typed again for an issuer that somebody else answers for.
    await live({ fqdn: real, issuer: 'https://evil.example' }, old);
    await live({ fqdn: real }, old);
    const draft = await drafts().open(operatorEditor, id);
    await drafts().save(operatorEditor, id, draft.revision, {
      settings: { ...draft.settings, issuer: 'https://evil.example' },
      secrets: { clientSecret: old },
    });
    const before = (await connections.find(id))!;
    const { pair } = await gateways.replacePair(operatorEditor, id, before.version);

    expect(await whole(id)).not.toContain(pair.clientSecret);
    expect(await whole(id)).not.toContain(old);
    const now = (await connections.find(id))!;
    await expect(connectionVersions.rollBack(operatorEditor, id, 3, now.version)).rejects.toThrow('not possible');
    await connectionVersions.rollBack(operatorEditor, id, 2, now.version);
    const settings = await connections.openSettings({ id });
    expect(settings).toMatchObject({ fqdn: evilGateway, clientSecret: 'secret-made-for-there' });
  });
});

describe('Every setting that names whom secrets are sent to', () => {
  /** Never fetched with a secret in hand: where browsers go after signing out, where public metadata is read. */
  const harmless = new Set(['logoutUrl', 'metadataUrl', 'ownEntityId', 'metadata']);

  it.each(providerKinds)('of %s is said to be one', (kind) => {
    const { descriptions } = definitionOf(kind)!;
    const named = descriptions.filter(({ key }) =>
      /url|issuer|fqdn|host|endpoint|authority|authorities|tenant|entityId/i.test(key),
    );
    expect(named.length).toBeGreaterThan(0);
    const missed = named.filter(({ key, endpoint }) => endpoint !== true && !harmless.has(key));
    expect(missed.map(({ key }) => key)).toEqual([]);
  });
});
