import { hash, randomBytes, randomInt, randomUUID } from 'node:crypto';

/** An unguessable URL-safe value. `bytes` is its entropy; 32 for anything that opens a door. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** `digits` random decimal digits, the first never 0 (OrgID, SPEC §1). */
export function randomDigits(digits: number): string {
  return String(randomInt(10 ** (digits - 1), 10 ** digits));
}

/** Keys of bearer values are hashes, so that a copy of the store is no collection of tokens (SECURITY §1.2). */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** A short code for people to quote: joins the vague page to the exact log line. No 0/O, 1/I/L. */
export function referenceCode(): string {
  const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
  let code = '';
  for (let index = 0; index < 8; index++) code += alphabet[randomInt(alphabet.length)];
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** A UUID of version 7 (RFC 9562 §5.7): ids that are made later sort later. `now`: milliseconds. */
export function timeOrderedId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  // Version 4 has its version where version 7 has it, and random bits behind.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
