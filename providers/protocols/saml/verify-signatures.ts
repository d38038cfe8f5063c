import type { ResponseStructure } from './check-structure.ts';
import type { CertificateExpiry, SignaturePolicy } from './expectations.ts';
import { samlAssertion } from './namespaces.ts';
import { refuse } from './refuse.ts';
import { scanDocument } from './scan-document.ts';
import type { SigningCertificate, VerifiedElement, VerifySignature } from './signature-kernel.ts';
import { childrenNamed, type XmlElement } from './xml-tree.ts';

export interface VerifiedResponse {
  /** Only when the response itself is signed. */
  response: XmlElement | undefined;
  assertion: XmlElement;
  certificate: SigningCertificate;
}

/**
 * Applies the connection's policy (SML-2) and gives back elements read from signed bytes only. Every signature that is
 * present must verify, also one that the policy does not ask for.
 */
export function verifySignatures(
  structure: ResponseStructure & { assertion: XmlElement },
  policy: SignaturePolicy,
  certificates: readonly SigningCertificate[],
  verify: VerifySignature,
): VerifiedResponse {
  const { response, assertion, responseSignature, assertionSignature } = structure;
  checkPolicy(policy, responseSignature !== undefined, assertionSignature !== undefined);
  const signedResponse = responseSignature && verify(response, responseSignature, certificates);
  const signedAssertion = assertionSignature && verify(assertion, assertionSignature, certificates);
  const verifiedResponse = signedResponse && scanDocument(signedResponse.canonical);
  const verifiedAssertion = signedAssertion
    ? scanDocument(signedAssertion.canonical)
    : verifiedResponse && childrenNamed(verifiedResponse, samlAssertion, 'Assertion')[0];
  const certificate = (signedAssertion ?? (signedResponse as VerifiedElement | undefined))?.certificate;
  if (!verifiedAssertion || !certificate) return signatureMissing(policy);
  return { response: verifiedResponse, assertion: verifiedAssertion, certificate };
}

function checkPolicy(policy: SignaturePolicy, response: boolean, assertion: boolean): void {
  const satisfied = {
    response,
    assertion,
    both: response && assertion,
    either: response || assertion,
  }[policy];
  if (satisfied) return;
  const received = response
    ? 'only the response is signed'
    : assertion
      ? 'only the assertion is signed'
      : 'no signature';
  signatureMissing(policy, received);
}

function signatureMissing(policy: SignaturePolicy, received = 'no signature'): never {
  return refuse('saml_signature_missing', { expected: `signed: ${policy}`, received });
}

/** An expired key is still the key that the administrator trusts, so the connection decides (SECURITY §1.1, row 10). */
export function checkCertificateDates(
  certificate: SigningCertificate,
  policy: CertificateExpiry,
  now: number,
): 'valid' | 'expired' | 'not-yet-valid' {
  const state = now > certificate.notAfter ? 'expired' : now < certificate.notBefore ? 'not-yet-valid' : 'valid';
  if (state !== 'valid' && policy === 'refuse') {
    refuse('saml_certificate_expired', {
      expected: 'a certificate that is valid now',
      received: `${state}: ${new Date(certificate.notBefore).toISOString()} to ${new Date(certificate.notAfter).toISOString()}`,
      where: `certificate ${certificate.fingerprint}`,
    });
  }
  return state;
}
