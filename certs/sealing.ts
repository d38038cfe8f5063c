/**
 * Secrets at rest: client secrets, private keys, TOTP seeds, whatever a copied database must not give away.
 *
 * Owns: sealing and opening with keys that live outside the database, and keys derived from them.
 * Does not own: where the key file is (`src/config`) or what is sealed (the rows that hold it); the file's
 * form is in `sealing-keys.ts`. Called on the path of every request, so: no JSON, keys prepared once.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { SealingKey } from './sealing-keys.ts';

export const sealErrorCodes = ['malformed', 'unknown_key', 'not_authentic'] as const;
export type SealErrorCode = (typeof sealErrorCodes)[number];

export class SealError extends Error {
  readonly code: SealErrorCode;
  /** `keyId` is an id from a sealed text, never a key. */
  constructor(code: SealErrorCode, keyId?: string) {
    super(keyId === undefined ? code : `${code} (key ${keyId})`);
    this.name = 'SealError';
    this.code = code;
  }
}

export interface Sealer {
  /**
   * `context` names the place that the value belongs to, e.g. `connections/<id>/secrets`. It is authenticated and
   * not stored: a sealed value that somebody copies into another row does not open there.
   */
  seal(plaintext: string | Uint8Array, context: string): string;
  /** Throws `SealError`. */
  open(sealed: string, context: string): Buffer;
  /** `open` as UTF-8. */
  openText(sealed: string, context: string): string;
  /** False: sealed by an older key (or not sealed at all), so seal it again when the keys are rotated. */
  isCurrent(sealed: string): boolean;
}

const nonceBytes = 12;
const tagBytes = 16;
const version = 's1.';

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the context is the additional authenticated data.
 * Form: `s1.<key id>.<base64url of nonce, ciphertext, tag>`.
 *
 * @param keys The first seals, all open. Rotation: put a new key in front, seal everything again, drop the old one.
 */
export function createSealer(keys: readonly SealingKey[]): Sealer {
  const current = keys[0];
  if (current === undefined) throw new Error('a sealer needs at least one key');
  const secrets = new Map<string, KeyObject>();
  for (const { id, key } of keys) {
    if (key.length !== 32) throw new Error(`sealing key ${id} has ${key.length} bytes instead of 32`);
    if (secrets.has(id)) throw new Error(`sealing key ${id} is there twice`);
    secrets.set(id, createSecretKey(key));
  }
  const currentPrefix = `${version}${current.id}.`;
  const currentSecret = secrets.get(current.id)!;

  function seal(plaintext: string | Uint8Array, context: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', currentSecret, nonce, { authTagLength: tagBytes });
    cipher.setAAD(Buffer.from(context, 'utf8'));
    const body = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
    cipher.final();
    return currentPrefix + Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
  }

  function open(sealed: string, context: string): Buffer {
    const dot = sealed.indexOf('.', version.length);
    if (!sealed.startsWith(version) || dot < 0) throw new SealError('malformed');
    const keyId = sealed.slice(version.length, dot);
    const secret = secrets.get(keyId);
    if (secret === undefined) throw new SealError('unknown_key', keyIdForText(keyId));
    const encoded = sealed.slice(dot + 1);
    const bytes = Buffer.from(encoded, 'base64url');
    // Node skips characters that are no base64url and ignores the last character's spare bits: without this line
    // one value would have many spellings.
    if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== encoded)
      throw new SealError('malformed');
    const end = bytes.length - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(bytes.subarray(end));
    const plaintext = decipher.update(bytes.subarray(nonceBytes, end));
    try {
      decipher.final();
    } catch {
      throw new SealError('not_authentic', keyId);
    }
    return plaintext;
  }

  return {
    seal,
    open,
    openText: (sealed, context) => open(sealed, context).toString('utf8'),
    isCurrent: (sealed) => sealed.startsWith(currentPrefix),
  };
}

/**
 * A 32-byte key for one purpose (`cookies`, `handles` …), from the current sealing key by HKDF-SHA256 (RFC 5869).
 * Keys of different purposes say nothing about each other or about the sealing key. Derive once, keep the result.
 */
export function deriveKey(keys: readonly SealingKey[], purpose: string): Uint8Array {
  const [current] = keys;
  if (current === undefined) throw new Error('a derived key needs at least one sealing key');
  return new Uint8Array(hkdfSync('sha256', current.key, 'sekisho', `derived/v1/${purpose}`, 32));
}

/** `deriveKey` for every sealing key, current first: make MACs with the first, accept all, and a rotation ends nothing. */
export function deriveKeys(keys: readonly SealingKey[], purpose: string): Uint8Array[] {
  return keys.map((key) => deriveKey([key], purpose));
}

/**
 * The same for a program that runs while the sealing keys are rotated: asks for the keys at each use, and derives anew
 * when it is given another array.
 */
export function followKeys(keys: () => readonly SealingKey[], purpose: string): () => readonly Uint8Array[] {
  let from: readonly SealingKey[] | undefined;
  let derived: readonly Uint8Array[] = [];
  return () => {
    const latest = keys();
    if (latest !== from) {
      derived = deriveKeys(latest, purpose);
      from = latest;
    }
    return derived;
  };
}

function keyIdForText(keyId: string): string {
  return /^[A-Za-z0-9_-]{1,32}$/.test(keyId) ? keyId : 'with an impossible id';
}
