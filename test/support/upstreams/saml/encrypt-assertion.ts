/** Encrypts as identity providers do, by node:crypto alone and with every part to choose, also the forbidden ones. */
import { constants, createCipheriv, type KeyLike, publicEncrypt, randomBytes } from 'node:crypto';

const xenc = 'http://www.w3.org/2001/04/xmlenc#';
const xenc11 = 'http://www.w3.org/2009/xmlenc11#';
const ds = 'http://www.w3.org/2000/09/xmldsig#';

export interface EncryptOptions {
  /** PEM certificate or public key. */
  recipientKey: KeyLike;
  content?: 'aes128-gcm' | 'aes192-gcm' | 'aes256-gcm' | 'aes256-cbc';
  transport?: 'rsa-oaep-mgf1p' | 'rsa-oaep' | 'rsa-1_5';
  /** Of OAEP; absent: SHA-1, and nothing is said about it. */
  hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** What EncryptionMethod says, when it is not what was done. */
  method?: string;
  /** Where the EncryptedKey stands. */
  place?: 'inside' | 'beside' | 'beside, pointed at';
  /** Attribute of the EncryptedKey. */
  recipient?: string;
  /** After encryption: IV, ciphertext and tag. */
  alter?: (sealed: Buffer) => Buffer;
}

const digests = {
  sha1: `${ds}sha1`,
  sha256: `${xenc}sha256`,
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: `${xenc}sha512`,
};

/** The document with its assertion replaced by an encrypted one. To be signed afterwards. */
export function encryptAssertion(xml: string, options: EncryptOptions): string {
  return xml.replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, (assertion) => encryptText(assertion, options));
}

/** `saml:EncryptedAssertion` around any text. */
export function encryptText(text: string, options: EncryptOptions): string {
  const { content = 'aes256-gcm', place = 'inside', alter = (sealed) => sealed } = options;
  const key = randomBytes(Number(/\d+/.exec(content)?.[0]) / 8);
  const sealed = alter(seal(text, key, content))
    .toString('base64')
    .replace(/.{76}/g, '$&\n');
  const encryptedKey = wrapKey(key, options);
  const info = {
    inside: `<ds:KeyInfo xmlns:ds="${ds}">${encryptedKey}</ds:KeyInfo>`,
    beside: '',
    'beside, pointed at': `<ds:KeyInfo xmlns:ds="${ds}"><ds:RetrievalMethod Type="${xenc}EncryptedKey" URI="#_key"/></ds:KeyInfo>`,
  }[place];
  return [
    `<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="${xenc}" Type="${xenc}Element">`,
    `<xenc:EncryptionMethod Algorithm="${content.endsWith('gcm') ? xenc11 : xenc}${content}"/>${info}`,
    `<xenc:CipherData><xenc:CipherValue>${sealed}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`,
    `${place === 'inside' ? '' : encryptedKey}</saml:EncryptedAssertion>`,
  ].join('');
}

function seal(text: string, key: Buffer, content: string): Buffer {
  if (content === 'aes256-cbc') {
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
  }
  const iv = randomBytes(12);
  const cipher = createCipheriv(`aes-${(key.length * 8) as 128 | 192 | 256}-gcm`, key, iv, { authTagLength: 16 });
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function wrapKey(key: Buffer, options: EncryptOptions): string {
  const { transport = 'rsa-oaep-mgf1p', hash, recipientKey, recipient } = options;
  const wrapped =
    transport === 'rsa-1_5'
      ? publicEncrypt({ key: recipientKey as string, padding: constants.RSA_PKCS1_PADDING }, key)
      : publicEncrypt({ key: recipientKey as string, oaepHash: hash ?? 'sha1' }, key);
  const parameters =
    hash === undefined
      ? ''
      : `<ds:DigestMethod xmlns:ds="${ds}" Algorithm="${digests[hash]}"/>${transport === 'rsa-oaep' ? `<xenc11:MGF xmlns:xenc11="${xenc11}" Algorithm="${xenc11}mgf1${hash}"/>` : ''}`;
  const method =
    options.method ??
    `<xenc:EncryptionMethod Algorithm="${transport === 'rsa-oaep' ? xenc11 : xenc}${transport}">${parameters}</xenc:EncryptionMethod>`;
  return [
    `<xenc:EncryptedKey xmlns:xenc="${xenc}" Id="_key"${recipient === undefined ? '' : ` Recipient="${recipient}"`}>${method}`,
    `<xenc:CipherData><xenc:CipherValue>${wrapped.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`,
  ].join('');
}
