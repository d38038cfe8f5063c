/** Whole documents for the scanner run: small ones, so that a million is soon done. */
import { craft, idpKey } from '../support/upstreams/saml/crafted.ts';
import { makeOriginals } from './originals.ts';

export function scannerSeeds(): string[] {
  const certificate = idpKey.certificate.replaceAll(/-----[^-]+-----|\s/g, '');
  const metadata = [
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.test/metadata"',
    ' validUntil="2030-01-01T00:00:00Z"><md:IDPSSODescriptor WantAuthnRequestsSigned="true"',
    ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">',
    '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>',
    `${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.test/sso"/>',
    '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat></md:IDPSSODescriptor>',
    '<md:Organization><md:OrganizationDisplayName xml:lang="en">Test</md:OrganizationDisplayName></md:Organization>',
    '</md:EntityDescriptor>',
  ].join('');
  const federation = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${metadata}${metadata.replace('idp.test/metadata', 'other.test')}</md:EntitiesDescriptor>`;
  const signed = makeOriginals().filter((_, index) => index % 9 === 0);
  return [craft(), craft({ attributes: [] }), metadata, metadata, federation, ...signed.map(({ xml }) => xml)];
}
