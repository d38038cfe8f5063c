/** What a signature says about itself, by an allow-list: every algorithm, transform and child is one we know. */
import type { KeyObject } from 'node:crypto';
import { attributeOf, childElements, isElement, textOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import { envelopedSignature, exclusiveCanonicalization, xmlSignature } from './namespaces.ts';
import { refuse, shown } from './refuse.ts';

export type HashName = 'sha256' | 'sha384' | 'sha512';
export interface SignatureAlgorithm {
  hash: HashName;
  key: NonNullable<KeyObject['asymmetricKeyType']>;
}
export interface SignedInfo {
  algorithm: SignatureAlgorithm;
  digest: HashName;
  digestValue: Uint8Array;
  /** ID of the one element that is signed. */
  reference: string;
  /** Prefixes that the digest's canonicalisation treats inclusively; `#default` for none. */
  inclusivePrefixes: readonly string[];
  /** The same for the canonicalisation of SignedInfo itself. */
  signedInfoPrefixes: readonly string[];
}

/** RFC 9231 §2.3; no SHA-1, no MD5, no HMAC (a public certificate would be the secret): SAML-20. */
const signatureAlgorithms = new Map<string, SignatureAlgorithm>([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', { hash: 'sha256', key: 'rsa' }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', { hash: 'sha384', key: 'rsa' }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', { hash: 'sha512', key: 'rsa' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', { hash: 'sha256', key: 'ec' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384', { hash: 'sha384', key: 'ec' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512', { hash: 'sha512', key: 'ec' }],
]);
const digestAlgorithms = new Map<string, HashName>([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

/** The parts of a `ds:Signature`: SignedInfo, SignatureValue, and a KeyInfo that nobody reads (SAML-21). */
export function readSignature(signature: XmlElement): { signedInfo: XmlElement; value: Uint8Array } {
  const [signedInfo, value, ...rest] = childElements(signature);
  if (!signedInfo || !value || rest.length > 1 || (rest[0] && !isElement(rest[0], xmlSignature, 'KeyInfo'))) {
    return malformed('SignedInfo, SignatureValue and at most a KeyInfo', 'Signature');
  }
  expectElement(signedInfo, 'SignedInfo', 'Signature');
  expectElement(value, 'SignatureValue', 'Signature');
  return { signedInfo, value: base64Of(value) };
}

/** Reads `ds:SignedInfo`; whether anybody signed it is the caller's business. */
export function readSignedInfo(signedInfo: XmlElement): SignedInfo {
  const [canonicalization, method, reference] = childrenExactly(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  const [transforms, digestMethod, digestValue] = childrenExactly(reference!, [
    'Transforms',
    'DigestMethod',
    'DigestValue',
  ]);
  return {
    algorithm: known(signatureAlgorithms, method!),
    digest: known(digestAlgorithms, digestMethod!),
    digestValue: base64Of(digestValue!),
    reference: readReference(reference!),
    inclusivePrefixes: readTransforms(transforms!),
    signedInfoPrefixes: readCanonicalization(canonicalization!),
  };
}

function readCanonicalization(method: XmlElement): readonly string[] {
  if (attributeOf(method, 'Algorithm') !== exclusiveCanonicalization) algorithmRefused(method);
  return inclusivePrefixesOf(method);
}

/** `#id` only: an empty URI means the whole document, and a pointer means whatever the reader likes (SAML-12). */
function readReference(reference: XmlElement): string {
  const uri = attributeOf(reference, 'URI');
  if (uri === undefined || !/^#[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(uri)) {
    return refuse('saml_structure_refused', { expected: '#ID', received: shown(uri), where: 'Reference URI' });
  }
  return uri.slice(1);
}

/** Enveloped signature, then exclusive canonicalisation: what SAML core §5.4.4 asks for, no XSLT or XPath (SAML-19). */
function readTransforms(transforms: XmlElement): readonly string[] {
  const list = childElements(transforms);
  for (const transform of list) {
    expectElement(transform, 'Transform', 'Transforms');
    const algorithm = attributeOf(transform, 'Algorithm');
    if (algorithm !== envelopedSignature && algorithm !== exclusiveCanonicalization) algorithmRefused(transform);
  }
  const [enveloped, canonicalization] = list;
  if (
    list.length !== 2 ||
    attributeOf(enveloped!, 'Algorithm') !== envelopedSignature ||
    attributeOf(canonicalization!, 'Algorithm') !== exclusiveCanonicalization
  ) {
    refuse('saml_algorithm_refused', {
      expected: 'enveloped-signature, then exclusive canonicalization',
      where: 'Transforms',
    });
  }
  // xml-crypto writes the prefix list into every transform, in that one's namespace. It means nothing in this one.
  if (childElements(enveloped!).some((child) => !isElement(child, envelopedSignature, 'InclusiveNamespaces'))) {
    malformed('no parameters', 'Transform');
  }
  return inclusivePrefixesOf(canonicalization!);
}

function inclusivePrefixesOf(method: XmlElement): readonly string[] {
  const [parameter, ...more] = childElements(method);
  if (parameter === undefined) return [];
  if (more.length > 0 || !isElement(parameter, exclusiveCanonicalization, 'InclusiveNamespaces')) {
    malformed('at most one ec:InclusiveNamespaces', method.local);
  }
  const prefixes = (attributeOf(parameter, 'PrefixList') ?? '').split(/[ \t\n\r]+/).filter((prefix) => prefix !== '');
  if (prefixes.length > 32) malformed('at most 32 prefixes', 'InclusiveNamespaces');
  return prefixes.map((prefix) => (prefix === '#default' ? '' : prefix));
}

function known<Value>(table: ReadonlyMap<string, Value>, method: XmlElement): Value {
  // An HMACOutputLength or DigestMethod parameter would be a child.
  if (childElements(method).length > 0) malformed('no parameters', method.local);
  return table.get(attributeOf(method, 'Algorithm') ?? '') ?? algorithmRefused(method);
}

function childrenExactly(element: XmlElement, names: readonly string[]): XmlElement[] {
  const children = childElements(element);
  if (children.length !== names.length) malformed(names.join(', '), element.local);
  children.forEach((child, index) => {
    expectElement(child, names[index]!, element.local);
  });
  return children;
}

function expectElement(element: XmlElement, local: string, parent: string): void {
  if (!isElement(element, xmlSignature, local)) malformed(local, parent);
}

/** Bytes of an element that holds base64 in lines. */
export function base64Of(element: XmlElement): Uint8Array {
  // XML's four blanks; \s would also skip a no-break space or a byte order mark, which no other verifier does.
  const text = textOf(element)?.replace(/[ \t\r\n]+/g, '');
  if (text === undefined || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    return malformed('base64', element.local);
  }
  return Buffer.from(text, 'base64');
}

function algorithmRefused(method: XmlElement): never {
  return refuse('saml_algorithm_refused', {
    expected: 'SHA-256 or better with RSA or ECDSA, exclusive canonicalization without comments',
    received: shown(attributeOf(method, 'Algorithm')),
    where: method.local,
  });
}

function malformed(expected: string, where: string): never {
  return refuse('saml_structure_refused', { expected, where });
}
