/** SML-3: the metadata of a live connection is read again and again; new certificates are adopted as the connection says. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClock } from '../support/clock.ts';
import { describeProvider, type PublishedMetadata, publishMetadata } from '../support/scenario/published-metadata.ts';
import { type IdpKey, makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let app: TestApp;
let acme: Organization;
let [old, next, third]: IdpKey[] = [];
let published: PublishedMetadata;
let connectionId: string;
let count = 0;

beforeAll(async () => {
  app = await startTestApp({ clock: createTestClock() });
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme' });
  [old, next, third] = [makeIdpKey(), makeIdpKey(), makeIdpKey()];
});
afterAll(() => app.close());
beforeEach(async () => {
  published = await publishMetadata(describeProvider({ keys: [old!] }));
});
afterEach(async () => {
  await published.close();
  await app.database.db.deleteFrom('metadata_watches').execute();
  await app.database.db.updateTable('connections').set({ state: 'draft' }).execute();
});

async function connect(metadataRefresh: 'adopt' | 'ask' | 'off', more = {}): Promise<void> {
  const connection = await app.services.connections.create(acme.id, {
    kind: 'saml',
    name: `Contoso ${++count}`,
    subscribers: true,
    settings: { metadata: describeProvider({ keys: [old!] }), metadataUrl: published.url, metadataRefresh, ...more },
  });
  await app.services.connections.makeLive(connection.id);
  connectionId = connection.id;
  await look();
}
/** Until the next reading is due, and that reading. */
async function look(after = 7 * hour): Promise<void> {
  await app.metadataWatching.round();
  app.clock.advance(after);
  await app.metadataWatching.round();
}
const connection = async () => (await app.services.connections.find(connectionId))!;
const certificates = async () => (await connection()).settings.certificates;
const watch = async () => (await app.services.metadataWatches.find(connectionId))!;
const pending = async () =>
  app.services.metadataWatches.pending(await watch(), (await connection()).settings as never).map(({ kind }) => kind);
const events = async () => {
  const rows = await app.services.systemLog.list({ organizationId: acme.id });
  return rows.filter(({ target }) => target?.id === connectionId);
};

