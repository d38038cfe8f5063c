/** Responses made by hand, and what reading them gives: the workbench of the attack tests. */
import { X509Certificate } from 'node:crypto';
import { ProviderError, type ProviderErrorDetail } from '../../../../providers/errors.ts';
import type { ResponseExpectations } from '../../../../providers/protocols/saml/expectations.ts';
import { readSamlResponse, type VerifiedAssertion } from '../../../../providers/protocols/saml/read-response.ts';
import type { SigningCertificate } from '../../../../providers/protocols/saml/signature-kernel.ts';
import { genuineFacts, type ResponseFacts, writeResponse } from './response-template.ts';
import { type IdpKey, makeIdpKey, type SignOptions, signXml } from './sign-xml.ts';

export const now = Date.UTC(2026, 10, 20, 9, 0, 0);
export const ground = {
  idpEntityId: 'https://idp.test/metadata',
  spEntityId: 'https://saml.sekisho.test',
  acsUrl: 'https://saml.sekisho.test/saml/acs',
  requestId: '_0123456789abcdef0123456789abcdef01234567',
  now,
};
export const idpKey = makeIdpKey();

export function toCertificate(key: IdpKey): SigningCertificate {
  const x509 = new X509Certificate(key.certificate);
  return {
    publicKey: x509.publicKey,
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    fingerprint: x509.fingerprint256,
  };
}

export function expectations(change: Partial<ResponseExpectations> = {}): ResponseExpectations {
  return {
    idpEntityId: ground.idpEntityId,
    spEntityId: ground.spEntityId,
    acsUrl: ground.acsUrl,
    requestId: ground.requestId,
    requestedAt: now - 20_000,
    forceAuthentication: false,
    signatures: 'either',
    certificates: [toCertificate(idpKey)],
    certificateExpiry: 'warn',
    attributeNames: new Set(['cip_sid', 'cip_upn', 'cip_email', 'cip_oid', 'cip_groups', 'displayName']),
    ...change,
  };
}

export type FactsChange = Partial<ResponseFacts> | ((facts: ResponseFacts) => Partial<ResponseFacts>);

export function factsOf(change: FactsChange = {}): ResponseFacts {
  const honest: ResponseFacts = {
    ...genuineFacts(ground),
    nameId: { value: 'victim@idp.test', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
    attributes: [
      { name: 'cip_sid', values: ['S-1-5-21-1-2-3-1001'] },
      { name: 'cip_email', values: ['victim@example.test'] },
    ],
  };
  return { ...honest, ...(typeof change === 'function' ? change(honest) : change) };
}

/** Unsigned. */
export function craft(change: FactsChange = {}): string {
  return writeResponse(factsOf(change));
}

/** Signed as most identity providers do: the assertion, and on demand the response around it. */
export function craftSigned(
  change: FactsChange = {},
  signs: 'response' | 'assertion' | 'both' = 'assertion',
  options: Partial<SignOptions> = {},
): string {
  return signCrafted(craft(change), signs, options);
}

/** Signs a document that was altered by hand before. */
export function signCrafted(
  document: string,
  signs: 'response' | 'assertion' | 'both' = 'assertion',
  options: Partial<SignOptions> = {},
): string {
  let xml = document;
  if (signs !== 'response') xml = signXml(xml, 'Assertion', { key: idpKey, ...options });
  if (signs !== 'assertion') xml = signResponse(xml, options);
  return xml;
}

function signResponse(xml: string, options: Partial<SignOptions>): string {
  const issuer = "/*[local-name(.)='Response']/*[local-name(.)='Issuer']";
  const reference = "/*[local-name(.)='Response']";
  return signXml(xml, 'Response', {
    key: idpKey,
    reference,
    place: { reference: issuer, action: 'after' },
    ...options,
  });
}

export function read(
  xml: string | Uint8Array,
  change: Partial<ResponseExpectations> = {},
  at = now,
): VerifiedAssertion {
  return readSamlResponse(typeof xml === 'string' ? Buffer.from(xml) : xml, expectations(change), at);
}

export interface Refusal {
  code: string;
  detail: ProviderErrorDetail;
}

/** The refusal, or `accepted` with the subject that was believed: a test that expects a code fails on it. */
export function refusal(
  xml: string | Uint8Array,
  change: Partial<ResponseExpectations> = {},
  at = now,
): Refusal | { accepted: string } {
  try {
    return { accepted: read(xml, change, at).nameId.value };
  } catch (error) {
    if (error instanceof ProviderError) return { code: error.code, detail: error.detail };
    throw error;
  }
}
