import { attributeOf, childrenNamed, textOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import type { ResponseExpectations } from './expectations.ts';
import { entityFormat, samlAssertion, samlProtocol, statusSuccess } from './namespaces.ts';
import { refuse, shown } from './refuse.ts';

/**
 * The envelope (SAML profiles §4.1.4.3, core §3.2.2). Where the response itself is not signed these values are only
 * hints that anybody could have written: a wrong one is refused, a right one proves nothing, and what has to be proved
 * is proved again inside the signed assertion.
 */
export function checkResponse(response: XmlElement, isSigned: boolean, expectations: ResponseExpectations): void {
  checkVersion(response);
  const destination = attributeOf(response, 'Destination');
  // Bindings §3.5.5.2: a signed message without Destination could have been meant for anyone.
  if (destination === undefined ? isSigned : destination !== expectations.acsUrl) {
    refuse('saml_destination_mismatch', { expected: expectations.acsUrl, received: shown(destination) });
  }
  const inResponseTo = attributeOf(response, 'InResponseTo');
  if (inResponseTo === undefined ? isSigned : inResponseTo !== expectations.requestId) {
    refuse(inResponseTo === undefined ? 'saml_unsolicited' : 'saml_in_response_to_mismatch', {
      expected: expectations.requestId,
      received: shown(inResponseTo),
      where: 'Response InResponseTo',
    });
  }
  const issuer = childrenNamed(response, samlAssertion, 'Issuer')[0];
  if (issuer) checkIssuer(issuer, expectations.idpEntityId, 'Response Issuer');
}

export function checkVersion(element: XmlElement): void {
  const version = attributeOf(element, 'Version');
  if (version !== '2.0') {
    refuse('saml_version_refused', { expected: '2.0', received: shown(version), where: element.local });
  }
}

/** Exact: an entity ID is a name and not an address, so nothing is normalised (SAML-26). */
export function checkIssuer(issuer: XmlElement, idpEntityId: string, where: string): void {
  const format = attributeOf(issuer, 'Format');
  const value = textOf(issuer);
  if (format !== undefined && format !== entityFormat) {
    refuse('saml_issuer_mismatch', { expected: entityFormat, received: shown(format), where: `${where} Format` });
  }
  if (value !== idpEntityId) refuse('saml_issuer_mismatch', { expected: idpEntityId, received: shown(value), where });
}

const statusCodes = [
  'Success Requester Responder VersionMismatch AuthnFailed InvalidAttrNameOrValue InvalidNameIDPolicy NoAuthnContext',
  'NoAvailableIDP NoPassive NoSupportedIDP PartialLogout ProxyCountExceeded RequestDenied RequestUnsupported',
  'RequestVersionDeprecated RequestVersionTooHigh RequestVersionTooLow ResourceNotRecognized TooManyResponses',
  'UnknownAttrProfile UnknownPrincipal UnsupportedBinding',
]
  .join(' ')
  .split(' ');
const statusPrefix = 'urn:oasis:names:tc:SAML:2.0:status:';

/**
 * Success, or stop. Only codes of the standard are repeated; StatusMessage and StatusDetail never leave this
 * function, because anybody can write them (SAML-47).
 */
export function checkStatus(response: XmlElement): void {
  const status = childrenNamed(response, samlProtocol, 'Status')[0];
  const codes: string[] = [];
  for (
    let code = status && childrenNamed(status, samlProtocol, 'StatusCode')[0];
    code !== undefined && codes.length < 2;
    code = childrenNamed(code, samlProtocol, 'StatusCode')[0]
  ) {
    codes.push(attributeOf(code, 'Value') ?? '');
  }
  if (codes[0] === statusSuccess) return;
  const received = codes.map((code) => {
    const name = code.startsWith(statusPrefix) ? code.slice(statusPrefix.length) : '';
    return statusCodes.includes(name) ? name : 'a code outside the standard';
  });
  const isDenied = codes.some(
    (code) => code === `${statusPrefix}AuthnFailed` || code === `${statusPrefix}RequestDenied`,
  );
  refuse(isDenied ? 'upstream_denied' : 'saml_status', {
    expected: 'Success',
    received: received.join(', ') || '(absent)',
  });
}
