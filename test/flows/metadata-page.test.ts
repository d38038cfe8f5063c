/** SML-1 and SML-3 in the console: our values and files, what differs in watched metadata, one click; without script. */
import { createHash, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { proofFields } from '../../src/console/views/fresh-proof-page.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { arrive, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { describeProvider, type PublishedMetadata, publishMetadata } from '../support/scenario/published-metadata.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

let app: TestApp;
let contoso: Connected<SamlIdp>;
let hanako: TestAdministrator;
let browser: Browser;
let published: PublishedMetadata;
const next = makeIdpKey();

beforeAll(async () => {
  app = await startTestApp();
  published = await publishMetadata('');
  contoso = await connectSaml(app, 'acme', {}, { metadataUrl: published.url, metadataRefresh: 'ask' });
  published.document = describedWith(contoso.upstream.key);
  hanako = await createAdministrator(app, [contoso.organization]);
  browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, hanako);
});
afterAll(async () => {
  await contoso.upstream.close();
  await published.close();
  await app.close();
});
beforeEach(() => app.clock.advance(31_000));

function describedWith(...keys: { certificate: string }[]): string {
  const { upstream } = contoso;
  return describeProvider({
    entityId: upstream.entityId,
    sso: upstream.singleSignOnUrl,
    slo: upstream.logoutUrl,
    keys,
  });
}
const url = (path = '') => app.sites.consoleUrl(`/o/acme/connections/${contoso.connectionId}${path}`);
const connection = async () => (await app.services.connections.find(contoso.connectionId))!;
async function act(fields: Record<string, string>, match: string): Promise<Page> {
  const page = await browser.submit(fields, match);
  if (page.status !== 403) return page;
  return browser.submit({ [proofFields.password]: hanako.password, [proofFields.code]: hanako.code() }, match);
}

describe('the metadata page', () => {
  it('is a tab of a SAML connection, and has the values that its provider is told', async () => {
    await browser.get(url());
    const page = await browser.get(browser.link('/metadata'));
    expect(page.status).toBe(200);
    for (const value of [
      app.sites.samlEntityId,
      app.sites.acsUrl,
      app.sites.samlLogoutUrl,
      `${app.sites.samlMetadataUrl}?for=${contoso.connectionId}.`,
    ])
      expect(page.html).toContain(`data-copy="${value}`);
    expect(page.html).toContain('Reply URL');
  });

  it('gives our metadata and our signing certificate as files', async () => {
    const xml = await browser.fetch('GET', url('/metadata.xml'));
    expect(xml.headers['content-disposition']).toBe('attachment; filename="sekisho-metadata.xml"');
    expect(xml.html).toContain(`entityID="${app.sites.samlEntityId}"`);
    const pem = await browser.fetch('GET', url('/signing-certificate.pem'));
    const certificate = new X509Certificate(pem.html);
    expect(xml.html).toContain(certificate.raw.toString('base64'));
  });

  it('shows when each certificate was last used', async () => {
    expect((await browser.get(url('/metadata'))).html).toContain('Not seen yet');
    const party = await registerRelyingParty(app, { organizationId: contoso.organization.id });
    expect((await arrive(new Browser(), party.start().url)).get('code')).toBeTruthy();
    const [use] = await app.services.certificateUses.list(contoso.connectionId);
    const { raw } = new X509Certificate(contoso.upstream.certificate);
    expect(use?.fingerprint).toBe(createHash('sha256').update(raw).digest('hex'));
    expect((await browser.get(url('/metadata'))).html).not.toContain('Not seen yet');
  });

  it('reads the watched metadata at once, shows what differs, and adopts it with one click', async () => {
    published.document = describedWith(contoso.upstream.key, next);
    await browser.get(url('/metadata'));
    const read = await browser.submit({}, '/metadata/read');
    expect(read.html).toContain('New certificate');
    expect((await connection()).settings.certificates).toHaveLength(1);
    await act({}, '/metadata/adopt');
    expect(browser.page?.html).toContain('What the metadata says is live');
    expect((await connection()).settings.certificates).toEqual([contoso.upstream.certificate, next.certificate]);
    const entries = await app.services.systemLog.list({ organizationId: contoso.organization.id });
    const entry = entries.find(
      ({ event, detail }) => event === 'platform/connection/makelive' && detail?.how === 'metadata',
    );
    expect(entry?.actor).toMatchObject({ type: 'administrator', name: 'Hanako Sato' });
    // Sign-ins go on.
    const party = await registerRelyingParty(app, { organizationId: contoso.organization.id });
    expect((await arrive(new Browser(), party.start().url)).get('code')).toBeTruthy();
  });

  it('adopts nothing that was not seen', async () => {
    const third = makeIdpKey();
    published.document = describedWith(contoso.upstream.key, next, third);
    await browser.get(url('/metadata'));
    await browser.submit({}, '/metadata/read');
    const { version } = await connection();
    const page = await act({ version: String(version - 1) }, '/metadata/adopt');
    expect([page.status, page.html.includes('changed the connection meanwhile')]).toEqual([409, true]);
    expect((await connection()).version).toBe(version);
  });

  it('keeps a difference that shall be one', async () => {
    await act({}, '/metadata/keep');
    expect(browser.page?.html).toContain('The settings stay as they are');
    expect(browser.page?.html).not.toContain('New certificate');
    expect((await connection()).settings.certificates).toHaveLength(2);
  });

  it('tells why the metadata cannot be read', async () => {
    published.document = '<!doctype html>';
    await browser.get(url('/metadata'));
    const page = await browser.submit({}, '/metadata/read');
    expect(page.html).toContain('the last good reading counts');
    expect(page.html).toContain('DOCTYPE');
  });

  it('asks for somebody’s metadata no more often than a person would', async () => {
    const statuses: number[] = [];
    for (let time = 0; time < 25; time++) {
      await browser.get(url('/metadata'));
      statuses.push((await browser.submit({}, '/metadata/read')).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});
