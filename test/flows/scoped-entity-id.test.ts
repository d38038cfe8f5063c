/** SML-8: a connection with a service provider entity ID of its own, its own metadata document and its own audience. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
/** One identity provider for two organizations; `scoped` has an entity ID of its own there. */
let common: Connected<SamlIdp>;
let scoped: Connected<SamlIdp>;
let ofCommon: RelyingParty;
let ofScoped: RelyingParty;
/** What the provider of each has registered as our entity ID; a test changes it. */
const registered = { common: '', scoped: '' };

beforeAll(async () => {
  app = await startTestApp();
  const serviceProvider = (name: keyof typeof registered) => ({
    acsUrl: app.sites.acsUrl,
    get entityId() {
      return registered[name] || app.sites.samlEntityId;
    },
  });
  common = await connectSaml(app, 'common', { signs: 'assertion', serviceProvider: serviceProvider('common') });
  scoped = await connectSaml(
    app,
    'scoped',
    { signs: 'assertion', key: common.upstream.key, serviceProvider: serviceProvider('scoped') },
    { ownEntityId: true },
  );
  ofCommon = await registerRelyingParty(app, { organizationId: common.organization.id });
  ofScoped = await registerRelyingParty(app, { organizationId: scoped.organization.id });
});
afterAll(async () => {
  for (const { upstream } of [common, scoped]) await upstream.close();
  await app.close();
});

const ownId = () => `${app.sites.samlEntityId}/${scoped.connectionId}`;
const issuerOf = ({ upstream }: Connected<SamlIdp>) =>
  /<saml:Issuer[^>]*>([^<]+)</.exec(upstream.requests.at(-1)!.xml)?.[1];
const reasons = async () => {
  const rows = await app.database.db.selectFrom('system_log').select('detail').execute();
  return rows.map(({ detail }) => String(detail)).join();
};

describe('a connection with its own entity ID', () => {
  it('asks with it, and takes an answer for it', async () => {
    registered.scoped = ownId();
    expect((await arrive(new Browser(), ofScoped.start().url)).get('code')).toBeTruthy();
    expect(issuerOf(scoped)).toBe(ownId());
    expect((await arrive(new Browser(), ofCommon.start().url)).get('code')).toBeTruthy();
    expect(issuerOf(common)).toBe(app.sites.samlEntityId);
  });

  it('refuses an answer for the common one, and the common one refuses an answer for it', async () => {
    for (const [application, wrong] of [
      [ofScoped, { common: '', scoped: app.sites.samlEntityId }],
      [ofCommon, { common: ownId(), scoped: ownId() }],
    ] as const) {
      Object.assign(registered, wrong);
      const before = (await reasons()).split('saml_audience_mismatch').length;
      const browser = new Browser();
      await browser.get(application.start().url);
      await browser.submit({}, '/sso');
      const page = await browser.submit({}, '/saml/acs');
      expect(page.status).toBe(400);
      expect((await reasons()).split('saml_audience_mismatch')).toHaveLength(before + 1);
    }
    Object.assign(registered, { common: '', scoped: ownId() });
  });

  it('has a metadata document that names it, signed like the common one', async () => {
    const read = async (url: string) => new Browser().fetch('GET', url);
    const own = await read(app.sites.samlMetadataUrlOf(scoped.connectionId));
    expect([own.status, own.headers['content-type']]).toEqual([200, 'application/samlmetadata+xml; charset=utf-8']);
    expect(own.html).toContain(`entityID="${ownId()}"`);
    expect(own.html).toContain(`Location="${app.sites.acsUrl}"`);
    expect(own.html).toContain('<ds:SignatureValue>');
    expect((await read(app.sites.samlMetadataUrl)).html).toContain(`entityID="${app.sites.samlEntityId}"`);
    const encrypting = await read(`${app.sites.samlMetadataUrlOf(scoped.connectionId)}?encryption=yes`);
    expect(encrypting.html).toContain('use="encryption"');
  });

  it('has no document for what is no SAML connection', async () => {
    const { samlMetadataUrlOf } = app.sites;
    for (const name of ['00000000-0000-4000-8000-000000000000', '..', `${scoped.connectionId}%00`, 'x"><y'])
      expect((await new Browser().fetch('GET', samlMetadataUrlOf(name))).status).toBeGreaterThanOrEqual(400);
  });
});
