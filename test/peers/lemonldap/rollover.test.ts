import { afterAll, beforeAll, expect, it } from 'vitest';
import { saml } from '../../../providers/saml/saml.ts';
import type { Organization } from '../../../src/directory/organizations.ts';
import { samlCertificates } from '../../../src/services.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { describeIf } from '../../support/skips.ts';
import { type Person, signInsWhile } from '../support/sign-ins.ts';
import { hasLemonLdap, type LemonLdap, noLemonLdap, startLemonLdap } from './lemonldap.ts';

const client = { clientId: 'sekisho', clientSecret: 'only-for-this-test' };
const rate = { perSecond: 5, people: 8 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeIf(hasLemonLdap, noLemonLdap)('LemonLDAP::NG that changes its keys while people sign in', () => {
  let app: TestApp;
  let idp: LemonLdap;
  const home = (customerId: string) => app.sites.workspaceUrl(customerId);
  const person = (customerId: string): Person => ({
    home: home(customerId),
    credentials: { user: idp.credentials.username, password: idp.credentials.password },
    displayName: 'Doctor Who',
  });

  beforeAll(async () => {
    app = await startTestApp({ byPath: true });
    const { samlEntityId: entityId, acsUrl } = app.sites;
    const [certificate] = samlCertificates(app.services.keys(), app.clock.now());
    const redirectUri = app.sites.callbackUrl('login-oidc');
    idp = await startLemonLdap({
      sp: { entityId, acsUrl, certificate: certificate! },
      signs: 'both',
      client: { ...client, redirectUri },
    });
  });
  afterAll(async () => {
    await idp?.close();
    await app?.close();
  });

  async function connect(customerId: string, kind: string, settings: Record<string, unknown>): Promise<Organization> {
    const { organizations, connections } = app.services;
    const organization = await organizations.create({ name: `Firm ${customerId}`, customerId });
    const connection = await connections.create(organization.id, { kind, name: 'LemonLDAP::NG', settings });
    await connections.makeLive(connection.id);
    await organizations.updateSettings(organization.id, { alwaysPrompt: false }, organization.version);
    return organizations.setSubscriberConnection(organization.id, connection.id);
  }

  it('by OpenID Connect: none of 5 a second fails, because a new key is fetched when it is first seen', async () => {
    await connect('by-openid', 'oidc', { issuer: idp.url, ...client });
    const { count, failures } = await signInsWhile(app, person('by-openid'), rate, async () => {
      await pause(2000);
      // Keys are fetched again at most once a minute.
      app.clock.advance(61_000);
      await idp.rollOver();
      await pause(4000);
    });
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(20);
    const { keys } = (await (await fetch(`${idp.url}/oauth2/jwks`)).json()) as { keys: { kid: string }[] };
    expect(keys.map(({ kid }) => kid)).toEqual(['key-2']);
  });

  it('by SAML: none of 5 a second fails, when its next certificate was entered before', async () => {
    const metadata = await idp.metadata();
    const { certificates } = saml.schema.parse({ metadata });
    const both = [...certificates, idp.otherCertificate()];
    await connect('by-saml', 'saml', {
      metadata,
      certificates: both,
      binding: 'redirect',
      attributes: { upn: 'cip_email' },
    });
    const { count, failures } = await signInsWhile(app, person('by-saml'), rate, async () => {
      await pause(2000);
      await idp.rollOver();
      await pause(4000);
    });
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(20);
    expect(saml.schema.parse({ metadata: await idp.metadata() }).certificates).not.toEqual(certificates);
  });
});
