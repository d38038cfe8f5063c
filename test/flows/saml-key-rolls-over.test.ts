/** Our SAML key rolls over connection by connection, when it is safe for each; and on the planned day for all. */
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { samlCertificates } from '../../src/services.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const hour = 3_600_000;
let app: TestApp;
/** Its identity provider takes only what our next key signs. */
let early: Connected<SamlIdp>;
/** Its identity provider takes only what our current key signs. */
let late: Connected<SamlIdp>;
const console = new Browser();

beforeAll(async () => {
  app = await startTestApp();
  const [, next] = samlCertificates(app.services.keys(), app.clock.now());
  const { samlEntityId: entityId, acsUrl, samlLogoutUrl: logoutUrl } = app.sites;
  early = await connectSaml(app, 'early', { serviceProvider: { entityId, acsUrl, logoutUrl, certificate: next! } });
  late = await connectSaml(app, 'late');
  for (const [name, { organization }] of [
    ['early', early],
    ['late', late],
  ] as const)
    parties.set(name, await registerRelyingParty(app, { organizationId: organization.id }));
  const keeper = await createAdministrator(app, [early.organization, late.organization]);
  await console.get(app.sites.consoleUrl('/'));
  await signInWithCode(console, keeper);
  await app.services.samlRollover.plan(app.clock.now() + 30 * 24 * hour);
});
afterAll(async () => {
  await app?.close();
  for (const { upstream } of [early, late]) await upstream?.close();
});

const parties = new Map<string, RelyingParty>();
const getsIn = (customerId: string) =>
  parties
    .get(customerId)!
    .signIn(new Browser())
    .then(
      () => true,
      () => false,
    );
const choiceOf = async ({ connectionId }: Connected<SamlIdp>) =>
  (await app.services.samlRollover.stateOf(connectionId)).choice;
const pageOf = (connected: Connected<SamlIdp>, customerId: string) =>
  console.get(app.sites.consoleUrl(`/o/${customerId}/connections/${connected.connectionId}/rollover`));
