/**
 * Where things may stand in a Response (SECURITY §1.1, step 3). After this there is one assertion at most, plain or
 * encrypted, as a child of the Response, and a signature only as a child of the element that it signs: nothing is left
 * to wrap (SAML-01..08). One walk over the tree.
 */
import { attributeOf, childElements, childrenNamed, isElement, type XmlElement } from '../../../metadata/xml-tree.ts';
import { samlAssertion, samlProtocol, xmlEncryption, xmlEncryption11, xmlSignature } from './namespaces.ts';
import { encryptionParents, ownNames, signatureParents } from './places.ts';
import { refuse, shown } from './refuse.ts';

export interface ResponseStructure {
  response: XmlElement;
  responseSignature: XmlElement | undefined;
  assertion: XmlElement | undefined;
  assertionSignature: XmlElement | undefined;
  encryptedAssertion: XmlElement | undefined;
}
export interface AssertionStructure {
  assertion: XmlElement;
  assertionSignature: XmlElement | undefined;
}

export function checkStructure(root: XmlElement): ResponseStructure {
  expectRoot(root, samlProtocol, 'Response');
  checkPlaces(root, undefined, new Set());
  checkChildren(root);
  checkIdentifier(root);
  const assertion = childrenNamed(root, samlAssertion, 'Assertion')[0];
  if (assertion) checkIdentifier(assertion);
  return {
    response: root,
    responseSignature: onlySignature(root),
    assertion,
    assertionSignature: assertion && onlySignature(assertion),
    encryptedAssertion: childrenNamed(root, samlAssertion, 'EncryptedAssertion')[0],
  };
}

/** The same for the document that an encrypted assertion was. Nothing in it is encrypted again (SAML-42). */
export function checkAssertionStructure(root: XmlElement): AssertionStructure {
  expectRoot(root, samlAssertion, 'Assertion');
  checkPlaces(root, undefined, new Set());
  checkIdentifier(root);
  return { assertion: root, assertionSignature: onlySignature(root) };
}

function expectRoot(root: XmlElement, uri: string, local: string): void {
  if (isElement(root, uri, local)) return;
  refuse('saml_structure_refused', { expected: local, received: shown(root.name), where: 'root element' });
}

function checkPlaces(element: XmlElement, parent: XmlElement | undefined, ids: Set<string>): void {
  checkNamespace(element);
  checkPlace(element, parent);
  checkUnique(element, ids);
  for (const child of element.children) if (typeof child !== 'string') checkPlaces(child, element, ids);
}

function checkNamespace({ local, uri }: XmlElement): void {
  const own = ownNames.get(local);
  if (own !== undefined && own !== uri) {
    refuse('saml_structure_refused', { expected: `${local} in ${own}`, received: shown(uri) });
  }
}

function checkPlace(element: XmlElement, parent: XmlElement | undefined): void {
  const { uri, local } = element;
  if (uri === samlProtocol) {
    if (local === 'Response' && parent) misplaced(element, parent);
  } else if (uri === samlAssertion) {
    const isInResponse = parent === undefined || isElement(parent, samlProtocol, 'Response');
    if (local === 'Assertion' && !isInResponse) misplaced(element, parent);
    if (local.startsWith('Encrypted') && (local !== 'EncryptedAssertion' || !isInResponse)) encryptionRefused(element);
  } else if (uri === xmlSignature) {
    if (!signatureParents.get(local)?.some((place) => parent && isElement(parent, place.uri, place.local))) {
      misplaced(element, parent);
    }
    if (local === 'KeyInfo' && parent?.local === 'Signature') checkKeyInfo(element);
  } else if (uri === xmlEncryption || uri === xmlEncryption11) {
    const places = encryptionParents.get(uri)?.get(local);
    if (!places?.some((place) => parent && isElement(parent, place.uri, place.local))) encryptionRefused(element);
  }
}

/** A signature's key comes from nowhere but the connection (SAML-21); only encrypted data points at its key. */
function checkKeyInfo(keyInfo: XmlElement): void {
  for (const child of childElements(keyInfo)) {
    if (child.uri === xmlEncryption || child.local === 'RetrievalMethod') misplaced(child, keyInfo);
  }
}

/**
 * An ID names one element, in whichever spelling a library looks for it (ID, Id, id, wsu:Id): SAML-11. That includes
 * elements we do not read, because another reader of the same document might.
 */
function checkUnique(element: XmlElement, ids: Set<string>): void {
  let found: string | undefined;
  for (const { local, value } of element.attributes) {
    if (local.length !== 2 || local.toLowerCase() !== 'id') continue;
    if (found !== undefined) {
      refuse('saml_structure_refused', { expected: 'one ID per element', where: shown(element.name) });
    }
    found = value.toLowerCase();
  }
  if (found === undefined) return;
  if (ids.has(found)) refuse('saml_structure_refused', { expected: 'unique IDs', where: shown(element.name) });
  ids.add(found);
}

function checkIdentifier(element: XmlElement): void {
  const id = attributeOf(element, 'ID');
  if (id === undefined || !/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(id)) {
    refuse('saml_structure_refused', { expected: 'an ID', received: shown(id), where: element.local });
  }
}

/** Each at most once; of an assertion and an encrypted one, one. */
function checkChildren(response: XmlElement): void {
  const seen = new Map<string, string>();
  for (const child of childElements(response)) {
    const kind = child.local === 'EncryptedAssertion' ? 'Assertion' : child.local;
    const isAllowed =
      (child.uri === samlAssertion && ['Issuer', 'Assertion', 'EncryptedAssertion'].includes(child.local)) ||
      (child.uri === samlProtocol && ['Status', 'Extensions'].includes(child.local)) ||
      (child.uri === xmlSignature && child.local === 'Signature');
    const before = seen.get(kind);
    if (before !== undefined && before !== child.local) encryptionRefused(child);
    if (!isAllowed || before !== undefined) misplaced(child, response);
    seen.set(kind, child.local);
  }
}

function onlySignature(element: XmlElement): XmlElement | undefined {
  const signatures = childrenNamed(element, xmlSignature, 'Signature');
  if (signatures.length > 1) misplaced(signatures[1]!, element);
  return signatures[0];
}

function misplaced(element: XmlElement, parent: XmlElement | undefined): never {
  return refuse('saml_structure_refused', {
    received: shown(element.name),
    where: `in ${shown(parent?.name ?? 'document')}`,
    note: 'not allowed there, or too often',
  });
}

function encryptionRefused(element: XmlElement): never {
  return refuse('saml_encryption_refused', { expected: 'nothing else encrypted', received: shown(element.local) });
}
