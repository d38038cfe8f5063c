import { afterAll, beforeAll, expect, it } from 'vitest';
import { samlCertificates } from '../../../src/services.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { Browser } from '../../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../../support/relying-party.ts';
import { describeIf } from '../../support/skips.ts';
import { hasSimpleSamlPhp, noSimpleSamlPhp, type SimpleSamlPhp, startSimpleSamlPhp } from './simplesamlphp.ts';

/** SAML connections of one organization each, to a SimpleSAMLphp of its own where what it signs differs. */
const cases = [
  { signs: 'response', binding: 'redirect' },
  { signs: 'response', binding: 'post' },
  { signs: 'assertion', binding: 'redirect' },
  { signs: 'assertion', binding: 'post' },
] as const;

describeIf(hasSimpleSamlPhp, noSimpleSamlPhp)('A subscriber of an organization with SimpleSAMLphp', () => {
  let app: TestApp;
  const idps = new Map<string, SimpleSamlPhp>();
  const applications = new Map<string, RelyingParty>();
  const customerOf = ({ signs, binding }: (typeof cases)[number]) => `${signs}-by-${binding}`;

  beforeAll(async () => {
    app = await startTestApp({ byPath: true });
    const { organizations, connections } = app.services;
    const { samlEntityId: entityId, acsUrl } = app.sites;
    const [certificate] = samlCertificates(app.services.keys(), app.clock.now());
    for (const signs of ['response', 'assertion'] as const)
      idps.set(signs, await startSimpleSamlPhp({ sp: { entityId, acsUrl, certificate: certificate! }, signs }));
    for (const each of cases) {
      const { signs, binding } = each;
      const customerId = customerOf(each);
      const organization = await organizations.create({ name: `Firm ${customerId}`, customerId });
      const connection = await connections.create(organization.id, {
        kind: 'saml',
        name: 'SimpleSAMLphp',
        subscribers: true,
        // Its own document as it writes it, and nothing that we know about it beforehand.
        settings: { metadata: await idps.get(signs)!.metadata(), signRequests: true, binding, signatures: signs },
      });
      await connections.makeLive(connection.id);
      await organizations.setSubscriberConnection(organization.id, connection.id);
      applications.set(customerId, await registerRelyingParty(app, { organizationId: organization.id }));
    }
  });
  afterAll(async () => {
    for (const idp of idps.values()) await idp.close();
    await app?.close();
  });

  /** Its pages post themselves by script. */
  async function untilPage(browser: Browser): Promise<void> {
    for (let step = 0; step < 6; step++) {
      const form = browser.forms().find(({ fields }) => 'SAMLRequest' in fields || 'SAMLResponse' in fields);
      if (!form) return;
      await browser.post(form.action, form.fields);
    }
  }

  it.each(cases)(
    'opens the workspace, logs in at its form, and is in: $signs signed, request by $binding',
    async (each) => {
      const customerId = customerOf(each);
      const idp = idps.get(each.signs)!;
      const browser = new Browser();
      await browser.get(app.sites.workspaceUrl(customerId));
      await untilPage(browser);
      expect(browser.page!.url.origin, app.log.at(-1)).toBe(idp.url);
      await browser.submit(idp.credentials);
      await untilPage(browser);

      expect(browser.page!.url.href, browser.page!.html).toBe(app.sites.workspaceUrl(customerId));
      expect(browser.page!.html).toContain('Tanaka Hanako');
      expect(browser.page!.html).toContain('S-1-5-21-3625187655-3369754474-2918355096-1013');

      // The organization's applications get the same claims, without another sign-in.
      const { claims } = await applications.get(customerId)!.signIn(browser, { prompt: 'none' });
      expect(claims).toMatchObject({
        idp: 'saml',
        customer_id: customerId,
        name: 'Tanaka Hanako',
        family_name: '田中',
        cip_sid: 'S-1-5-21-3625187655-3369754474-2918355096-1013',
        cip_upn: 'tanaka@corp.example.test',
        cip_email: 'hanako.tanaka@example.test',
        cip_oid: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      });
    },
  );

  it('is refused when the other signature is the one that the connection requires', async () => {
    const organization = await app.services.organizations.create({ name: 'Strict KK', customerId: 'strict-kk' });
    const connection = await app.services.connections.create(organization.id, {
      kind: 'saml',
      name: 'SimpleSAMLphp',
      subscribers: true,
      settings: { metadata: await idps.get('assertion')!.metadata(), signRequests: true, signatures: 'response' },
    });
    await app.services.connections.makeLive(connection.id);
    await app.services.organizations.setSubscriberConnection(organization.id, connection.id);
    const browser = new Browser();
    await browser.get(app.sites.workspaceUrl('strict-kk'));
    await untilPage(browser);
    await browser.submit(idps.get('assertion')!.credentials);
    await untilPage(browser);
    expect(browser.page!.url.href).toBe(app.sites.acsUrl);
    expect(browser.page!.status).toBe(400);
    expect(await app.services.sessions.listOfOrganization(organization.id)).toEqual([]);
  });
});
