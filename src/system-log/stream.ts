/**
 * The system log of the whole installation as lines of JSON, for a SIEM (SPEC LOG-3): to a file or to stdout.
 *
 * `{"type":"record","chain":…,"record":{…}}` and `{"type":"checkpoint","checkpoint":{…}}`, each chain in the order of its
 * numbers. At least once: what was written, and a process died before it could note that, is written again. Owns how far
 * each chain was written.
 */
import { appendFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Database, LogChainRow } from '../database/schema.ts';
import { toCheckpoint } from './seal/checkpoints.ts';
import { organizationOf } from './seal/row-seal.ts';
import { recordsAfter } from './told-records.ts';

/** Rejects when the lines are not written; then they come again. */
export type WriteLines = (lines: string) => Promise<void>;

const batchSize = 200;

export function createLogStream(needs: {
  db: Database;
  write: WriteLines;
  /** True while this process is the one that seals, and so the one that writes. */
  lease(): Promise<boolean>;
  customerIdOf(organizationId: string): Promise<string | undefined>;
}) {
  const { db, write, lease, customerIdOf } = needs;

  /** Writes what was sealed since; returns how many lines. */
  async function deliver(): Promise<number> {
    if (!(await lease())) return 0;
    const behind = await db.selectFrom('log_chains').selectAll().whereRef('streamed', '<', 'sequence').execute();
    let lines = 0;
    for (const head of behind) lines += await deliverChain(head);
    const checkpoints = await db
      .selectFrom('log_checkpoints')
      .selectAll()
      .where('streamed', '=', 0)
      .orderBy('made_at')
      .limit(batchSize)
      .execute();
    for (const row of checkpoints) {
      await write(`${JSON.stringify({ type: 'checkpoint', checkpoint: toCheckpoint(row) })}\n`);
      await db.updateTable('log_checkpoints').set({ streamed: 1 }).where('id', '=', row.id).execute();
    }
    return lines + checkpoints.length;
  }

  async function deliverChain({ chain, sequence, streamed }: LogChainRow): Promise<number> {
    const organizationId = organizationOf(chain);
    const customerId = organizationId === null ? '' : ((await customerIdOf(organizationId)) ?? '');
    let position = streamed;
    let lines = 0;
    while (position < sequence) {
      const records = await recordsAfter(db, chain, position, batchSize, customerId);
      const text = records.map((record) => `${JSON.stringify({ type: 'record', chain, record })}\n`);
      if (records.length > 0) await write(text.join(''));
      // What is not there any more was deleted after its 90 days.
      const reached =
        records.length < batchSize ? Math.max(sequence, records.at(-1)?.Sequence ?? 0) : records.at(-1)!.Sequence;
      await db
        .updateTable('log_chains')
        .set({ streamed: reached })
        .where('chain', '=', chain)
        .where('streamed', '=', position)
        .execute();
      position = reached;
      lines += records.length;
      if (!(await lease())) break;
      await setImmediate();
    }
    return lines;
  }

  return { deliver };
}

/** `stdout`, or a file that may be moved away at any time (log rotation): it is opened anew for every batch. */
export function linesTo(destination: string): WriteLines {
  if (destination !== 'stdout') return (lines) => appendFile(destination, lines, { mode: 0o600, flush: true });
  return (lines) =>
    new Promise((resolve, reject) => {
      process.stdout.write(lines, (error) => (error ? reject(error) : resolve()));
    });
}