const addressOn = (html: string) => (/data-copy="([^"]*\?for=[^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
async function fetchMetadata(
  address: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<number> {
  const url = new URL(address);
  const at = `http://127.0.0.1:${app.port}${url.pathname}${url.search}`;
  const { statusCode, body } = await request(at, { method, headers: { host: url.host, ...headers } });
  await body.text();
  return statusCode;
}
async function pass(ms: number): Promise<void> {
  app.clock.advance(ms);
  await app.upkeep.rollOverKeys();
  await app.refreshKeys();
}

describe('While a roll-over is planned', () => {
  it('the current key signs for everybody who has not switched, and the register says until when', async () => {
    expect([await getsIn('late'), await getsIn('early')]).toEqual([true, false]);
    const { items } = await app.upkeep.expiryRegister.ofOrganization(late.organization.id);
    expect(items.map(({ kind }) => kind)).toContain('our_rollover');
  });

  it('an administrator switches by a click, and back', async () => {
    const path = `/connections/${late.connectionId}/rollover`;
    await pageOf(late, 'late');
    await console.submit({}, path);
    await app.refreshKeys();
    expect(await choiceOf(late)).toMatchObject({ how: 'chosen', chosenBy: 'Hanako Sato' });
    expect(await getsIn('late')).toBe(false);
    await pageOf(late, 'late');
    await console.submit({}, path);
    await app.refreshKeys();
    expect(await choiceOf(late)).toBeUndefined();
    expect(await getsIn('late')).toBe(true);
  });

  it('nothing switches because a stranger, a browser or a forged address fetched our metadata', async () => {
    const address = addressOn((await pageOf(late, 'late')).html);
    expect(address).toContain(late.connectionId);
    const plain = app.sites.samlMetadataUrlOf(late.connectionId);
    const forged = `${plain}?for=${late.connectionId}.${'A'.repeat(22)}`;
    const other = addressOn((await pageOf(early, 'early')).html)
      .split('.')
      .at(-1);
    const crossed = `${plain}?for=${late.connectionId}.${other}`;
    for (const each of [plain, forged, crossed, app.sites.samlMetadataUrl])
      expect(await fetchMetadata(each, { 'user-agent': 'curl/8.5' })).toBe(200);
    expect(await fetchMetadata(address, { 'user-agent': 'Mozilla/5.0' })).toBe(200);
    // The administrator has sent it to the provider's by a chat, whose server looks at it for a preview.
    for (const agent of ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'SkypeUriPreview Preview/0.5'])
      expect(await fetchMetadata(address, { 'user-agent': agent })).toBe(200);
    expect(await fetchMetadata(address, { 'user-agent': 'Java/17' }, 'HEAD')).toBe(200);
    await pass(25 * hour);
    expect(await choiceOf(late)).toBeUndefined();
    const { sightings } = await app.services.samlRollover.stateOf(late.connectionId);
    expect(sightings.every(({ fetchedAt }) => fetchedAt === null)).toBe(true);
    expect(sightings.some(({ hintedAt }) => hintedAt !== null)).toBe(true);
    expect(await getsIn('late')).toBe(true);
  });

  it('a connection switches by itself a day after its identity provider has fetched our metadata', async () => {
    const address = addressOn((await pageOf(early, 'early')).html);
    expect(await fetchMetadata(address, { 'user-agent': 'SimpleSAMLphp' })).toBe(200);
    await pass(23 * hour);
    expect(await choiceOf(early)).toBeUndefined();
    await pass(2 * hour);
    expect(await choiceOf(early)).toMatchObject({ how: 'fetched', chosenBy: null });
    expect([await getsIn('late'), await getsIn('early')]).toEqual([true, true]);
    const { sightings, choice } = await app.services.samlRollover.stateOf(early.connectionId);
    expect(sightings.find(({ kid }) => kid === choice?.kid)?.usedAt).toBeGreaterThan(0);
    const { items } = await app.upkeep.expiryRegister.ofOrganization(early.organization.id);
    expect(items.map(({ kind }) => kind)).not.toContain('our_rollover');
  });
});

describe('Another identity provider behind the connection', () => {
  it('has shown nothing yet: our current key signs for it, whatever the one before it had', async () => {
    const { connectionDrafts, connections, samlRollover } = app.services;
    const { connectionId, upstream } = await connectSaml(app, 'moved');
    await upstream.close();
    await samlRollover.noteFetched(connectionId, { proven: true });
    await pass(25 * hour);
    expect((await samlRollover.stateOf(connectionId)).choice).toMatchObject({ how: 'fetched' });
    const draft = await connectionDrafts.open(operatorEditor, connectionId);
    await connectionDrafts.save(operatorEditor, connectionId, draft.revision, {
      settings: { ...draft.settings, entityId: 'https://another.example/idp' },
    });
    await connectionDrafts.notePassed(connectionId, draft.revision + 1);
    await connectionDrafts.makeLive(operatorEditor, connectionId, draft.revision + 1);
    expect((await connections.find(connectionId))?.settings.entityId).toBe('https://another.example/idp');
    await pass(25 * hour);
    expect(await samlRollover.stateOf(connectionId)).toMatchObject({ sightings: [] });
    expect((await samlRollover.choices()).has(connectionId)).toBe(false);
  });
});

describe('On the planned day', () => {
  it('the next key signs for all, once, whatever number of processes look', async () => {
    const stateOfKeys = () => app.services.keys().filter(({ use }) => use === 'saml');
    const next = stateOfKeys().find(({ state }) => state === 'next')?.kid;
    app.clock.advance(31 * 24 * hour);
    await Promise.all([app.upkeep.rollOverKeys(), app.upkeep.rollOverKeys(), app.upkeep.rollOverKeys()]);
    await app.refreshKeys();
    expect(stateOfKeys().find(({ state }) => state === 'current')?.kid).toBe(next);
    expect(stateOfKeys()).toHaveLength(3);
    expect([await getsIn('late'), await getsIn('early')]).toEqual([false, true]);
    expect(await app.services.samlRollover.dueAt()).toBeNull();
  });
});