describe('a new certificate', () => {
  it('is adopted by itself where the connection says so, beside the old one, and logged', async () => {
    await connect('adopt');
    expect(await certificates()).toEqual([old!.certificate]);
    published.document = describeProvider({ keys: [old!, next!] });
    const { version } = await connection();
    await look();
    expect(await certificates()).toEqual([old!.certificate, next!.certificate]);
    expect((await connection()).version).toBe(version + 1);
    const [versionNow] = await app.services.connectionVersions.list(await connection());
    expect(versionNow).toMatchObject({ how: 'metadata', isLive: true, liveBy: null });
    const entry = (await events()).find(({ event }) => event === 'platform/connection/makelive');
    expect(entry).toMatchObject({ actor: { type: 'system' }, detail: { how: 'metadata' } });
    expect(entry?.detail).not.toHaveProperty('via');
    await look();
    expect((await connection()).version).toBe(version + 1);
  });

  it('waits for a person where the connection asks, and is logged once', async () => {
    await connect('ask');
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    await look();
    expect(await certificates()).toEqual([old!.certificate]);
    expect(await pending()).toEqual(['added']);
    expect((await events()).filter(({ event }) => event === 'platform/connection/metadatachanged')).toHaveLength(1);
    await app.upkeep.checkConnections();
    app.clock.advance(hour);
    await app.upkeep.checkConnections();
    const check = await app.services.connectionChecks.find(connectionId);
    expect(check?.findings.map(({ code }) => code)).toContain('metadata_certificate_new');
    const { version } = await connection();
    await app.services.metadataWatches.adoptBy(operatorEditor, await connection(), version);
    expect(await certificates()).toEqual([old!.certificate, next!.certificate]);
    expect(await pending()).toEqual([]);
  });

  it('arrives in a draft that is open, which stays what its author made of it', async () => {
    await connect('adopt');
    const { connectionDrafts } = app.services;
    const draft = await connectionDrafts.open(operatorEditor, connectionId);
    await connectionDrafts.save(operatorEditor, connectionId, draft.revision, {
      settings: { ...draft.settings, signatures: 'both', certificates: [old!.certificate, third!.certificate] },
    });
    await connectionDrafts.notePassed(connectionId, 2);
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    const carried = (await connectionDrafts.find(await connection()))!;
    expect(carried).toMatchObject({ revision: 3, basedOn: (await connection()).version });
    expect(carried.settings).toMatchObject({
      signatures: 'both',
      certificates: [old!.certificate, third!.certificate, next!.certificate],
    });
    expect(carried.passedAt).not.toBeNull();
    await connectionDrafts.makeLive(operatorEditor, connectionId, 3);
    expect((await connection()).settings.signatures).toBe('both');
  });

  it('does not arrive in a draft that leads to another provider: what the old one publishes is no key of the new one', async () => {
    await connect('adopt');
    const { connectionDrafts } = app.services;
    const draft = await connectionDrafts.open(operatorEditor, connectionId);
    const settings = { ...draft.settings, entityId: 'https://new.example/idp', certificates: [third!.certificate] };
    await connectionDrafts.save(operatorEditor, connectionId, draft.revision, { settings });
    await connectionDrafts.notePassed(connectionId, 2);
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    expect(await certificates()).toEqual([old!.certificate, next!.certificate]);
    const carried = (await connectionDrafts.find(await connection()))!;
    expect(carried).toMatchObject({ revision: 3, basedOn: (await connection()).version });
    expect(carried.settings).toMatchObject({ ...settings, certificates: [third!.certificate] });
    await connectionDrafts.makeLive(operatorEditor, connectionId, 3);
    expect(await certificates()).toEqual([third!.certificate]);
  });

  it('is not looked for where the connection does not watch', async () => {
    await connect('off');
    published.document = describeProvider({ keys: [old!, next!] });
    await look(day);
    expect([await certificates(), published.answered]).toEqual([[old!.certificate], []]);
  });

  it('is looked for soon after an answer that nobody can verify, and not more often than every ten minutes', async () => {
    await connect('adopt');
    published.document = describeProvider({ keys: [next!] });
    const before = published.answered.length;
    for (const wait of [11 * minute, minute, 11 * minute]) {
      app.clock.advance(wait);
      await app.services.metadataWatches.hasten(connectionId);
      await app.metadataWatching.round();
    }
    expect(published.answered.length - before).toBeGreaterThanOrEqual(1);
    expect(await certificates()).toEqual([old!.certificate, next!.certificate]);
  });
});

describe('an old certificate', () => {
  it('that is published no more goes once an answer came with another, not before', async () => {
    await connect('adopt');
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    published.document = describeProvider({ keys: [next!] });
    await look();
    await look();
    expect(await certificates()).toEqual([old!.certificate, next!.certificate]);
    const found = (await watch()).found!.certificates[0]!;
    await app.services.certificateUses.note(connectionId, found.fingerprint);
    await look();
    expect(await certificates()).toEqual([next!.certificate]);
  });

  it('goes after seven days in any case: its owner may have withdrawn it for a reason', async () => {
    await connect('adopt');
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    published.document = describeProvider({ keys: [next!] });
    await look();
    app.clock.advance(6 * day);
    await look();
    expect(await certificates()).toHaveLength(2);
    app.clock.advance(day);
    await look();
    expect(await certificates()).toEqual([next!.certificate]);
  });

  it('that a person has entered beside the metadata never goes by itself', async () => {
    await connect('adopt', { certificates: [old!.certificate, third!.certificate] });
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    app.clock.advance(30 * day);
    await look();
    expect(await certificates()).toEqual([old!.certificate, third!.certificate, next!.certificate]);
    expect(await pending()).toEqual(['missing']);
  });
});

