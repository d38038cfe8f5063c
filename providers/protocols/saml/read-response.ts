/**
 * Between the world and everything else: bytes that anybody may have sent become an assertion that was made for this
 * request, or an error. Owns the whole validation of a SAML response (SECURITY §1.1 "ACS pipeline", §4.3). Does not own
 * the request record, replay (`once` says what to mark) or the meaning of attributes. Called by `providers/saml`.
 *
 * Everything here is synchronous and bounded: no worker thread stands behind it, because the scan's limits leave
 * nothing slow. The measured worst case is asserted in test/attacks/saml-38-oversized-response.test.ts.
 */
import { createHash } from 'node:crypto';
import { type AuthenticationStatement, checkAuthentication } from './check-authentication.ts';
import { checkConditions } from './check-conditions.ts';
import { checkIssuer, checkResponse, checkStatus, checkVersion } from './check-response.ts';
import { checkStructure } from './check-structure.ts';
import { checkConfirmation, type NameId, readSubject } from './check-subject.ts';
import { decodeText } from './decode-response.ts';
import type { ResponseExpectations } from './expectations.ts';
import { samlAssertion } from './namespaces.ts';
import { readAttributes } from './read-attributes.ts';
import { checkNotBefore, clockSkew, isoTime, maxAssertionAge, readInstant } from './read-instant.ts';
import { refuse } from './refuse.ts';
import { scanDocument } from './scan-document.ts';
import { type SigningCertificate, type VerifySignature, verifySignature } from './signature-kernel.ts';
import { checkCertificateDates, verifySignatures } from './verify-signatures.ts';
import { attributeOf, childrenNamed, type XmlElement } from './xml-tree.ts';

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
  const { assertion: unverified } = structure;
  if (!unverified) return refuse('saml_structure_refused', { expected: 'one Assertion', received: 'none' });
  const { signatures, certificates } = expectations;

  const verified = verifySignatures({ ...structure, assertion: unverified }, signatures, certificates, verify);
  const certificateState = checkCertificateDates(verified.certificate, expectations.certificateExpiry, now);
  if (verified.response) checkStatus(verified.response);
  checkResponse(verified.response ?? structure.response, verified.response !== undefined, expectations);
  return {
    ...readAssertion(verified.assertion, expectations, now),
    certificate: verified.certificate,
    certificateState,
  };
}

/** `assertion` was parsed from signed bytes. The order is that of the standard's own list. */
function readAssertion(assertion: XmlElement, expectations: ResponseExpectations, now: number) {
  checkVersion(assertion);
  const issuers = childrenNamed(assertion, samlAssertion, 'Issuer');
  if (issuers.length !== 1) refuse('saml_issuer_mismatch', { expected: 'one Issuer', received: `${issuers.length}` });
  checkIssuer(issuers[0]!, expectations.idpEntityId);
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
