/**
 * The second factor: TOTP (RFC 6238: SHA-1, 6 digits, 30 s), compulsory for every identity (SPEC CIT-4).
 *
 * Owns the row `totp_devices`, that a code works once (CIT-6), and how often one may try. Does not own the order of a
 * sign-in. Called by `accounts/`, `identities.ts`.
 */
import { Secret, TOTP } from 'otpauth';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Database } from '../database/schema.ts';
import type { Store } from '../store/store.ts';

const period = 30;
/** Steps before and after the present one that are accepted: a phone's clock may be half a minute off. */
const window = 1;
const hourMs = 3_600_000;
/** SECURITY ID-05. */
const limits = { perChallenge: 5, perHour: 10 } as const;

/** `challenge_spent`: five wrong codes, the sign-in must start again. `throttled`: too many within an hour. */
export type CodeOutcome = 'accepted' | 'wrong' | 'challenge_spent' | 'throttled';

export interface CodeTry {
  identityId: string;
  /** As typed; spaces do not matter. */
  code: string;
  /** Unique to one sign-in that has proved the password; unguessable. */
  challengeId: string;
}

export type Mfa = ReturnType<typeof createMfa>;

export function createMfa(needs: { db: Database; store: Store; clock: Clock; sealer: Sealer }) {
  const { db, store, clock, sealer } = needs;

  async function verifyCode({ identityId, code, challengeId }: CodeTry): Promise<CodeOutcome> {
    const now = clock.now();
    const hourly = `totp-tries:${identityId}`;
    // Counted before looking, so that tries in parallel count. The hourly count outlives the sign-in (ID-05); only a
    // right code, which whoever guesses does not have, ends it.
    const tries = await store.count(`totp-challenge:${hashOfToken(challengeId)}`, now + hourMs);
    if (tries > limits.perChallenge) return 'challenge_spent';
    if ((await store.count(hourly, now + hourMs)) > limits.perHour) return 'throttled';
    const step = await acceptedStep(identityId, code, now);
    if (step === undefined || !(await useStep(identityId, step))) return 'wrong';
    await store.delete(hourly);
    return 'accepted';
  }

  async function hasDevice(identityId: string): Promise<boolean> {
    const row = await db
      .selectFrom('totp_devices')
      .select('identity_id')
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    return row !== undefined;
  }

  async function acceptedStep(identityId: string, code: string, now: number): Promise<number | undefined> {
    const token = code.normalize('NFKC').replace(/\s/g, '');
    const row = await db
      .selectFrom('totp_devices')
      .select('secret_sealed')
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    if (!row || !/^[0-9]{6}$/.test(token)) return undefined;
    const secret = Secret.fromBase32(sealer.openText(row.secret_sealed, totpContext(identityId)));
    const delta = TOTP.validate({ token, secret, timestamp: now, period, window });
    return delta === null ? undefined : TOTP.counter({ period, timestamp: now }) + delta;
  }

  /** One statement: of two requests with the same code one gets true. Codes of earlier steps are spent as well. */
  async function useStep(identityId: string, step: number): Promise<boolean> {
    const used = await db
      .updateTable('totp_devices')
      .set({ last_step: step })
      .where('identity_id', '=', identityId)
      .where('last_step', '<', step)
      .executeTakeFirst();
    return used.numUpdatedRows === 1n;
  }

  return { verifyCode, hasDevice };
}

/** A new key, Base32, 160 bits (RFC 4226 §4 R6). */
export function generateTotpKey(): string {
  return new Secret({ size: 20 }).base32;
}

/** What the app scans. `issuer` names this installation. */
export function totpUri(device: { key: string; email: string; issuer: string }): string {
  const { key, email, issuer } = device;
  return new TOTP({ issuer, label: email, secret: Secret.fromBase32(key), period }).toString();
}

/** Where a sealed TOTP key belongs. */
export function totpContext(identityId: string): string {
  return `totp/${identityId}`;
}
