/**
 * The signature kernel: does one of these keys vouch for this element, and for which bytes exactly?
 *
 * Nothing outside depends on how it finds out (`VerifySignature` is the whole interface). It returns only canonical
 * bytes that were hashed and signed; callers read those and never the message ("see what is signed").
 * Nothing rests on the canonicaliser being right, except that honest signatures pass: the digest is read from the very
 * SignedInfo bytes that the key verified, and the answer is the very bytes that the digest covers.
 * It does not decide which elements must be signed (`verify-signatures.ts`), nor when a certificate is too old.
 */
import { createHash, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { canonicalize } from './canonicalize.ts';
import { readCanonicalization, readSignature, readSignedInfo, type SignedInfo } from './read-signed-info.ts';
import { refuse } from './refuse.ts';
import { scanDocument } from './scan-document.ts';
import { attributeOf, childElements, type XmlElement } from './xml-tree.ts';

/** A certificate of the connection. The key is trusted because an administrator put it there; no path is built. */
export interface SigningCertificate {
  publicKey: KeyObject;
  /** Milliseconds. */
  notBefore: number;
  notAfter: number;
  /** SHA-256 of the certificate, for logs. */
  fingerprint: string;
}

export interface VerifiedElement {
  /** The canonical text, signature left out, that was digested. */
  canonical: string;
  certificate: SigningCertificate;
}

/** `signature` is the `ds:Signature` child of `element`. Throws `saml_signature_invalid` or `saml_algorithm_refused`. */
export type VerifySignature = (
  element: XmlElement,
  signature: XmlElement,
  certificates: readonly SigningCertificate[],
) => VerifiedElement;

export const verifySignature: VerifySignature = (element, signature, certificates) => {
  const { signedInfo, value } = readSignature(signature);
  const prefixes = readCanonicalization(childElements(signedInfo)[0] ?? signedInfo);
  const signedBytes = canonicalize(signedInfo, prefixes);
  const verified = readSignedInfo(scanDocument(signedBytes));
  // The reference is the parent itself, not whatever else carries the ID: SAML-10.
  if (verified.reference !== attributeOf(element, 'ID')) {
    refuse('saml_structure_refused', {
      expected: 'a reference to the parent of the signature',
      where: 'Reference URI',
    });
  }
  const certificate = findCertificate(verified, Buffer.from(signedBytes), value, certificates);
  const canonical = canonicalize(element, verified.inclusivePrefixes, signature);
  const digest = createHash(verified.digest).update(canonical, 'utf8').digest();
  if (digest.length !== verified.digestValue.length || !timingSafeEqual(digest, verified.digestValue)) {
    refuse('saml_signature_invalid', { where: element.local, note: 'the content was changed after signing' });
  }
  return { canonical, certificate };
};

function findCertificate(
  signedInfo: SignedInfo,
  bytes: Uint8Array,
  value: Uint8Array,
  certificates: readonly SigningCertificate[],
): SigningCertificate {
  const { algorithm } = signedInfo;
  const suitable = certificates.filter(({ publicKey }) => publicKey.asymmetricKeyType === algorithm.key);
  // RFC 9231 §2.3.6: the two halves of an ECDSA value side by side, not DER.
  const found = suitable.find(({ publicKey }) =>
    verify(algorithm.hash, bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value),
  );
  if (found) return found;
  return refuse('saml_signature_invalid', {
    expected: `one of ${suitable.length} ${algorithm.key} certificates of the connection`,
    note: 'no certificate of the connection verifies the signature',
  });
}
