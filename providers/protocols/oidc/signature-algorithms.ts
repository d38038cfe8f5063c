/** The signature algorithms that an ID token may use, and how node:crypto checks each. `none` and HS* have no entry. */
import { constants, type KeyObject, verify } from 'node:crypto';

interface SignatureAlgorithm {
  hash: string | null;
  keyType: 'rsa' | 'ec' | 'ed25519';
  curve?: string;
  padding?: number;
}

const pss = constants.RSA_PKCS1_PSS_PADDING;
const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  RS256: { hash: 'sha256', keyType: 'rsa' },
  RS384: { hash: 'sha384', keyType: 'rsa' },
  RS512: { hash: 'sha512', keyType: 'rsa' },
  PS256: { hash: 'sha256', keyType: 'rsa', padding: pss },
  PS384: { hash: 'sha384', keyType: 'rsa', padding: pss },
  PS512: { hash: 'sha512', keyType: 'rsa', padding: pss },
  ES256: { hash: 'sha256', keyType: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', keyType: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', keyType: 'ec', curve: 'secp521r1' },
  EdDSA: { hash: null, keyType: 'ed25519' },
  Ed25519: { hash: null, keyType: 'ed25519' },
};

export const allowedAlgorithms: readonly string[] = Object.keys(algorithms);

/**
 * The algorithms that this key can have signed with; none for RSA below 2048 bits. Asked once per key: reading a key's
 * details costs more than verifying with it.
 */
export function fittingAlgorithms(key: KeyObject): ReadonlySet<string> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa' && (details?.modulusLength ?? 0) < 2048) return new Set();
  return new Set(
    allowedAlgorithms.filter((name) => {
      const { keyType, curve } = algorithms[name]!;
      return keyType === type && (curve === undefined || curve === details?.namedCurve);
    }),
  );
}

/** RFC 7515 §5.2. `input` is header and payload as received; the caller has asked `fittingAlgorithms`. */
export function isSignedBy(key: KeyObject, name: string, input: Buffer, signature: Buffer): boolean {
  const algorithm = algorithms[name]!;
  const options = {
    key,
    ...(algorithm.padding === undefined
      ? {}
      : { padding: algorithm.padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
    ...(algorithm.keyType === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  };
  return verify(algorithm.hash, input, options, signature);
}
