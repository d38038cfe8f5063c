/** A SAML connection made from settings as an administrator would write them, for tests below the application. */
import { createSamlProvider } from '../../../../providers/saml/saml.ts';
import { samlSettings } from '../../../../providers/saml/settings.ts';
import { type TestPorts, testPorts } from '../../ports.ts';
import { type IdpKey, makeIdpKey } from './sign-xml.ts';

export const spEntityId = 'https://saml.sekisho.test';
export const acsUrl = 'https://saml.sekisho.test/saml/acs';
let ownKey: IdpKey | undefined;

/** Our service provider's key; one for all tests of a file, because making it is slow. */
export function serviceProviderKey(): IdpKey {
  ownKey ??= makeIdpKey({ commonName: 'Sekisho' });
  return ownKey;
}

export function samlConnection(settings: Record<string, unknown>, ports: TestPorts = testPorts()) {
  const key = serviceProviderKey();
  const provider = createSamlProvider(samlSettings.parse(settings), ports, {
    saml: {
      entityId: spEntityId,
      signingKey: key.privateKey,
      signingCertificate: key.certificate,
      decryptionKeys: [key.privateKey],
    },
  });
  return { provider, ports };
}
