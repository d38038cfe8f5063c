/**
 * Certificates that we make: self-signed envelopes around our own SAML signing keys. What counts is the key in
 * them (SAML metadata interoperability profile); their dates tell the other side when to expect a new one.
 *
 * Written as DER by hand (RFC 5280 §4.1; it only ever writes, never reads): the libraries for this bring a
 * reflection polyfill and a dependency injector along. Called by `signing-keys.ts`, by the demo and by tests.
 */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';

export interface SelfSignedCertificateRequest {
  commonName: string;
  /** PKCS #8 PEM; RSA or EC. The public key is taken from it. */
  privateKeyPem: string;
  /** Milliseconds. */
  notBefore: number;
  /** Milliseconds. */
  notAfter: number;
}

const sequence = (...parts: Uint8Array[]) => encode(0x30, ...parts);
const octets = (content: Uint8Array) => encode(0x04, content);
const bits = (content: Uint8Array, unused = 0) => encode(0x03, Uint8Array.of(unused), content);
const critical = Uint8Array.of(0x01, 0x01, 0xff);
const algorithms = {
  // sha256WithRSAEncryption with the NULL that RFC 4055 asks for; ecdsa-with-SHA256 without (RFC 5758)
  rsa: sequence(oid('2a864886f70d01010b'), Uint8Array.of(0x05, 0x00)),
  ec: sequence(oid('2a8648ce3d040302')),
};

/** A PEM certificate (X.509 v3) signed with RSA-SHA256 or ECDSA-SHA256. */
export function makeSelfSignedCertificate(request: SelfSignedCertificateRequest): string {
  const privateKey = createPrivateKey(request.privateKeyPem);
  const type = privateKey.asymmetricKeyType;
  if (type !== 'rsa' && type !== 'ec') throw new Error(`a certificate needs an RSA or EC key, not ${type}`);
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  // X.520 allows 64 characters; a structured value, so a comma or an equals sign in it changes nothing.
  const commonName = encode(0x0c, Buffer.from([...request.commonName].slice(0, 64).join(''), 'utf8'));
  const name = sequence(encode(0x31, sequence(oid('550403'), commonName)));
  const content = sequence(
    encode(0xa0, Uint8Array.of(0x02, 0x01, 0x02)),
    encode(0x02, serialNumber()),
    algorithms[type],
    name,
    sequence(time(request.notBefore), time(request.notAfter)),
    name,
    publicKey,
    encode(0xa3, sequence(...extensions(publicKey))),
  );
  const certificate = sequence(content, algorithms[type], bits(sign('sha256', content, privateKey)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensions(publicKey: Uint8Array): Uint8Array[] {
  const keyIdentifier = createHash('sha256').update(publicKey).digest().subarray(0, 20);
  return [
    sequence(oid('551d13'), critical, octets(sequence())), // basicConstraints: no CA
    sequence(oid('551d0f'), critical, octets(bits(Uint8Array.of(0x80), 7))), // keyUsage: digitalSignature
    sequence(oid('551d0e'), octets(octets(keyIdentifier))), // subjectKeyIdentifier (RFC 7093 §2)
  ];
}

/** 126 random bits, positive and without a leading zero byte (RFC 5280 §4.1.2.2). */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}

/** UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5); whole seconds. */
function time(milliseconds: number): Uint8Array {
  const digits = `${new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return digits < '2050' ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits));
}

function oid(hex: string): Uint8Array {
  return encode(0x06, Buffer.from(hex, 'hex'));
}

function encode(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Uint8Array.of(tag, content.length), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const significant = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Uint8Array.of(tag, 0x80 | significant.length), significant, content]);
}
