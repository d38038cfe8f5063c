/**
 * Our own signing keys: what they are made of, how they roll (`next` → `current` → `retired`) and how they are published.
 *
 * Owns: generation, the state transition, key sets. Does not own: storing them sealed, or who decides to rotate
 * (`src/`). Pure but for the generation; time is an argument. See `README.md` for which keys exist.
 */
import { createPrivateKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { makeSelfSignedCertificate } from './self-signed.ts';

export const signingKeyUses = ['oidc-rs256', 'oidc-es256', 'saml'] as const;
export type SigningKeyUse = (typeof signingKeyUses)[number];

export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  use: SigningKeyUse;
  algorithm: 'RS256' | 'ES256';
  /** PKCS #8. */
  privateKeyPem: string;
  /** With `kid`, `alg` and `use: 'sig'`. */
  publicJwk: JWK;
  /** For `saml` only. */
  certificatePem?: string;
  /** Milliseconds. */
  createdAt: number;
  state: 'next' | 'current' | 'retired';
  /** Milliseconds; for `retired` only. */
  retiredAt?: number;
}

/** A retired key stays published this long: nothing that it signed is looked at later (ARCHITECTURE §5, "Keys"). */
export const retiredKeyLifetime = 72 * 3_600_000;
/** Every roll of the SAML key is work for each customer's administrator, so its certificate lasts. */
const samlCertificateLifetime = 3 * 365 * 86_400_000;
/** Identity providers whose clock is behind ours must not call a new certificate "not yet valid". */
const samlCertificateHeadStart = 3_600_000;

const generatePair = promisify(generateKeyPair);

export interface GenerateSigningKeyRequest {
  use: SigningKeyUse;
  /** Milliseconds. */
  now: number;
  /** `next` unless said otherwise; the very first key of a use starts as `current`. */
  state?: 'next' | 'current';
  /** For `saml`: the certificate's common name, usually our entity ID. */
  entityName?: string;
}

/** A new key pair: RSA 2048 for `oidc-rs256` and `saml`, EC P-256 for `oidc-es256`. */
export async function generateSigningKey(request: GenerateSigningKeyRequest): Promise<SigningKey> {
  const { use, now, state = 'next', entityName = 'Sekisho' } = request;
  const { privateKey, publicKey } =
    use === 'oidc-es256'
      ? await generatePair('ec', { namedCurve: 'P-256' })
      : await generatePair('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
  const bare = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(bare, 'sha256');
  const algorithm = use === 'oidc-es256' ? 'ES256' : 'RS256';
  const privateKeyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const publicJwk: JWK = { ...bare, kid, alg: algorithm, use: 'sig' };
  const key: SigningKey = { kid, use, algorithm, privateKeyPem, publicJwk, createdAt: now, state };
  if (use !== 'saml') return key;
  const certificatePem = makeSelfSignedCertificate({
    commonName: entityName,
    privateKeyPem,
    notBefore: now - samlCertificateHeadStart,
    notAfter: now + samlCertificateLifetime,
  });
  return { ...key, certificatePem };
}

export class RotationError extends Error {
  readonly code = 'no_next_key';
  readonly use: SigningKeyUse;
  constructor(use: SigningKeyUse) {
    super(`there is no next key to take over for ${use}`);
    this.name = 'RotationError';
    this.use = use;
  }
}

/**
 * The keys after a rotation at `now`: per use, the (oldest) `next` becomes `current`, `current` becomes `retired`,
 * and what retired more than 72 hours ago is gone. The caller makes the new `next` and stores everything in one step.
 * Throws `RotationError` when a use has no `next`: a key that nobody has seen published yet must not start to sign.
 */
export function rotate(keys: readonly SigningKey[], now: number): SigningKey[] {
  const successors = new Set<SigningKey>();
  for (const use of new Set(keys.map((key) => key.use))) {
    const [next] = keys.filter((key) => key.use === use && key.state === 'next').sort(oldestFirst);
    if (next === undefined) throw new RotationError(use);
    successors.add(next);
  }
  return keys
    .filter((key) => !isForgotten(key, now))
    .map((key) => {
      if (successors.has(key)) return { ...key, state: 'current' };
      if (key.state === 'current') return { ...key, state: 'retired', retiredAt: now };
      return key;
    });
}

/**
 * `current` first (oidc-provider and most others sign with and try the first that fits), then `retired` while
 * somebody may still hold what they signed, `next` last.
 */
export function orderForPublishing(keys: readonly SigningKey[], now: number): SigningKey[] {
  const rank = { current: 0, retired: 1, next: 2 };
  return keys
    .filter((key) => !isForgotten(key, now))
    .sort((left, right) => rank[left.state] - rank[right.state] || left.createdAt - right.createdAt);
}

/** JWK set with private keys for oidc-provider's `jwks`, in publishing order. SAML keys are not in it. */
export function privateJwks(keys: readonly SigningKey[], now: number): { keys: JWK[] } {
  return {
    keys: orderForPublishing(keys, now)
      .filter((key) => key.use !== 'saml')
      .map((key) => ({
        ...(createPrivateKey(key.privateKeyPem).export({ format: 'jwk' }) as JWK),
        kid: key.kid,
        alg: key.algorithm,
        use: 'sig',
      })),
  };
}

/** The same set as others see it. */
export function publicJwks(keys: readonly SigningKey[], now: number): { keys: JWK[] } {
  return {
    keys: orderForPublishing(keys, now)
      .filter((key) => key.use !== 'saml')
      .map((key) => key.publicJwk),
  };
}

function isForgotten(key: SigningKey, now: number): boolean {
  return key.state === 'retired' && key.retiredAt !== undefined && now - key.retiredAt > retiredKeyLifetime;
}

function oldestFirst(left: SigningKey, right: SigningKey): number {
  return left.createdAt - right.createdAt;
}
