/**
 * Where things may stand in a Response (SECURITY §1.1, step 3). After this there is one assertion at most, as a child
 * of the Response, and a signature only as a child of the element that it signs: nothing is left to wrap (SAML-01..08).
 */
import { samlAssertion, samlProtocol, xmlEncryption, xmlEncryption11, xmlSignature } from './namespaces.ts';
import { refuse, shown } from './refuse.ts';
import { allElements, attributeOf, childElements, childrenNamed, isElement, type XmlElement } from './xml-tree.ts';

export interface ResponseStructure {
  response: XmlElement;
  assertion: XmlElement | undefined;
  responseSignature: XmlElement | undefined;
  assertionSignature: XmlElement | undefined;
}

/** The children a Response may have, and how often. */
const responseChildren = new Map([
  [`${samlAssertion} Issuer`, 1],
  [`${xmlSignature} Signature`, 1],
  [`${samlProtocol} Extensions`, 1],
  [`${samlProtocol} Status`, 1],
  [`${samlAssertion} Assertion`, 1],
]);

/** Every element of XML Signature that we know, and the only parent it may have. No Object, Manifest, RetrievalMethod. */
const signatureParents: Readonly<Record<string, readonly string[]>> = {
  SignedInfo: ['Signature'],
  SignatureValue: ['Signature'],
  KeyInfo: ['Signature'],
  CanonicalizationMethod: ['SignedInfo'],
  SignatureMethod: ['SignedInfo'],
  Reference: ['SignedInfo'],
  Transforms: ['Reference'],
  DigestMethod: ['Reference'],
  DigestValue: ['Reference'],
  Transform: ['Transforms'],
  KeyName: ['KeyInfo'],
  KeyValue: ['KeyInfo'],
  X509Data: ['KeyInfo'],
  RSAKeyValue: ['KeyValue'],
  Modulus: ['RSAKeyValue'],
  Exponent: ['RSAKeyValue'],
  X509Certificate: ['X509Data'],
  X509SubjectName: ['X509Data'],
  X509SKI: ['X509Data'],
  X509CRL: ['X509Data'],
  X509IssuerSerial: ['X509Data'],
  X509IssuerName: ['X509IssuerSerial'],
  X509SerialNumber: ['X509IssuerSerial'],
};

/** Names that mean something to us; in a foreign namespace they are there to confuse somebody (SAML-17). */
const ownNames: Readonly<Record<string, string>> = {
  Response: samlProtocol,
  Assertion: samlAssertion,
  EncryptedAssertion: samlAssertion,
  NameID: samlAssertion,
  Signature: xmlSignature,
  SignedInfo: xmlSignature,
};

export function checkStructure(root: XmlElement): ResponseStructure {
  if (!isElement(root, samlProtocol, 'Response')) {
    refuse('saml_structure_refused', { expected: 'samlp:Response', received: shown(root.name), where: 'root element' });
  }
  for (const element of allElements(root)) {
    checkNamespace(element);
    checkPlace(element, root);
  }
  checkChildren(root);
  checkIdentifiers(root);
  const assertion = childrenNamed(root, samlAssertion, 'Assertion')[0];
  return {
    response: root,
    assertion,
    responseSignature: onlySignature(root),
    assertionSignature: assertion && onlySignature(assertion),
  };
}

function checkNamespace(element: XmlElement): void {
  const { uri, local } = element;
  if (uri === xmlEncryption || uri === xmlEncryption11 || (uri === samlAssertion && local.startsWith('Encrypted'))) {
    refuse('saml_encryption_refused', { expected: 'nothing encrypted', received: shown(local) });
  }
  const own = Object.hasOwn(ownNames, local) ? ownNames[local] : undefined;
  if (own !== undefined && own !== uri) {
    refuse('saml_structure_refused', { expected: `${local} in ${own}`, received: shown(uri) });
  }
}

function checkPlace(element: XmlElement, root: XmlElement): void {
  const { uri, local, parent } = element;
  if (isElement(element, samlProtocol, 'Response') && element !== root) misplaced(element);
  if (isElement(element, samlAssertion, 'Assertion') && parent !== root) misplaced(element);
  if (uri !== xmlSignature) return;
  if (local === 'Signature') {
    if (parent !== root && !(parent && isElement(parent, samlAssertion, 'Assertion'))) misplaced(element);
    return;
  }
  const parents = Object.hasOwn(signatureParents, local) ? signatureParents[local] : undefined;
  if (parent?.uri !== xmlSignature || !parents?.includes(parent.local)) misplaced(element);
}

function checkChildren(response: XmlElement): void {
  const seen = new Map<string, number>();
  for (const child of childElements(response)) {
    const key = `${child.uri} ${child.local}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count > (responseChildren.get(key) ?? 0)) misplaced(child);
  }
}

/**
 * An ID names one element, in whichever spelling a library looks for it (ID, Id, id, wsu:Id): SAML-11. That includes
 * elements we do not read, because a kernel might.
 */
function checkIdentifiers(root: XmlElement): void {
  const seen = new Set<string>();
  for (const element of allElements(root)) {
    const ids = element.attributes.filter((attribute) => attribute.local.toLowerCase() === 'id');
    if (ids.length > 1)
      refuse('saml_structure_refused', { expected: 'one ID per element', where: shown(element.name) });
    const id = ids[0]?.value.toLowerCase();
    if (id === undefined) continue;
    if (seen.has(id)) refuse('saml_structure_refused', { expected: 'unique IDs', where: shown(element.name) });
    seen.add(id);
  }
  for (const element of [root, ...childrenNamed(root, samlAssertion, 'Assertion')]) {
    const id = attributeOf(element, 'ID');
    if (id === undefined || !/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(id)) {
      refuse('saml_structure_refused', { expected: 'an ID', received: shown(id), where: element.local });
    }
  }
}

function onlySignature(element: XmlElement): XmlElement | undefined {
  const signatures = childrenNamed(element, xmlSignature, 'Signature');
  if (signatures.length > 1) misplaced(signatures[1]!);
  return signatures[0];
}

function misplaced(element: XmlElement): never {
  return refuse('saml_structure_refused', {
    received: shown(element.name),
    where: `in ${shown(element.parent?.name ?? 'document')}`,
    note: 'not allowed there, or too often',
  });
}
