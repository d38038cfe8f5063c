/**
 * Backup codes: ten of 8 hex digits, one use each, for who has lost the authenticator app (SPEC CIT-4, CIT-6).
 *
 * Owns the row `backup_codes`. A code has 32 bits, so a fast hash of it would be undone in seconds by whoever has a
 * copy of the table: scrypt, with a salt for each set. Does not own: how often one may try (`factor-tries.ts`).
 */
import { randomBytes, randomUUID, type ScryptOptions, scrypt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';

const count = 10;
/** 16 MiB, some 30 ms. */
const cost: ScryptOptions = { N: 16_384, r: 8, p: 1 };

export interface HashedCodes {
  salt: string;
  hashes: readonly string[];
}

/** Ten different codes, as they are stored and compared: 8 hex digits in lower case. */
export function generateBackupCodes(): string[] {
  const codes = new Set<string>();
  while (codes.size < count) codes.add(randomBytes(4).toString('hex'));
  return [...codes];
}

/** As people see it: `1a2b 3c4d`. */
export function showBackupCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}

/** For `replace`. Slow, so before the transaction. */
export async function hashBackupCodes(codes: readonly string[]): Promise<HashedCodes> {
  const salt = randomBytes(16).toString('base64url');
  return { salt, hashes: await Promise.all(codes.map((code) => hashOf(code, salt))) };
}

export type BackupCodes = ReturnType<typeof createBackupCodes>;

export function createBackupCodes({ db, clock }: { db: Database; clock: Clock }) {
  /** Which of this identity's codes was typed, if any: its hash, for `spend`. It may be spent meanwhile. */
  async function match(identityId: string, typed: string): Promise<string | undefined> {
    const code = typed.normalize('NFKC').replace(/[\s-]/g, '').toLowerCase();
    if (!/^[0-9a-f]{8}$/.test(code)) return undefined;
    const rows = await db
      .selectFrom('backup_codes')
      .select(['salt', 'code_hash'])
      .where('identity_id', '=', identityId)
      .execute();
    const [first] = rows;
    if (!first) return undefined;
    const hash = await hashOf(code, first.salt);
    return rows.some((row) => row.code_hash === hash) ? hash : undefined;
  }

  /** One statement: true for the one caller that takes the code away (SECURITY ID-06). */
  async function spend(trx: Database, identityId: string, codeHash: string): Promise<boolean> {
    const spent = await trx
      .deleteFrom('backup_codes')
      .where('identity_id', '=', identityId)
      .where('code_hash', '=', codeHash)
      .executeTakeFirst();
    return spent.numDeletedRows === 1n;
  }

  async function left(identityId: string, within: Database = db): Promise<number> {
    const { codes } = await within
      .selectFrom('backup_codes')
      .select((select) => select.fn.countAll<number | string>().as('codes'))
      .where('identity_id', '=', identityId)
      .executeTakeFirstOrThrow();
    return Number(codes);
  }

  /** The codes that were there before are worth nothing any more. */
  async function replace(trx: Database, identityId: string, { salt, hashes }: HashedCodes): Promise<void> {
    const now = clock.now();
    await trx.deleteFrom('backup_codes').where('identity_id', '=', identityId).execute();
    await trx
      .insertInto('backup_codes')
      .values(
        hashes.map((hash) => ({
          id: randomUUID(),
          identity_id: identityId,
          salt,
          code_hash: hash,
          created_at: now,
        })),
      )
      .execute();
  }

  return { match, spend, left, replace };
}

function hashOf(code: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(code, salt, 32, cost, (error, hash) => (error ? reject(error) : resolve(hash.toString('base64url'))));
  });
}
