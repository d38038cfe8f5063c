/**
 * Our own SAML metadata: what an identity provider's administrator imports (SPEC SML-1).
 *
 * Owns: the document and its signature. Does not own: which keys and addresses there are (`src/`).
 * Pure: the same description gives the same document, its ID included.
 */
import { createHash } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { parseCertificates } from '../certs/x509.ts';

export interface SpDescription {
  entityId: string;
  /** Assertion consumer service, HTTP-POST. */
  acsUrl: string;
  logoutUrl?: string;
  /** Which messages `logoutUrl` takes; `redirect` when not said. */
  logoutBindings?: readonly ('redirect' | 'post')[];
  /** PEM or Base64 DER; during a rollover the current one and the next. */
  signingCertificates: readonly string[];
  /** Without one we announce no encryption, and none is sent to us. */
  encryptionCertificate?: string;
  nameIdFormats?: readonly string[];
  authnRequestsSigned: boolean;
  wantAssertionsSigned: boolean;
  /** Milliseconds. */
  validUntil?: number;
  organizationName?: string;
  /** With `organizationName`; the origin of `acsUrl` when not said. */
  organizationUrl?: string;
}

const bindingPrefix = 'urn:oasis:names:tc:SAML:2.0:bindings:';
/** GCM and OAEP only: everything older is a padding oracle (SECURITY §0.10). */
const encryptionMethods = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  'http://www.w3.org/2009/xmlenc11#rsa-oaep',
];

/** An `EntityDescriptor` with one `SPSSODescriptor`, in the order of the schema. Throws `CertificateError`. */
export function buildSpMetadata(sp: SpDescription): string {
  const role = [
    ...sp.signingCertificates.map((certificate) => keyDescriptor('signing', certificate, [])),
    ...(sp.encryptionCertificate === undefined
      ? []
      : [keyDescriptor('encryption', sp.encryptionCertificate, encryptionMethods)]),
    ...logoutServices(sp),
    ...(sp.nameIdFormats ?? []).map((format) => `<md:NameIDFormat>${escapeXml(format)}</md:NameIDFormat>`),
    `<md:AssertionConsumerService${attributes({
      Binding: `${bindingPrefix}HTTP-POST`,
      Location: sp.acsUrl,
      index: '0',
      isDefault: 'true',
    })}/>`,
  ].join('');
  const descriptor = `<md:SPSSODescriptor${attributes({
    AuthnRequestsSigned: String(sp.authnRequestsSigned),
    WantAssertionsSigned: String(sp.wantAssertionsSigned),
    protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol',
  })}>${role}</md:SPSSODescriptor>`;
  const content = descriptor + organization(sp);
  const description = attributes({
    entityID: sp.entityId,
    ...(sp.validUntil === undefined ? {} : { validUntil: new Date(sp.validUntil).toISOString() }),
  });
  const id = `_${createHash('sha256').update(description).update(content).digest('hex').slice(0, 40)}`;
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="${id}"${description}>${content}</md:EntityDescriptor>`;
}

/**
 * The document with an enveloped signature as its first child (saml-metadata §3): RSA-SHA256, exclusive
 * canonicalization, the certificate in KeyInfo.
 */
export function signMetadata(xml: string, signer: { privateKeyPem: string; certificatePem: string }): string {
  const signature = new SignedXml({
    privateKey: signer.privateKeyPem,
    publicCert: signer.certificatePem,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  });
  signature.addReference({
    xpath: '/*',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signature.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'prepend' } });
  return signature.getSignedXml();
}

function keyDescriptor(use: 'signing' | 'encryption', text: string, methods: readonly string[]): string {
  return parseCertificates(text)
    .map(
      ({ der }) =>
        `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods
          .map((method) => `<md:EncryptionMethod Algorithm="${method}"/>`)
          .join('')}</md:KeyDescriptor>`,
    )
    .join('');
}

function logoutServices(sp: SpDescription): string[] {
  const { logoutUrl, logoutBindings = ['redirect'] } = sp;
  if (logoutUrl === undefined) return [];
  return logoutBindings.map(
    (binding) =>
      `<md:SingleLogoutService${attributes({
        Binding: bindingPrefix + (binding === 'redirect' ? 'HTTP-Redirect' : 'HTTP-POST'),
        Location: logoutUrl,
      })}/>`,
  );
}

function organization(sp: SpDescription): string {
  if (sp.organizationName === undefined) return '';
  const name = escapeXml(sp.organizationName);
  const url = escapeXml(sp.organizationUrl ?? new URL(sp.acsUrl).origin);
  return `<md:Organization><md:OrganizationName xml:lang="en">${name}</md:OrganizationName><md:OrganizationDisplayName xml:lang="en">${name}</md:OrganizationDisplayName><md:OrganizationURL xml:lang="en">${url}</md:OrganizationURL></md:Organization>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');
}

/**
 * For text and attribute values (SECURITY SAML-46). Line breaks and tabs become spaces, as a reader would make of them
 * in an attribute anyway; what XML 1.0 cannot hold at all is left out.
 */
function escapeXml(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\t\n\r]+/g, ' ')
    .replace(/[^\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
