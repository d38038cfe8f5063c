/**
 * The key of the log's seals: 32 random bytes in the database, sealed by the sealing key, which is not in the database.
 * So whoever writes to the database alone can seal nothing, and rotating the sealing key (which seals this one anew)
 * leaves every seal valid (decision 0010). Owns the row `log_keys`.
 */
import { createHmac, createPrivateKey, createPublicKey, createSecretKey, randomBytes, sign, verify } from 'node:crypto';
import { sql } from 'kysely';
import type { Sealer } from '../../../certs/sealing.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';

export interface LogKey {
  /** HMAC-SHA256; `purpose` keeps the MACs of one thing from passing as those of another. */
  mac(purpose: 'log-row' | 'log-chain' | 'log-erasure' | 'log-head', text: string): Buffer;
  /** Ed25519, base64url: what others can check without being able to make it. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
  /** SPKI, PEM. */
  publicKey: string;
}

const keyId = 'seal';

export function logKeyContext(id: string): string {
  return `log-keys/${id}`;
}

/** RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Made by whoever seals first; all processes use the one that is stored. Throws when the key is gone while there are
 * seals: a new one would hide that.
 */
export async function openLogKey(needs: { db: Database; sealer: Sealer; clock: Clock }): Promise<LogKey> {
  const { db, sealer, clock } = needs;
  const find = () => db.selectFrom('log_keys').selectAll().where('id', '=', keyId).executeTakeFirst();
  let row = await find();
  if (!row) {
    if (await db.selectFrom('log_chains').select('chain').limit(1).executeTakeFirst())
      throw new Error('the key of the system log is missing, and there are records that it has sealed');
    const key_sealed = sealer.seal(randomBytes(32), logKeyContext(keyId));
    await db
      .insertInto('log_keys')
      .values({ id: keyId, key_sealed, created_at: clock.now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    row = await find();
  }
  return createLogKey(sealer.open(row!.key_sealed, logKeyContext(keyId)));
}

export function createLogKey(bytes: Uint8Array): LogKey {
  const secret = createSecretKey(bytes);
  const seed = createHmac('sha256', secret).update('log-checkpoint').digest();
  const privateKey = createPrivateKey({ key: Buffer.concat([ed25519Prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return {
    mac: (purpose, text) => createHmac('sha256', secret).update(`${purpose}\n${text}`).digest(),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    verify: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url')),
    publicKey: String(publicKey.export({ format: 'pem', type: 'spki' })),
  };
}

/** For the rest of this transaction nobody else seals or erases. (SQLite has one writer anyway.) */
export async function lockLog(trx: Database): Promise<void> {
  await trx.updateTable('log_keys').set({ created_at: sql`created_at` }).where('id', '=', keyId).execute();
}
