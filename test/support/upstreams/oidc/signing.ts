/** Keys and tokens of a simulated upstream, by node:crypto alone so that every kind of bad token can be built. */
import { createHmac, generateKeyPair, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}
export type Json = Record<string, unknown>;

const generate = promisify(generateKeyPair);

export async function makeSigningKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 });
  return { kid, publicKey, privateKey };
}

export function publicJwk(key: SigningKey, named = true): JsonWebKey {
  const jwk = { ...key.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' };
  return named ? { ...jwk, kid: key.kid } : jwk;
}

export function signRs256(key: SigningKey, claims: Json, header: Json): string {
  const input = `${encode({ alg: 'RS256', typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
}

export function unsigned(claims: Json): string {
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}

/** The old confusion: the public key, as text, used as an HMAC secret. */
export function signHs256WithPublicKey(key: SigningKey, claims: Json): string {
  const input = `${encode({ alg: 'HS256', kid: key.kid })}.${encode(claims)}`;
  const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function encode(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