describe('any other change', () => {
  it.each([
    ['sign-on URL', { sso: 'https://evil.example/sso' }],
    ['entity ID', { entityId: 'https://evil.example/id' }],
  ])('of the %s waits for a person, and holds back the certificates that come with it', async (_name, change) => {
    await connect('adopt');
    published.document = describeProvider({ keys: [old!, next!], ...change });
    await look();
    expect((await connection()).settings).toMatchObject({
      entityId: 'https://idp.example/id',
      singleSignOnUrl: 'https://idp.example/sso',
      certificates: [old!.certificate],
    });
    expect(await pending()).toEqual(['changed', 'added']);
  });

  it('that a person wants to stay as it is holds back nothing any more', async () => {
    await connect('adopt');
    published.document = describeProvider({ keys: [old!, next!], sso: 'https://idp.example/other' });
    await look();
    await app.services.metadataWatches.keep(operatorEditor, await connection(), [
      'singleSignOnUrl=https://idp.example/other',
    ]);
    await look();
    expect((await connection()).settings).toMatchObject({
      singleSignOnUrl: 'https://idp.example/sso',
      certificates: [old!.certificate, next!.certificate],
    });
    expect(await pending()).toEqual([]);
    published.document = describeProvider({ keys: [old!, next!], sso: 'https://idp.example/again' });
    await look();
    expect(await pending()).toEqual(['changed']);
  });

  it('is adopted with one click, unless somebody changed the connection meanwhile', async () => {
    await connect('ask');
    published.document = describeProvider({
      keys: [next!],
      sso: 'https://idp.example/new',
      slo: 'https://idp.example/slo',
    });
    await look();
    const { version } = await connection();
    const adopt = async (seen: number) =>
      app.services.metadataWatches.adoptBy(operatorEditor, await connection(), seen);
    await expect(adopt(version - 1)).rejects.toMatchObject({ code: 'version_conflict' });
    await adopt(version);
    const { settings } = await connection();
    expect(settings).toMatchObject({ singleSignOnUrl: 'https://idp.example/new', certificates: [next!.certificate] });
    // It had no logout address, so nobody gave it one.
    expect(settings.logoutUrl).toBeUndefined();
  });
});

describe('whatever goes wrong', () => {
  it.each<[string, string | number, string]>([
    ['nothing is there', 404, 'upstream_answer_invalid'],
    ['a server fails', 503, 'upstream_answer_invalid'],
    ['it leads elsewhere', 302, 'upstream_redirected'],
    ['it is a page', '<!doctype html><p>Sign in', 'doctype_refused'],
    ['it is empty', '', 'not_well_formed'],
    ['it is another provider', '<a xmlns="x"/>', 'not_metadata'],
  ])('%s: the last good reading stays, and the failure is told', async (_name, document, failure) => {
    await connect('adopt');
    const good = await watch();
    published.document = document;
    await look();
    await look(20 * minute);
    expect(await certificates()).toEqual([old!.certificate]);
    expect(await watch()).toMatchObject({ failure, found: good.found, goodAt: good.goodAt });
    expect((await watch()).failures).toBeGreaterThanOrEqual(2);
    published.document = describeProvider({ keys: [old!, next!] });
    await look();
    expect(await watch()).toMatchObject({ failure: null, failingSince: null, failures: 0 });
    expect(await certificates()).toHaveLength(2);
  });

  it('metadata that is no longer valid changes nothing', async () => {
    await connect('adopt');
    const more = ` validUntil="${new Date(app.clock.now()).toISOString()}"`;
    published.document = describeProvider({ keys: [old!, next!], more });
    await look();
    expect([await certificates(), (await watch()).failure]).toEqual([[old!.certificate], 'metadata_expired']);
  });

  it('an expired certificate is not adopted, and the last one is not dropped', async () => {
    await connect('adopt');
    const expired = makeIdpKey({ commonName: 'old', notAfter: app.clock.now() - day });
    published.document = describeProvider({ keys: [expired] });
    await look();
    app.clock.advance(8 * day);
    await look();
    expect(await certificates()).toEqual([old!.certificate]);
  });
});

it('asks with what the server said last, and reads nothing when nothing has changed', async () => {
  published.etag = '"1"';
  await connect('adopt');
  await look();
  expect(published.answered.slice(-2)).toEqual([200, 304]);
  expect((await watch()).failure).toBeNull();
});

it('of several processes, one reads', async () => {
  await connect('adopt');
  const second = await startTestApp({
    clock: app.clock,
    sealingKeys: app.sealingKeys,
    stores: { database: app.database, store: app.store },
  });
  await app.metadataWatching.round();
  await second.metadataWatching.round();
  app.clock.advance(7 * hour);
  const before = published.answered.length;
  await Promise.all([app.metadataWatching.round(), second.metadataWatching.round()]);
  expect(published.answered.length - before).toBe(1);
  await second.close();
});
