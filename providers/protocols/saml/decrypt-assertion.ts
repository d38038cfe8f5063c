/**
 * An `EncryptedAssertion` to the text inside (XML Encryption 1.1). Only authenticated encryption: AES-GCM under a key
 * that came by RSA-OAEP; CBC and PKCS #1 v1.5 are oracles (SAML-41) and end before any private key is touched.
 *
 * The caller has verified the response's signature: whoever wrote these bytes holds the provider's key, so nobody else
 * can ask the private key anything. What went wrong is always the same code with the same words.
 */
import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto';
import {
  attributeOf,
  childElements,
  childrenNamed,
  isElement,
  textOf,
  type XmlElement,
} from '../../../metadata/xml-tree.ts';
import type { Encryption } from './expectations.ts';
import { xmlEncryption, xmlEncryption11, xmlSignature } from './namespaces.ts';
import { refuse } from './refuse.ts';

const contentAlgorithms = new Map([
  [`${xmlEncryption11}aes128-gcm`, { cipher: 'aes-128-gcm', keyBytes: 16 }],
  [`${xmlEncryption11}aes192-gcm`, { cipher: 'aes-192-gcm', keyBytes: 24 }],
  [`${xmlEncryption11}aes256-gcm`, { cipher: 'aes-256-gcm', keyBytes: 32 }],
] as const);
/** Digest → the MGF1 that OpenSSL uses with it; no other pair can be decrypted by node:crypto. */
const digests = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', { hash: 'sha1', mask: `${xmlEncryption11}mgf1sha1` }],
  [`${xmlEncryption}sha256`, { hash: 'sha256', mask: `${xmlEncryption11}mgf1sha256` }],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', { hash: 'sha384', mask: `${xmlEncryption11}mgf1sha384` }],
  [`${xmlEncryption}sha512`, { hash: 'sha512', mask: `${xmlEncryption11}mgf1sha512` }],
]);
const ivBytes = 12;
const tagBytes = 16;

/** `recipient` is our entity ID. Throws `saml_encryption_refused`. */
export function decryptAssertion(encrypted: XmlElement, recipient: string, encryption: Encryption): string {
  const data = only(childrenNamed(encrypted, xmlEncryption, 'EncryptedData'));
  const type = attributeOf(data, 'Type');
  if (type !== undefined && type !== `${xmlEncryption}Element`) refused();
  // Everything that can be refused without a key is refused first.
  const content = contentAlgorithms.get(algorithmOf(data) as never) ?? refused();
  const sealed = cipherValue(data);
  if (sealed.length <= ivBytes + tagBytes) refused();
  const encryptedKey = findKey(encrypted, data, recipient);
  const hash = readOaep(encryptedKey);
  const wrapped = cipherValue(encryptedKey);
  for (const privateKey of encryption.keys) {
    const key = unwrap(wrapped, privateKey, hash);
    if (key?.length !== content.keyBytes) continue;
    const text = open(content.cipher, key, sealed);
    if (text !== undefined) return text;
  }
  return refused();
}

function unwrap(wrapped: Buffer, key: KeyObject, oaepHash: string): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped);
  } catch {
    return undefined;
  }
}

/** XML Encryption 1.1 §5.2.4: 96 bits of IV, the ciphertext, 128 bits of tag. */
function open(cipher: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm', key: Buffer, sealed: Buffer): string | undefined {
  const decipher = createDecipheriv(cipher, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    const bytes = Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The one EncryptedKey for us: in the data's KeyInfo, or beside the data (with or without a RetrievalMethod to it). */
function findKey(encrypted: XmlElement, data: XmlElement, recipient: string): XmlElement {
  const info = childrenNamed(data, xmlSignature, 'KeyInfo');
  if (info.length > 1) refused();
  const inside = info.flatMap((one) => childrenNamed(one, xmlEncryption, 'EncryptedKey'));
  const pointers = info.flatMap((one) => childrenNamed(one, xmlSignature, 'RetrievalMethod'));
  const beside = childrenNamed(encrypted, xmlEncryption, 'EncryptedKey');
  if (childElements(encrypted).length !== 1 + beside.length || (pointers.length > 0 && inside.length > 0)) refused();
  const pointed = pointers.map(({ attributes }) => attributes.find(({ local }) => local === 'URI')?.value);
  const candidates = [...inside, ...beside].filter((key) => {
    const named = attributeOf(key, 'Recipient');
    const isOurs = named === undefined || named === recipient;
    return isOurs && (pointers.length === 0 || pointed.includes(`#${attributeOf(key, 'Id')}`));
  });
  return only(candidates);
}

/** The hash of OAEP (`rsa-oaep-mgf1p`: MGF1 with SHA-1; XML Encryption 1.1 §5.5.2). */
function readOaep(encryptedKey: XmlElement): string {
  const algorithm = algorithmOf(encryptedKey);
  if (algorithm !== `${xmlEncryption}rsa-oaep-mgf1p` && algorithm !== `${xmlEncryption11}rsa-oaep`) refused();
  const parameters = childElements(methodOf(encryptedKey));
  const methods = parameters.filter((one) => isElement(one, xmlSignature, 'DigestMethod'));
  const masks = parameters.filter((one) => isElement(one, xmlEncryption11, 'MGF'));
  if (methods.length > 1 || masks.length > 1 || methods.length + masks.length !== parameters.length) refused();
  if (masks.length > 0 && algorithm !== `${xmlEncryption11}rsa-oaep`) refused();
  const digest = digests.get(methods[0] ? (attributeOf(methods[0], 'Algorithm') ?? '') : `${xmlSignature}sha1`);
  const mask = masks[0] ? attributeOf(masks[0], 'Algorithm') : `${xmlEncryption11}mgf1sha1`;
  if (digest === undefined || digest.mask !== mask) refused();
  return digest.hash;
}

function algorithmOf(element: XmlElement): string {
  return attributeOf(methodOf(element), 'Algorithm') ?? '';
}

function methodOf(element: XmlElement): XmlElement {
  return only(childrenNamed(element, xmlEncryption, 'EncryptionMethod'));
}

/** In the document itself; a CipherReference would be somewhere else. */
function cipherValue(element: XmlElement): Buffer {
  const data = only(childrenNamed(element, xmlEncryption, 'CipherData'));
  const text = textOf(only(childElements(data)))?.replace(/[ \t\r\n]+/g, '');
  if (text === undefined || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return refused();
  return Buffer.from(text, 'base64');
}

function only(elements: readonly XmlElement[]): XmlElement {
  return elements.length === 1 ? elements[0]! : refused();
}

function refused(): never {
  return refuse('saml_encryption_refused', {
    expected: 'an assertion encrypted for our published key with AES-GCM and RSA-OAEP',
    where: 'EncryptedAssertion',
  });
}
