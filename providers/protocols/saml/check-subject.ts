import {
  attributeOf,
  childElements,
  childrenNamed,
  isElement,
  textOf,
  type XmlElement,
} from '../../../metadata/xml-tree.ts';
import type { ResponseExpectations } from './expectations.ts';
import { bearer, samlAssertion } from './namespaces.ts';
import { checkNotOnOrAfter, readInstant } from './read-instant.ts';
import { refuse, shown } from './refuse.ts';

export interface NameId {
  value: string;
  format?: string;
  nameQualifier?: string;
  spNameQualifier?: string;
}

/** The one `Subject` with the one `NameID`. */
export function readSubject(assertion: XmlElement): { subject: XmlElement; nameId: NameId } {
  const subjects = childrenNamed(assertion, samlAssertion, 'Subject');
  const subject = subjects[0];
  if (!subject || subjects.length > 1) {
    return refuse('saml_subject_missing', { expected: 'one Subject', received: `${subjects.length}` });
  }
  const identifiers = childElements(subject).filter((child) => !isElement(child, samlAssertion, 'SubjectConfirmation'));
  const element = identifiers[0];
  if (!element || identifiers.length > 1 || !isElement(element, samlAssertion, 'NameID')) {
    return refuse('saml_subject_missing', { expected: 'one NameID', received: `${identifiers.length} identifiers` });
  }
  const value = textOf(element);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through
  if (value === undefined || value.trim() === '' || value.length > 256 || /[\u0000-\u001f\u007f-\u009f]/.test(value)) {
    return refuse('saml_subject_missing', {
      expected: 'a NameID of 1 to 256 characters without control characters',
      received: `${value?.length ?? 0} characters`,
    });
  }
  const nameId: NameId = { value };
  const format = attributeOf(element, 'Format');
  const nameQualifier = attributeOf(element, 'NameQualifier');
  const spNameQualifier = attributeOf(element, 'SPNameQualifier');
  if (format !== undefined) nameId.format = format;
  if (nameQualifier !== undefined) nameId.nameQualifier = nameQualifier;
  if (spNameQualifier !== undefined) nameId.spNameQualifier = spNameQualifier;
  return { subject, nameId };
}

/**
 * SAML profiles §4.1.4.3: at least one bearer confirmation that is ours in every respect. Its InResponseTo is inside the
 * signed assertion, which is what binds the answer to our request (SAML-33): the one on the envelope may be unsigned.
 * Returns its NotOnOrAfter.
 */
export function checkConfirmation(subject: XmlElement, expectations: ResponseExpectations, now: number): number {
  const confirmations = childrenNamed(subject, samlAssertion, 'SubjectConfirmation');
  const bearers = confirmations.filter((confirmation) => attributeOf(confirmation, 'Method') === bearer);
  if (bearers.length === 0) {
    const methods = confirmations.map((confirmation) => shown(attributeOf(confirmation, 'Method')));
    refuse('saml_confirmation_missing', { expected: bearer, received: methods.slice(0, 3).join(', ') || '(absent)' });
  }
  let firstProblem: unknown;
  for (const confirmation of bearers) {
    try {
      return checkBearer(confirmation, expectations, now);
    } catch (problem) {
      firstProblem ??= problem;
    }
  }
  throw firstProblem;
}

function checkBearer(confirmation: XmlElement, expectations: ResponseExpectations, now: number): number {
  const where = 'SubjectConfirmationData';
  const [data, ...more] = childrenNamed(confirmation, samlAssertion, where);
  if (!data || more.length > 0) return refuse('saml_confirmation_missing', { expected: `one ${where}` });

  const recipient = attributeOf(data, 'Recipient');
  if (recipient !== expectations.acsUrl) {
    refuse('saml_recipient_mismatch', { expected: expectations.acsUrl, received: shown(recipient) });
  }
  const inResponseTo = attributeOf(data, 'InResponseTo');
  if (inResponseTo !== expectations.requestId) {
    refuse(inResponseTo === undefined ? 'saml_unsolicited' : 'saml_in_response_to_mismatch', {
      expected: expectations.requestId,
      received: shown(inResponseTo),
      where: `${where} InResponseTo`,
    });
  }
  if (attributeOf(data, 'NotBefore') !== undefined) {
    refuse('saml_confirmation_missing', {
      expected: 'no NotBefore',
      where,
      note: 'forbidden by SAML profiles §4.1.4.2',
    });
  }
  const notOnOrAfter = readInstant(data, 'NotOnOrAfter');
  if (notOnOrAfter === undefined) return refuse('saml_confirmation_missing', { expected: 'NotOnOrAfter', where });
  checkNotOnOrAfter(notOnOrAfter, now, `${where} NotOnOrAfter`);
  return notOnOrAfter;
}
