/**
 * TOTP (RFC 6238: SHA-1, 6 digits, 30 s; SPEC CIT-4): keys, what an app scans, and which step a code is of. Pure.
 *
 * Does not own: whose key it is and that a code works once (`totp-devices.ts`).
 */
import { Secret, TOTP } from 'otpauth';

const period = 30;
/** Steps before and after the present one that are accepted: a phone's clock may be half a minute off. */
const window = 1;

/** A new key, Base32, 160 bits (RFC 4226 §4 R6). */
export function generateTotpKey(): string {
  return new Secret({ size: 20 }).base32;
}

/** What the app scans. `issuer` names this installation. */
export function totpUri(device: { key: string; email: string; issuer: string }): string {
  const { key, email, issuer } = device;
  return new TOTP({ issuer, label: email, secret: Secret.fromBase32(key), period }).toString();
}

/**
 * The 30-second step (counted from 1970) that `code` is of, when that is now or next to it; spaces do not matter.
 * `now`: milliseconds.
 */
export function stepOfCode(key: string, code: string, now: number): number | undefined {
  const token = code.normalize('NFKC').replace(/\s/g, '');
  if (!/^[0-9]{6}$/.test(token)) return undefined;
  const delta = TOTP.validate({ token, secret: Secret.fromBase32(key), timestamp: now, period, window });
  return delta === null ? undefined : TOTP.counter({ period, timestamp: now }) + delta;
}
