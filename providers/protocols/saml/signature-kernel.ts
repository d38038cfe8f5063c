/**
 * The signature kernel: does one of these keys vouch for this element, and for which bytes exactly?
 *
 * Nothing outside depends on how it finds out (`VerifySignature` is the whole interface). What it returns is the element
 * as the signature covers it: without the signature, and with nothing above or beside it in reach ("see what is
 * signed"). That reading this tree is reading the signed bytes rests on canonicalisation being reversible: see
 * `canonicalize.ts`, which is tested for exactly that.
 * It does not decide which elements must be signed (`verify-signatures.ts`), nor when a certificate is too old.
 */
import { createHash, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { attributeOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import { canonicalize } from './canonicalize.ts';
import { readSignature, readSignedInfo, type SignedInfo } from './read-signed-info.ts';
import { refuse } from './refuse.ts';

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
  /** What was digested and nothing else: the signature is left out. */
  element: XmlElement;
  /** Its canonical text, which was digested. */
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
  const claimed = readSignedInfo(signedInfo);
  // The reference is the parent itself, not whatever else carries the ID: SAML-10.
  if (claimed.reference !== attributeOf(element, 'ID')) {
    refuse('saml_structure_refused', {
      expected: 'a reference to the parent of the signature',
      where: 'Reference URI',
    });
  }
  const signedBytes = Buffer.from(canonicalize(signedInfo, claimed.signedInfoPrefixes));
  const certificate = findCertificate(claimed, signedBytes, value, certificates);
  const canonical = canonicalize(element, claimed.inclusivePrefixes, signature);
  const digest = createHash(claimed.digest).update(canonical, 'utf8').digest();
  if (digest.length !== claimed.digestValue.length || !timingSafeEqual(digest, claimed.digestValue)) {
    refuse('saml_signature_invalid', { where: element.local, note: 'the content was changed after signing' });
  }
  const covered = { ...element, children: element.children.filter((child) => child !== signature) };
  return { element: covered, canonical, certificate };
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
