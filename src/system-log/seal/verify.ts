/**
 * Is the log as it was sealed (SECURITY CON-14)? Finds records that were changed, are missing, stand elsewhere, or were
 * cut off at the end, and says which. Reads only.
 *
 * What it can find is what the key and the checkpoints prove. Whoever writes to the database can delete the newest
 * records together with the checkpoints of the database that name them: only a copy elsewhere (the stream, `log
 * checkpoint`) tells that, so copies are taken as `known`.
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../../database/schema.ts';
import { type Checkpoint, isCheckpointGenuine, keptMs, toCheckpoint } from './checkpoints.ts';
import type { LogKey } from './log-key.ts';
import { arePartsGenuine, beginning, follows, isRowGenuine, type LogRow, organizationOf, sealOf } from './row-seal.ts';

export type Finding =
  /** `what`: the record, who did it, to what, or its seal. A record that was written past us reads the same. */
  | { kind: 'changed'; sequence: number; recordId: string; what: 'record' | 'actor' | 'target' | 'seal' }
  | { kind: 'missing'; from: number; to: number }
  /** It was sealed as number `was`. */
  | { kind: 'reordered'; sequence: number; recordId: string; was: number }
  | { kind: 'repeated'; sequence: number; recordId: string }
  /** A checkpoint knows of records behind the last one. */
  | { kind: 'cut_off'; last: number; expected: number; checkpoint: string }
  /** The record's seal is not the one that the checkpoint names. */
  | { kind: 'differs'; sequence: number; checkpoint: string }
  /** The checkpoint was not made by us as it is. */
  | { kind: 'checkpoint'; checkpoint: string }
  /** A record that was sealed has no number any more, so that it may be sealed anew. */
  | { kind: 'unnumbered'; recordId: string }
  /** Records up to here were deleted as too old, and a checkpoint shows that they were not. */
  | { kind: 'cut_early'; to: number; checkpoint: string }
  /** What the database says of the chain's end is not its end. */
  | { kind: 'end'; last: number; said: number };

export interface Verdict {
  chain: string;
  /** First and last number that was looked at; `to` is smaller when there is none. */
  from: number;
  to: number;
  verified: number;
  /** Records that wait for their seal. */
  unsealed: number;
  findings: Finding[];
}

const batchSize = 1000;
const dayMs = 24 * 3_600_000;
/** Findings told one by one; whoever wrote over everything need not be told a million times. */
export const mostFindings = 1000;

