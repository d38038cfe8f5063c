/**
 * Between the world and everything else: bytes that anybody may have sent become an assertion that was made for this
 * request, or an error. Owns the whole validation of a SAML response (SECURITY §1.1 "ACS pipeline", §4.3). Does not own
 * the request record, replay (`once` says what to mark) or the meaning of attributes. Called by `providers/saml`.
 *
 * Everything here is synchronous and bounded: no worker thread stands behind it, because the scan's limits leave
 * nothing slow. The measured worst case is asserted in test/attacks/saml-38-oversized-response.test.ts.
 */
import { createHash } from 'node:crypto';
import { attributeOf, childrenNamed, type XmlElement } from '../../../metadata/xml-tree.ts';
import { type AuthenticationStatement, checkAuthentication } from './check-authentication.ts';
import { checkConditions } from './check-conditions.ts';
import { checkIssuer, checkResponse, checkStatus, checkVersion } from './check-response.ts';
import { checkAssertionStructure, checkStructure, type ResponseStructure } from './check-structure.ts';
import { checkConfirmation, type NameId, readSubject } from './check-subject.ts';
import { decodeText } from './decode-response.ts';
import { decryptAssertion } from './decrypt-assertion.ts';
import type { ResponseExpectations } from './expectations.ts';
import { samlAssertion } from './namespaces.ts';
import { readAttributes } from './read-attributes.ts';
import { checkNotBefore, clockSkew, isoTime, maxAssertionAge, readInstant } from './read-instant.ts';
import { refuse } from './refuse.ts';
import { scanDocument } from './scan-document.ts';
import { type SigningCertificate, type VerifySignature, verifySignature } from './signature-kernel.ts';
import {
  checkCertificateDates,
  type VerifiedResponse,
  verifyDecrypted,
  verifySignatures,
} from './verify-signatures.ts';

export interface VerifiedAssertion {
  issuer: string;
  assertionId: string;
  nameId: NameId;
  authentication: AuthenticationStatement;
  /** Exact name → values; only names of the allow-list, only with at least one value. */
  attributes: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds; when the identity provider wrote it, by its clock. */
  issuedAt: number;
  /** To be marked as used, over all organizations, before the assertion is believed (SAML-31). */
  once: { id: string; expiresAt: number };
  certificate: SigningCertificate;
  certificateState: 'valid' | 'expired' | 'not-yet-valid';
}

/**
 * Verifies a decoded `SAMLResponse` against our record of the request. `now` in milliseconds.
 * Throws `ProviderError` with a `saml_*` code or `reauthentication_missing`; its detail says what was expected and
 * what came, never an attribute value or a subject.
 */
export function readSamlResponse(
  bytes: Uint8Array,
  expectations: ResponseExpectations,
  now: number,
  verify: VerifySignature = verifySignature,
): VerifiedAssertion {
  const structure = checkStructure(scanDocument(decodeText(bytes)));
  checkStatus(structure.response);
  const verified = verifyResponse(structure, expectations, verify);
  const certificateState = checkCertificateDates(verified.certificate, expectations.certificateExpiry, now);
  checkResponse(verified.response ?? structure.response, verified.response !== undefined, expectations);
  return {
    ...readAssertion(verified.assertion, expectations, now),
    certificate: verified.certificate,
    certificateState,
  };
}

/** Signatures, and decryption only behind a verified one. */
function verifyResponse(
  structure: ResponseStructure,
  expectations: ResponseExpectations,
  verify: VerifySignature,
): VerifiedResponse {
  const { assertion, encryptedAssertion, response, responseSignature } = structure;
  const { signatures, certificates, encryption, spEntityId } = expectations;
  if (encryptedAssertion === undefined) {
    if (!assertion) return refuse('saml_structure_refused', { expected: 'one Assertion', received: 'none' });
    if (encryption?.required) {
      refuse('saml_encryption_refused', { expected: 'an encrypted assertion', received: 'a plain one' });
    }
    return verifySignatures({ ...structure, assertion }, signatures, certificates, verify);
  }
  if (!encryption) {
    return refuse('saml_encryption_refused', { expected: 'nothing encrypted', received: 'EncryptedAssertion' });
  }
  if (!responseSignature) {
    return refuse('saml_encryption_refused', {
      expected: 'a signed response around an encrypted assertion',
      received: 'no signature',
    });
  }
  const signed = verify(response, responseSignature, certificates);
  const covered = childrenNamed(signed.element, samlAssertion, 'EncryptedAssertion')[0]!;
  const decrypted = scanDocument(decryptAssertion(covered, spEntityId, encryption));
  const inside = checkAssertionStructure(decrypted);
  return {
    response: signed.element,
    ...verifyDecrypted(inside, signed.certificate, signatures, certificates, verify),
  };
}

/** Everything below `assertion` is covered by a verified signature. The order is that of the standard's own list. */
function readAssertion(assertion: XmlElement, expectations: ResponseExpectations, now: number) {
  checkVersion(assertion);
  const issuers = childrenNamed(assertion, samlAssertion, 'Issuer');
  if (issuers.length !== 1) refuse('saml_issuer_mismatch', { expected: 'one Issuer', received: `${issuers.length}` });
  checkIssuer(issuers[0]!, expectations.idpEntityId, 'Assertion Issuer');
  const issuedAt = checkAge(assertion, now);
  const { subject, nameId } = readSubject(assertion);
  const confirmedUntil = checkConfirmation(subject, expectations, now);
  const validUntil = checkConditions(assertion, expectations.spEntityId, now);
  const authentication = checkAuthentication(assertion, expectations, now);
  const assertionId = attributeOf(assertion, 'ID')!;
  const issuer = expectations.idpEntityId;
  return {
    issuer,
    assertionId,
    nameId,
    authentication,
    attributes: readAttributes(assertion, expectations.attributeNames),
    issuedAt,
    once: {
      id: createHash('sha256').update(`${issuer}|${assertionId}`).digest('base64url'),
      // Whichever ends first, it is not accepted after that (SAML-35: year 9999 does not fill the store).
      expiresAt: Math.min(confirmedUntil, validUntil, issuedAt + maxAssertionAge) + clockSkew,
    },
  };
}

function checkAge(assertion: XmlElement, now: number): number {
  const issuedAt = readInstant(assertion, 'IssueInstant');
  if (issuedAt === undefined) return refuse('saml_malformed', { expected: 'IssueInstant', where: 'Assertion' });
  checkNotBefore(issuedAt, now, 'Assertion IssueInstant');
  if (now - issuedAt > maxAssertionAge) {
    refuse('saml_too_old', {
      expected: `issued after ${isoTime(now - maxAssertionAge)}`,
      received: isoTime(issuedAt),
      where: 'Assertion IssueInstant',
    });
  }
  return issuedAt;
}
