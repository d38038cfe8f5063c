import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../../support/skips.ts';
import { acsUrl, samlConnection, serviceProviderKey, spEntityId } from '../../support/upstreams/saml/connection.ts';
import { visitIdp } from '../../support/upstreams/saml/visit-idp.ts';
import { hasLemonLdap, type LemonLdap, noLemonLdap, startLemonLdap } from './lemonldap.ts';

const roles = {
  sid: 'cip_sid',
  email: 'cip_email',
  oid: 'cip_oid',
  groups: 'cip_groups',
  displayName: 'displayName',
  familyName: 'familyName',
} as const;

async function signIn(idp: LemonLdap, settings: Record<string, unknown>) {
  const { provider, ports } = samlConnection({ metadata: await idp.metadata(), ...settings });
  const { send, remember } = await provider.begin({
    handle: 'peer-handle',
    callbackUrl: acsUrl,
    forceAuthentication: true,
  });
  const callback = await visitIdp({ send, acsUrl, credentials: idp.credentials });
  const answer = Buffer.from(String(callback.parameters.SAMLResponse), 'base64').toString();
  return { callback, answer, ports, complete: () => provider.complete(callback, remember) };
}

/** Lasso signs every assertion, so a response signed alone does not come from it: there the connection asks for no more. */
const cases = [
  { signs: 'both', policy: 'response' },
  { signs: 'assertion', policy: 'assertion' },
  { signs: 'both', policy: 'both' },
] as const;

for (const { signs, policy } of cases) {
  describeIf(hasLemonLdap, noLemonLdap)(`LemonLDAP::NG that signs ${signs}, at a connection for ${policy}`, () => {
    let idp: LemonLdap;
    beforeAll(async () => {
      const { certificate } = serviceProviderKey();
      idp = await startLemonLdap({ sp: { entityId: spEntityId, acsUrl, certificate }, signs });
    });
    afterAll(() => idp?.close());

    for (const binding of ['redirect', 'post'] as const) {
      it(`signs its user in after our signed request by ${binding}`, async () => {
        const { callback, answer, ports, complete } = await signIn(idp, { binding, signatures: policy });
        expect(callback.parameters.RelayState).toBe('peer-handle');
        expect(answer.match(/<Signature /g)).toHaveLength(signs === 'both' ? 2 : 1);

        const identity = await complete();
        for (const [role, name] of Object.entries(roles)) {
          expect(identity.raw[role as keyof typeof roles]).toEqual({ name, values: idp.attributes[name] });
        }
        expect(identity.subject).toContain('|dwho%40badwolf.org');
        expect(ports.lines).toEqual([]);
      });
    }
  });
}

describeIf(hasLemonLdap, noLemonLdap)('LemonLDAP::NG that encrypts', () => {
  let idp: LemonLdap;
  beforeAll(async () => {
    const { certificate } = serviceProviderKey();
    const sp = { entityId: spEntityId, acsUrl, certificate };
    idp = await startLemonLdap({ sp, signs: 'both', encrypts: true });
  });
  afterAll(() => idp?.close());

  it('is refused by algorithm where encryption is accepted: its library knows AES only in CBC', async () => {
    const { answer, complete } = await signIn(idp, { signatures: 'response', encryption: 'accept' });
    expect(answer).toContain('EncryptedAssertion');
    expect(answer).toMatch(/Algorithm="http:\/\/www\.w3\.org\/2001\/04\/xmlenc#aes\d+-cbc"/);
    await expect(complete()).rejects.toMatchObject({
      code: 'saml_encryption_refused',
      detail: { expected: expect.stringContaining('AES-GCM') },
    });
  });
});
