/**
 * X.509 certificates that somebody gives us: read, judged, described (SECURITY CON-10, SAML-22).
 *
 * Owns: which certificates are good enough to verify a signature with, and the words for those that are not.
 * Does not own: chains and public trust (the TLS layer), making certificates (`self-signed.ts`).
 * Called by `metadata/`, `providers/` (settings) and `signing-keys.ts`.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';

export interface Certificate {
  pem: string;
  /** Base64 of the DER, on one line: as it stands in metadata. */
  der: string;
  subject: string;
  issuer: string;
  /** Milliseconds. */
  notBefore: number;
  /** Milliseconds. */
  notAfter: number;
  /** SHA-256 of the DER, lower-case hex without colons. */
  fingerprint: string;
  keyType: 'rsa' | 'ec';
  keyBits: number;
  /** For `ec` only. */
  curve?: 'P-256' | 'P-384' | 'P-521';
}

export const certificateErrorCodes = [
  'empty',
  'too_large',
  'too_many',
  'private_key',
  'not_a_certificate',
  'malformed',
  'rsa_key_weak',
  'rsa_key_too_long',
  'curve_unsupported',
  'key_type_unsupported',
] as const;
export type CertificateErrorCode = (typeof certificateErrorCodes)[number];

/** The message is for the person who gave the certificate; it never repeats what was given. */
export class CertificateError extends Error {
  readonly code: CertificateErrorCode;
  constructor(code: CertificateErrorCode, message: string) {
    super(message);
    this.name = 'CertificateError';
    this.code = code;
  }
}

const maxCharacters = 64 * 1024;
const maxCertificates = 10;
const curves: Readonly<Record<string, { curve: NonNullable<Certificate['curve']>; bits: number }>> = {
  prime256v1: { curve: 'P-256', bits: 256 },
  secp384r1: { curve: 'P-384', bits: 384 },
  secp521r1: { curve: 'P-521', bits: 521 },
};

/**
 * Certificates from PEM (one or a bundle, text around the blocks is skipped) or from bare Base64 DER as in metadata.
 * Doubles are given once. Throws `CertificateError`; one bad certificate refuses the whole text.
 */
export function parseCertificates(text: string): Certificate[] {
  if (text.length > maxCharacters) {
    throw new CertificateError('too_large', 'This is longer than 64 kB. Give only the certificates that sign.');
  }
  if (text.trim() === '') throw new CertificateError('empty', 'There is no certificate here.');
  refusePrivateKeys(text);
  const bodies = text.includes('-----BEGIN') ? splitPem(text) : [text];
  if (bodies.length > maxCertificates) {
    throw new CertificateError(
      'too_many',
      `There are ${bodies.length} certificates here; at most ${maxCertificates} are accepted.`,
    );
  }
  const byFingerprint = new Map<string, Certificate>();
  for (const [index, body] of bodies.entries()) {
    const certificate = readCertificate(
      body,
      bodies.length > 1 ? `Certificate ${index + 1} of ${bodies.length}` : 'The certificate',
    );
    byFingerprint.set(certificate.fingerprint, certificate);
  }
  return [...byFingerprint.values()];
}

/** Whether a certificate is valid at `now` (ms), and the days until it expires (rounded down; negative afterwards). */
export function validityOf(
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: number,
): { status: 'valid' | 'expired' | 'not-yet-valid'; daysLeft: number } {
  const status = now > certificate.notAfter ? 'expired' : now < certificate.notBefore ? 'not-yet-valid' : 'valid';
  return { status, daysLeft: Math.floor((certificate.notAfter - now) / 86_400_000) };
}

function refusePrivateKeys(text: string): void {
  if (/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----/.test(text)) throw privateKeyPasted();
}

function privateKeyPasted(): CertificateError {
  return new CertificateError(
    'private_key',
    'This contains a private key. It was not kept. Give only the certificate, and treat that key as disclosed: replace it at the identity provider.',
  );
}

