import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acsUrl, samlConnection, serviceProviderKey, spEntityId } from '../../../support/upstreams/saml/connection.ts';
import { samlUser } from '../../../support/upstreams/saml/people.ts';
import { type SamlIdp, startSamlIdp } from '../../../support/upstreams/saml/saml-idp.ts';
import { visitIdp } from '../../../support/upstreams/saml/visit-idp.ts';

const begin = { handle: 'handle-1', callbackUrl: acsUrl, forceAuthentication: false };

for (const signs of ['response', 'assertion', 'both'] as const) {
  describe(`a SAML sign-in where the identity provider signs ${signs}`, () => {
    let idp: SamlIdp;
    beforeAll(async () => {
      const { certificate } = serviceProviderKey();
      idp = await startSamlIdp({
        users: [samlUser],
        serviceProvider: { entityId: spEntityId, acsUrl, certificate },
        signs,
      });
    });
    afterAll(() => idp.close());

    for (const binding of ['post', 'redirect'] as const) {
      it(`gives the identity as asserted when the signed request goes by ${binding}`, async () => {
        const { provider } = samlConnection({ metadata: idp.metadata(), binding, signatures: signs });
        const { send, remember } = await provider.begin(begin);
        expect(send.method).toBe(binding === 'post' ? 'POST' : 'GET');
        const { username, password } = samlUser;
        const callback = await visitIdp({ send, acsUrl, credentials: { username, password } });

        expect(callback.parameters.RelayState).toBe('handle-1');
        const identity = await provider.complete(callback, remember);
        expect(identity.subject).toContain('b1f7c0de-suzuki');
        expect(identity.raw.sid).toEqual({ name: 'cip_sid', values: [samlUser.attributes.cip_sid] });
        expect(identity.raw.groups?.values).toEqual(samlUser.attributes.cip_groups);
        expect(identity.raw.displayName?.values).toEqual(['Suzuki Ichirō']);
        expect(identity.once?.expiresAt).toBeGreaterThan(Date.now());
      });
    }

    if (signs === 'both') return;
    it('is refused when the connection asks for the other signature', async () => {
      const other = signs === 'response' ? 'assertion' : 'response';
      const { provider } = samlConnection({ metadata: idp.metadata(), signatures: other });
      const { send, remember } = await provider.begin(begin);
      const { username, password } = samlUser;
      const callback = await visitIdp({ send, acsUrl, credentials: { username, password } });
      await expect(provider.complete(callback, remember)).rejects.toMatchObject({ code: 'saml_signature_missing' });
    });
  });
}