/** `known`: copies of checkpoints from elsewhere, of any chain. `since`: look only at what came after this one. */
export async function verifyChain(needs: {
  db: Database;
  key: LogKey;
  chain: string;
  known?: readonly Checkpoint[];
  since?: Checkpoint;
}): Promise<Verdict> {
  const { db, key, chain } = needs;
  const findings: Finding[] = [];
  const stored = await db.selectFrom('log_checkpoints').selectAll().where('chain', '=', chain).execute();
  const genuine = [...stored.map(toCheckpoint), ...(needs.known ?? []), ...(needs.since ? [needs.since] : [])]
    .filter((checkpoint) => checkpoint.chain === chain)
    .filter((checkpoint) => {
      const is = isCheckpointGenuine(key, checkpoint);
      if (!is) findings.push({ kind: 'checkpoint', checkpoint: checkpoint.id });
      return is;
    });
  const cut = genuine
    .map(({ cut }) => cut)
    .reduce((most, each) => ((each?.sequence ?? 0) > (most?.sequence ?? 0) ? each : most), null);
  findings.push(...tellEarlyCuts(genuine));
  const since = needs.since && genuine.includes(needs.since) ? needs.since : undefined;
  const start = since && since.sequence > (cut?.sequence ?? 0) ? since : cut;
  const atSequence = new Map<number, Checkpoint[]>();
  for (const checkpoint of genuine) {
    const same = atSequence.get(checkpoint.sequence);
    if (same) same.push(checkpoint);
    else atSequence.set(checkpoint.sequence, [checkpoint]);
  }

  // Either of these may be the seal of the row before: when that row's own seal was changed, the right one is known.
  // Of a checkpoint's own row the one before is not looked at: its seal is compared with the checkpoint's.
  let previous: readonly string[] | undefined = start === since && since ? undefined : [start?.seal ?? beginning];
  let last = (start?.sequence ?? 0) - (previous ? 0 : 1);
  const from = last + 1;
  let verified = 0;
  const unproven: LogRow[] = [];
  for await (const row of rowsAfter(db, chain, last)) {
    const sequence = row.sequence!;
    const checkpoints = atSequence.get(sequence) ?? [];
    for (const { id, seal } of checkpoints)
      if (seal !== row.seal) findings.push({ kind: 'differs', sequence, checkpoint: id });
    if (sequence === last) {
      findings.push({ kind: 'repeated', sequence, recordId: row.id });
      continue;
    }
    const isNext = sequence === last + 1;
    if (!isNext) findings.push({ kind: 'missing', from: last + 1, to: sequence - 1 });
    last = sequence;
    verified++;
    if (!isRowGenuine(key, row, sequence)) {
      unproven.push(row);
      // Its seal is of another row, or nobody's: what follows it cannot be held against that.
      previous = undefined;
      continue;
    }
    for (const party of ['actor', 'target'] as const)
      if (!arePartsGenuine(key, row, party))
        findings.push({ kind: 'changed', sequence, recordId: row.id, what: party });
    const isTied = !isNext || !previous || previous.some((seal) => follows(key, seal, row, sequence));
    if (!isTied) findings.push({ kind: 'changed', sequence, recordId: row.id, what: 'seal' });
    previous = isTied
      ? [row.seal ?? '']
      : [row.seal ?? '', ...previous!.map((seal) => sealOf(key, seal, row, sequence))];
  }
  // Before the first number, or left of what was deleted: shown like any other, and in no chain.
  for await (const row of rowsAfter(db, chain, Number.MIN_SAFE_INTEGER, cut?.sequence ?? 0)) {
    const sequence = row.sequence!;
    if (sequence < 1 || !isRowGenuine(key, row, sequence)) unproven.push(row);
    else
      for (const party of ['actor', 'target'] as const)
        if (!arePartsGenuine(key, row, party))
          findings.push({ kind: 'changed', sequence, recordId: row.id, what: party });
  }
  findings.push(...tellReordered(key, unproven));

  const latest = genuine.reduce<Checkpoint | undefined>(
    (most, each) => (each.sequence > (most?.sequence ?? 0) ? each : most),
    undefined,
  );
  if (latest && latest.sequence > last)
    findings.push({ kind: 'cut_off', last, expected: latest.sequence, checkpoint: latest.id });
  const head = await db.selectFrom('log_chains').selectAll().where('chain', '=', chain).executeTakeFirst();
  if ((head?.sequence ?? 0) !== last) findings.push({ kind: 'end', last, said: head?.sequence ?? 0 });
  const unnumbered = await db
    .selectFrom('system_log')
    .select('id')
    .where(...inChain(chain))
    .where('sequence', 'is', null)
    .where((row) => row.or([row('seal', 'is not', null), row('actor_hash', 'is not', null)]))
    .orderBy('recorded_at')
    .limit(mostFindings)
    .execute();
  findings.push(...unnumbered.map(({ id }): Finding => ({ kind: 'unnumbered', recordId: id })));
  const { unsealed } = await db
    .selectFrom('system_log')
    .select((row) => row.fn.countAll().as('unsealed'))
    .where(...inChain(chain))
    .where('sequence', 'is', null)
    .executeTakeFirstOrThrow();
  return {
    chain,
    from,
    to: last,
    verified,
    unsealed: Number(unsealed),
    findings: findings.slice(0, mostFindings),
  };
}

/**
 * What stands behind a checkpoint's last record was sealed after it: cut less than 90 days later, it was too young. A
 * day is given to records that waited for their seal while no server ran.
 */
function tellEarlyCuts(genuine: readonly Checkpoint[]): Finding[] {
  const cuts = new Map<number, number>();
  for (const { cut, madeAt } of genuine)
    if (cut) cuts.set(cut.sequence, Math.min(madeAt, cuts.get(cut.sequence) ?? madeAt));
  return [...cuts].flatMap(([to, cutAt]): Finding[] => {
    const witness = genuine.find(({ sequence, madeAt }) => sequence < to && cutAt - madeAt < keptMs - dayMs);
    return witness ? [{ kind: 'cut_early', to, checkpoint: witness.id }] : [];
  });
}

/** A row whose MAC fits the place of another one that does not fit either was moved; any other was changed. */
function tellReordered(key: LogKey, unproven: readonly LogRow[]): Finding[] {
  const places = unproven.slice(0, 200).map(({ sequence }) => sequence!);
  return unproven.slice(0, mostFindings).map((row) => {
    const sequence = row.sequence!;
    const was = places.find((place) => place !== sequence && isRowGenuine(key, row, place));
    return was === undefined
      ? { kind: 'changed', sequence, recordId: row.id, what: 'record' }
      : { kind: 'reordered', sequence, recordId: row.id, was };
  });
}

async function* rowsAfter(
  db: Database,
  chain: string,
  after: number,
  upTo = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<LogRow> {
  let [from, id] = [after, '~'];
  for (;;) {
    const rows = await db
      .selectFrom('system_log')
      .selectAll()
      .where(...inChain(chain))
      .where('sequence', 'is not', null)
      .where(sql<boolean>`(sequence, id) > (${from}, ${id})`)
      .where('sequence', '<=', upTo)
      .orderBy('sequence')
      .orderBy('id')
      .limit(batchSize)
      .execute();
    yield* rows;
    if (rows.length < batchSize) return;
    ({ sequence: from, id } = rows.at(-1) as { sequence: number; id: string });
    await setImmediate();
  }
}

function inChain(chain: string) {
  const organizationId = organizationOf(chain);
  return ['organization_id', organizationId === null ? 'is' : '=', organizationId] as const;
}