function splitPem(text: string): string[] {
  const bodies: string[] = [];
  // Linear on any input: one match needs no backtracking past the next dash.
  for (const [, label, body, endLabel] of text.matchAll(
    /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END ([A-Z0-9 ]{1,40})-----/g,
  )) {
    if (label !== endLabel)
      throw new CertificateError('malformed', 'A PEM block begins and ends with different labels.');
    if (label !== 'CERTIFICATE' && label !== 'X509 CERTIFICATE' && label !== 'TRUSTED CERTIFICATE') {
      throw new CertificateError('not_a_certificate', `This is a PEM block of type "${label}", not a certificate.`);
    }
    bodies.push(body ?? '');
  }
  const begun = text.split('-----BEGIN ').length - 1;
  if (bodies.length === 0 || bodies.length !== begun) {
    throw new CertificateError('malformed', 'A PEM block is cut off: its BEGIN and END lines do not match.');
  }
  return bodies;
}

function readCertificate(body: string, which: string): Certificate {
  const base64 = body.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new CertificateError('malformed', `${which} is not Base64: it contains characters that do not belong there.`);
  }
  const der = Buffer.from(base64, 'base64');
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(der);
  } catch {
    if (isPrivateKey(der)) throw privateKeyPasted();
    throw new CertificateError(
      'malformed',
      `${which} cannot be read: it is damaged or incomplete, or no X.509 certificate.`,
    );
  }
  const [notBefore, notAfter] = [parsed.validFromDate.getTime(), parsed.validToDate.getTime()];
  // OpenSSL reads it all the same; no comparison with such a date is ever true, so it would never expire.
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter))
    throw new CertificateError('malformed', `${which} has no readable dates: nobody can tell how long it is valid.`);
  return {
    pem: toPem(parsed.raw),
    der: parsed.raw.toString('base64'),
    subject: oneLine(parsed.subject),
    issuer: oneLine(parsed.issuer),
    notBefore,
    notAfter,
    fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    ...judgeKey(parsed, which),
  };
}

function judgeKey(parsed: X509Certificate, which: string): Pick<Certificate, 'keyType' | 'keyBits' | 'curve'> {
  let key: X509Certificate['publicKey'];
  try {
    key = parsed.publicKey;
  } catch {
    throw new CertificateError(
      'key_type_unsupported',
      `${which} holds a key that cannot be read. RSA or EC is needed.`,
    );
  }
  const details = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    const bits = details.modulusLength ?? 0;
    if (bits < 2048) {
      throw new CertificateError('rsa_key_weak', `${which} has an RSA key of ${bits} bits; at least 2048 are needed.`);
    }
    if (bits > 8192) {
      throw new CertificateError(
        'rsa_key_too_long',
        `${which} has an RSA key of ${bits} bits; at most 8192 are accepted.`,
      );
    }
    // With exponent 1 every signature "verifies"; an even one is no RSA key.
    const exponent = details.publicExponent ?? 0n;
    if (exponent < 3n || exponent % 2n === 0n) {
      throw new CertificateError('rsa_key_weak', `${which} has an RSA key with the exponent ${exponent}.`);
    }
    return { keyType: 'rsa', keyBits: bits };
  }
  if (key.asymmetricKeyType === 'ec') {
    const named = curves[details.namedCurve ?? ''];
    if (named === undefined) {
      const found = details.namedCurve ?? 'of its own parameters';
      throw new CertificateError(
        'curve_unsupported',
        `${which} has a key on the curve ${found}; P-256, P-384 or P-521 is needed.`,
      );
    }
    return { keyType: 'ec', keyBits: named.bits, curve: named.curve };
  }
  throw new CertificateError(
    'key_type_unsupported',
    `${which} has a key of type ${key.asymmetricKeyType ?? 'unknown'}; RSA or EC is needed.`,
  );
}

/** A private key can come as bare Base64 too, without the PEM lines that would give it away. */
function isPrivateKey(der: Buffer): boolean {
  return (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) => {
    try {
      createPrivateKey({ key: der, format: 'der', type });
      return true;
    } catch (error) {
      // An encrypted PKCS #8 key asks for its passphrase.
      return (error as { code?: string }).code === 'ERR_MISSING_PASSPHRASE';
    }
  });
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Node writes one attribute a line. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
