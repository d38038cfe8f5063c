/** Message authentication codes by the derived keys of `sealing.ts`: cookies, form tokens, handles. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** Node takes five times as long to make a key of bytes, by an exception inside, as to make the MAC with it. */
const prepared = new WeakMap<Uint8Array, KeyObject>();

/** HMAC-SHA256 (RFC 2104). The key's bytes are read once: they must not change afterwards. */
export function macOf(key: Uint8Array, text: string): Buffer {
  let secret = prepared.get(key);
  if (secret === undefined) {
    secret = createSecretKey(key);
    prepared.set(key, secret);
  }
  return createHmac('sha256', secret).update(text).digest();
}
