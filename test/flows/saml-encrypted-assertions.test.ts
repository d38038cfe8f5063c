/** An organization whose SAML provider encrypts assertions: from our metadata to the application, and over a rollover. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigningKeys } from '../../src/directory/signing-keys.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import { type EncryptOptions, encryptAssertion } from '../support/upstreams/saml/encrypt-assertion.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

let app: TestApp;
let company: Connected<SamlIdp>;
let careless: Connected<SamlIdp>;
let application: RelyingParty;
let ofCareless: RelyingParty;
let how: EncryptOptions;

async function readMetadata(query = ''): Promise<string> {
  return (await new Browser().fetch('GET', new URL(app.sites.samlMetadataUrl + query))).html;
}
/** As a provider does when it imports our metadata. */
async function readEncryptionKey(): Promise<string> {
  const descriptor = /<md:KeyDescriptor use="encryption">[\s\S]*?<\/md:KeyDescriptor>/.exec(
    await readMetadata('?encryption=yes'),
  );
  const der = /<ds:X509Certificate>([^<]+)</.exec(descriptor?.[0] ?? '')?.[1];
  return `-----BEGIN CERTIFICATE-----\n${der?.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

beforeAll(async () => {
  app = await startTestApp();
  const encrypt = (xml: string) => encryptAssertion(xml, how);
  company = await connectSaml(app, 'sealed', { encrypt }, { encryption: 'require', signatures: 'both' });
  careless = await connectSaml(app, 'open', { encrypt });
  application = await registerRelyingParty(app, { organizationId: company.organization.id });
  ofCareless = await registerRelyingParty(app, { organizationId: careless.organization.id });
  how = { recipientKey: await readEncryptionKey() };
});
afterAll(async () => {
  await company.upstream.close();
  await careless.upstream.close();
  await app.close();
});

describe('An organization whose SAML provider encrypts', () => {
  it('is given a key by the metadata that it asks for, and by no other', async () => {
    expect(await readMetadata()).not.toContain('use="encryption"');
    const algorithms = (await readMetadata('?encryption=yes')).match(/(?<=EncryptionMethod Algorithm=")[^"]+/g);
    expect(algorithms).toContain('http://www.w3.org/2009/xmlenc11#aes256-gcm');
    expect(algorithms?.join(' ')).not.toMatch(/cbc|rsa-1_5/);
  });

  it('signs its people in', async () => {
    const { claims } = await application.signIn(new Browser());
    expect(claims).toMatchObject({
      idp: 'saml',
      cip_sid: samlUser.attributes.cip_sid,
      cip_upn: samlUser.attributes.cip_upn,
    });
  });

  it('is refused where the connection does not say so, with the reason in the log and not on the page', async () => {
    await expect(ofCareless.signIn(new Browser())).rejects.toThrow(/^(?![\s\S]*saml_)[\s\S]*stopped at/);
    const events = await app.database.db.selectFrom('system_log').selectAll().orderBy('recorded_at', 'desc').execute();
    expect(JSON.stringify(events[0])).toContain('saml_encryption_refused');
  });

  it('signs them in with the key before and the key after a rotation', async () => {
    const before = how.recipientKey;
    const { db } = app.database;
    const keys = createSigningKeys({ db, clock: app.clock, sealer: app.sealer, samlEntityId: app.sites.samlEntityId });
    await keys.rotate('saml');
    await app.services.reloadKeys();
    // A provider that checks our requests with the new certificate and still encrypts for the one before.
    const renewed = await connectSaml(
      app,
      'renewed',
      { encrypt: (xml) => encryptAssertion(xml, how), key: company.upstream.key },
      { encryption: 'accept' },
    );
    const party = await registerRelyingParty(app, { organizationId: renewed.organization.id });
    expect((await party.signIn(new Browser())).claims.idp).toBe('saml');
    how = { recipientKey: await readEncryptionKey() };
    expect(how.recipientKey).not.toBe(before);
    expect((await party.signIn(new Browser())).claims.idp).toBe('saml');
    await renewed.upstream.close();
  });
});
