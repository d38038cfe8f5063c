import { childrenNamed, type XmlElement } from '../../../metadata/xml-tree.ts';
import type { AssertionStructure, ResponseStructure } from './check-structure.ts';
import type { CertificateExpiry, SignaturePolicy } from './expectations.ts';
import { samlAssertion } from './namespaces.ts';
import { refuse } from './refuse.ts';
import type { SigningCertificate, VerifySignature } from './signature-kernel.ts';

/** Elements from which nothing can be reached that the signature does not cover. */
export interface VerifiedResponse {
  /** Only when the response itself is signed. */
  response: XmlElement | undefined;
  assertion: XmlElement;
  certificate: SigningCertificate;
}

/**
 * Applies the connection's policy (SML-2) to a response with a plain assertion. Every signature that is present must
 * verify, also one that the policy does not ask for.
 */
export function verifySignatures(
  structure: ResponseStructure & AssertionStructure,
  policy: SignaturePolicy,
  certificates: readonly SigningCertificate[],
  verify: VerifySignature,
): VerifiedResponse {
  const { response, responseSignature, assertion, assertionSignature } = structure;
  // Before any cryptography: who signs nothing costs nothing.
  checkPolicy(policy, responseSignature !== undefined, assertionSignature !== undefined);
  const signedResponse = responseSignature && verify(response, responseSignature, certificates);
  const signedAssertion = assertionSignature && verify(assertion, assertionSignature, certificates);
  const verifiedAssertion =
    signedAssertion?.element ??
    (signedResponse && childrenNamed(signedResponse.element, samlAssertion, 'Assertion')[0]);
  const certificate = (signedAssertion ?? signedResponse)?.certificate;
  if (!verifiedAssertion || !certificate) return signatureMissing(policy);
  return { response: signedResponse?.element, assertion: verifiedAssertion, certificate };
}

/** The same for an assertion that was decrypted out of a response which `signer` signed. */
export function verifyDecrypted(
  { assertion, assertionSignature }: AssertionStructure,
  signer: SigningCertificate,
  policy: SignaturePolicy,
  certificates: readonly SigningCertificate[],
  verify: VerifySignature,
): Omit<VerifiedResponse, 'response'> {
  checkPolicy(policy, true, assertionSignature !== undefined);
  if (assertionSignature === undefined) return { assertion, certificate: signer };
  const { element, certificate } = verify(assertion, assertionSignature, certificates);
  return { assertion: element, certificate };
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
