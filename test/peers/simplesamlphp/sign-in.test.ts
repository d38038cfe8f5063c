import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../../support/skips.ts';
import { acsUrl, samlConnection, serviceProviderKey, spEntityId } from '../../support/upstreams/saml/connection.ts';
import { visitIdp } from '../../support/upstreams/saml/visit-idp.ts';
import { hasSimpleSamlPhp, noSimpleSamlPhp, type SimpleSamlPhp, startSimpleSamlPhp } from './simplesamlphp.ts';

const roles = {
  sid: 'cip_sid',
  upn: 'cip_upn',
  email: 'cip_email',
  oid: 'cip_oid',
  groups: 'cip_groups',
  displayName: 'displayName',
  givenName: 'givenName',
  familyName: 'familyName',
} as const;

for (const signs of ['response', 'assertion', 'both'] as const) {
  describeIf(hasSimpleSamlPhp, noSimpleSamlPhp)(`SimpleSAMLphp that signs ${signs}`, () => {
    let idp: SimpleSamlPhp;
    beforeAll(async () => {
      const { certificate } = serviceProviderKey();
      idp = await startSimpleSamlPhp({ sp: { entityId: spEntityId, acsUrl, certificate }, signs });
    });
    afterAll(() => idp?.close());

    for (const binding of ['redirect', 'post'] as const) {
      it(`signs its user in after our signed request by ${binding}`, async () => {
        const { provider, ports } = samlConnection({ metadata: await idp.metadata(), binding, signatures: signs });
        const { send, remember } = await provider.begin({
          handle: 'peer-handle',
          callbackUrl: acsUrl,
          forceAuthentication: true,
        });
        const callback = await visitIdp({ send, acsUrl, credentials: idp.credentials });
        expect(callback.parameters.RelayState).toBe('peer-handle');

        const identity = await provider.complete(callback, remember);
        for (const [role, name] of Object.entries(roles)) {
          expect(identity.raw[role as keyof typeof roles]).toEqual({ name, values: idp.attributes[name] });
        }
        expect(identity.subject).toContain('persistent|tanaka');
        expect(ports.lines).toEqual([]);
      });
    }
  });
}

describeIf(hasSimpleSamlPhp, noSimpleSamlPhp)('SimpleSAMLphp that encrypts', () => {
  let idp: SimpleSamlPhp;
  beforeAll(async () => {
    const { certificate } = serviceProviderKey();
    idp = await startSimpleSamlPhp({
      sp: { entityId: spEntityId, acsUrl, certificate },
      signs: 'both',
      encrypts: true,
    });
  });
  afterAll(() => idp?.close());

  it('is refused by algorithm where encryption is accepted: for a public key it knows AES only in CBC', async () => {
    const { provider } = samlConnection({ metadata: await idp.metadata(), signatures: 'both', encryption: 'accept' });
    const { send, remember } = await provider.begin({ handle: 'h', callbackUrl: acsUrl, forceAuthentication: true });
    const callback = await visitIdp({ send, acsUrl, credentials: idp.credentials });
    const answer = Buffer.from(String(callback.parameters.SAMLResponse), 'base64').toString();
    expect(answer).toContain('Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"');
    await expect(provider.complete(callback, remember)).rejects.toMatchObject({
      code: 'saml_encryption_refused',
      detail: { expected: expect.stringContaining('AES-GCM') },
    });
  });
});
