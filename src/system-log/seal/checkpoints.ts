/**
 * Checkpoints: signed statements that a chain was so long and ended in this seal (SECURITY CON-14).
 *
 * A seal does not tell that rows behind it were cut off; a checkpoint that is kept elsewhere does. Made hourly, and
 * before rows are deleted after their 90 days; then it also says up to where. Owns the row `log_checkpoints`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { Database, LogChainRow, LogCheckpointRow } from '../../database/schema.ts';
import type { LogKey } from './log-key.ts';

/** LOG-1. */
export const keptMs = 90 * 24 * 3_600_000;

const checkpointForm = z.object({
  id: z.string().max(64),
  /** Organization id, or `installation`. */
  chain: z.string().max(64),
  /** How many records were sealed; the seal of the last. */
  sequence: z.int().nonnegative(),
  seal: z.string().max(100),
  /** Up to here records were deleted, or were about to be; the seal of the last of them. */
  cut: z.object({ sequence: z.int().positive(), seal: z.string().max(100) }).nullable(),
  /** Milliseconds since the epoch. */
  madeAt: z.int(),
  /** Ed25519, base64url. */
  signature: z.string().max(100),
});
export type Checkpoint = z.infer<typeof checkpointForm>;

function signedText({ chain, sequence, seal, cut, madeAt }: Omit<Checkpoint, 'id' | 'signature'>): string {
  return JSON.stringify(['sekisho log checkpoint v1', chain, sequence, seal, cut && [cut.sequence, cut.seal], madeAt]);
}

export function isCheckpointGenuine(key: LogKey, checkpoint: Checkpoint): boolean {
  return key.verify(signedText(checkpoint), checkpoint.signature);
}

/** A copy, as it stands in the stream. Undefined: something else. */
export function readCheckpoint(value: unknown): Checkpoint | undefined {
  return checkpointForm.safeParse(value).data;
}

export function toCheckpoint(row: Selectable<LogCheckpointRow>): Checkpoint {
  const { id, chain, sequence, seal, made_at: madeAt, signature } = row;
  const cut =
    row.cut_sequence === null || row.cut_seal === null ? null : { sequence: row.cut_sequence, seal: row.cut_seal };
  return { id, chain, sequence, seal, cut, madeAt, signature };
}

/** `cut`: absent where nothing is cut now; then what was cut before is said again. */
export async function makeCheckpoint(
  needs: { db: Database; key: LogKey; clock: Clock },
  head: Pick<LogChainRow, 'chain' | 'sequence' | 'seal'>,
  cut: Checkpoint['cut'] = null,
): Promise<Checkpoint> {
  const { db, key, clock } = needs;
  const { chain, sequence, seal } = head;
  const statement = { chain, sequence, seal, cut: cut ?? (await latestCut(db, key, chain)), madeAt: clock.now() };
  const checkpoint = { id: randomUUID(), ...statement, signature: key.sign(signedText(statement)) };
  await db
    .insertInto('log_checkpoints')
    .values({
      id: checkpoint.id,
      chain,
      sequence,
      seal,
      cut_sequence: statement.cut?.sequence ?? null,
      cut_seal: statement.cut?.seal ?? null,
      made_at: statement.madeAt,
      signature: checkpoint.signature,
      streamed: 0,
    })
    .execute();
  return checkpoint;
}

/** Only what we signed: a cut that somebody wrote into the table must not be signed by saying it again. */
export async function latestCut(db: Database, key: LogKey, chain: string): Promise<Checkpoint['cut']> {
  const rows = await db
    .selectFrom('log_checkpoints')
    .selectAll()
    .where('chain', '=', chain)
    .where('cut_sequence', 'is not', null)
    .orderBy('cut_sequence', 'desc')
    .execute();
  return rows.map(toCheckpoint).find((each) => isCheckpointGenuine(key, each))?.cut ?? null;
}
