/**
 * Six digits by email, for one challenge: of one sign-in, or one change in the console (SPEC CIT-4, CIT-6).
 *
 * Live in the store only, ten minutes; one at a time; the key and the hash need the challenge's unguessable id, so a
 * copy of the store is no list of codes. Does not own: how often one may try (`factor-tries.ts`), what the mail says.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';

export const emailCodeLifetime = 10 * 60_000;
/** Mails to one identity within an hour (SECURITY ID-16). */
const perHour = 6;
const hourMs = 3_600_000;

export interface EmailCodeOwner {
  identityId: string;
  /** Unguessable. */
  challengeId: string;
}

export type EmailCodes = ReturnType<typeof createEmailCodes>;

export function createEmailCodes({ store, clock }: { store: Store; clock: Clock }) {
  const keyOf = ({ challengeId, identityId }: EmailCodeOwner) =>
    `email-code:${hashOfToken(`${identityId} ${challengeId}`)}`;
  const hashedCode = ({ challengeId }: EmailCodeOwner, code: string) => hashOfToken(`${challengeId} ${code}`);

  /** The code to write; the one before is worth nothing then. Undefined: too many mails within the hour. */
  async function make(owner: EmailCodeOwner): Promise<{ code: string; expiresAt: number } | undefined> {
    const now = clock.now();
    if ((await store.count(`email-codes:${owner.identityId}`, now + hourMs)) > perHour) return undefined;
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const expiresAt = now + emailCodeLifetime;
    await store.set(keyOf(owner), hashedCode(owner, code), expiresAt);
    return { code, expiresAt };
  }

  /** True once, for the right code. */
  async function use(owner: EmailCodeOwner, typed: string): Promise<boolean> {
    const code = typed.normalize('NFKC').replace(/\s/g, '');
    const key = keyOf(owner);
    const kept = await store.get(key);
    if (kept === undefined || !areSame(kept, hashedCode(owner, code))) return false;
    return (await store.take(key)) === kept;
  }

  /** One has been written that still counts. */
  async function isWaiting(owner: EmailCodeOwner): Promise<boolean> {
    return (await store.get(keyOf(owner))) !== undefined;
  }

  return { make, use, isWaiting };
}

/** Two hashes, of the same length. */
function areSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
