/**
 * Tamper evidence of the system log (SECURITY CON-14): numbers and seals what was recorded, makes checkpoints, deletes
 * after 90 days (LOG-1), and erases persons without breaking a seal.
 *
 * Records come without number or seal, so that no sign-in waits for another. One process at a time (a lease in the
 * store, a few seconds) seals what it finds, in the order in which it finds it: a transaction that commits late gets a
 * later number, not a wrong one. That two processes never give one number twice is the database's doing, not the
 * lease's. Owns the row `log_chains` and the columns of the seal. Called by `server.ts`, `directory/`, `cli/`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Sealer } from '../../../certs/sealing.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Database } from '../../database/schema.ts';
import type { Store } from '../../store/store.ts';
import { type Checkpoint, keptMs, latestCut, makeCheckpoint, toCheckpoint } from './checkpoints.ts';
import { type LogKey, lockLog, openLogKey } from './log-key.ts';
import {
  arePartsGenuine,
  beginning,
  chainOf,
  erasureProof,
  hashOfParts,
  isRowGenuine,
  type LogRow,
  organizationOf,
  type Party,
  personalParts,
  sealOf,
} from './row-seal.ts';

const hour = 3_600_000;
/** With a visit a second, nothing waits longer than five for its seal, also when a process dies. */
const leaseMs = 3500;
const leaseName = 'system-log/sealer';
/** The head of a chain in the store: as long as that is there. */
const headKeptMs = 10 * 365 * 24 * hour;
const longWaitMs = 5 * 60_000;
/** Rows of one transaction: a few milliseconds of the embedded database. */
const batchSize = 200;

export type LogSeal = ReturnType<typeof createLogSeal>;

export function createLogSeal(needs: {
  db: Database;
  /** Absent in the CLI, which seals whenever it is told to. */
  store?: Store;
  clock: Clock;
  sealer: Sealer;
  log?: Log;
}) {
  const { db, store, clock, sealer, log } = needs;
  const process = randomUUID();
  let opened: LogKey | undefined;
  /** Where each chain ended when it was last seen. */
  const heads = new Map<string, Head>();

  async function key(): Promise<LogKey> {
    opened ??= await openLogKey({ db, sealer, clock });
    return opened;
  }

  /** True while this process is the one that seals. */
  async function lease(): Promise<boolean> {
    if (!store) return true;
    const until = clock.now() + leaseMs;
    return (await store.replace(leaseName, process, process, until)) || (await store.add(leaseName, process, until));
  }

  /**
   * The chains whose head goes on from the last one that was seen, by this process or (in the store, MACed) by any. One
   * that went back was put back by somebody, who would have what they changed behind it sealed anew: it stays as it is.
   */
  async function unrewound(chains: readonly string[]): Promise<Set<string>> {
    const logKey = await key();
    const kept = store ? await store.getMany(chains.map(headName)) : [];
    const sound = new Set<string>();
    for (const [index, chain] of chains.entries()) {
      const stored = readHead(logKey, chain, kept[index]);
      if (stored && stored.sequence > (heads.get(chain)?.sequence ?? 0)) heads.set(chain, stored);
      const known = heads.get(chain);
      const head = await db.selectFrom('log_chains').selectAll().where('chain', '=', chain).executeTakeFirst();
      if (!known || (await goesOn(head, known))) sound.add(chain);
      else
        log?.error(
          { chain, known: known.sequence, found: head?.sequence ?? 0, store: headName(chain) },
          'the system log went back behind records that were sealed: nothing of it is sealed or deleted any more',
        );
    }
    return sound;
  }

  /** Is what was the last record still there as it was (or gone after its 90 days)? */
  async function goesOn(head: Head | undefined, known: Head): Promise<boolean> {
    if (!head || head.sequence < known.sequence) return false;
    if (head.sequence === known.sequence) return head.seal === known.seal;
    const row = await db
      .selectFrom('system_log')
      .select('seal')
      .where(...inChain(head.chain))
      .where('sequence', '=', known.sequence)
      .where('seal', '=', known.seal)
      .executeTakeFirst();
    return row !== undefined || ((await latestCut(db, await key(), head.chain))?.sequence ?? 0) >= known.sequence;
  }

  /** Seals whatever is not sealed yet; returns how many. Nothing when another process is at it. */
  async function seal(): Promise<number> {
    if (!(await lease())) return 0;
    const waiting = await db
      .selectFrom('system_log')
      .select('organization_id')
      .distinct()
      .where('sequence', 'is', null)
      .execute();
    let sealed = 0;
    if (waiting.length === 0) return 0;
    const sound = await unrewound(waiting.map(({ organization_id }) => chainOf(organization_id)));
    for (const { organization_id } of waiting) {
      if (!sound.has(chainOf(organization_id))) continue;
      for (let count = batchSize; count === batchSize; sealed += count) {
        count = await sealBatch(organization_id);
        await setImmediate();
        if (count === batchSize && !(await lease())) return sealed + count;
      }
    }
    return sealed;
  }

  async function sealBatch(organizationId: string | null): Promise<number> {
    const logKey = await key();
    const chain = chainOf(organizationId);
    let reached: Head | undefined;
    const count = await db.transaction().execute(async (trx) => {
      await lockLog(trx);
      await trx
        .insertInto('log_chains')
        .values({ chain, sequence: 0, seal: beginning, streamed: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const head = await trx.selectFrom('log_chains').selectAll().where('chain', '=', chain).executeTakeFirstOrThrow();
      const rows = await trx
        .selectFrom('system_log')
        .selectAll()
        .where('sequence', 'is', null)
        .where('organization_id', organizationId === null ? 'is' : '=', organizationId)
        .orderBy('recorded_at')
        .orderBy('id')
        .limit(batchSize)
        .execute();
      if (rows.length === 0) return 0;
      const known = heads.get(chain);
      if (known && head.sequence < known.sequence) throw new Error('the system log went back while it was sealed');
      tellOdd(chain, rows);
      let last = head.seal;
      const values = rows.map((row, index) => {
        const sequence = head.sequence + index + 1;
        const salts = randomBytes(32).toString('base64url');
        const [actorSalt, targetSalt] = [salts.slice(0, 21), salts.slice(21)];
        const actor_hash = hashOfParts('actor', actorSalt, personalParts(row, 'actor'));
        const target_hash = hashOfParts('target', targetSalt, personalParts(row, 'target'));
        last = sealOf(logKey, last, { ...row, actor_hash, target_hash }, sequence);
        return [row.id, sequence, last, actorSalt, actor_hash, targetSalt, target_hash] as const;
      });
      await expectAll(
        rows.length,
        trx,
        sql`update system_log set sequence = cast(v.column2 as bigint), seal = v.column3, actor_salt = v.column4,
          actor_hash = v.column5, target_salt = v.column6, target_hash = v.column7
          from (values ${tuples(values)}) as v where system_log.id = v.column1 and system_log.sequence is null`,
      );
      await expectAll(
        1,
        trx,
        sql`update log_chains set sequence = ${head.sequence + rows.length}, seal = ${last}
          where chain = ${chain} and sequence = ${head.sequence}`,
      );
      reached = { chain, sequence: head.sequence + rows.length, seal: last };
      return rows.length;
    });
    if (reached) {
      heads.set(chain, reached);
      await store?.set(headName(chain), writeHead(logKey, reached), clock.now() + headKeptMs);
    }
    return count;
  }

  /** Records that should not wait for a seal, or not so long; they are sealed all the same. */
  function tellOdd(chain: string, rows: readonly LogRow[]): void {
    const again = rows.filter(({ seal, actor_hash, target_hash }) => seal ?? actor_hash ?? target_hash);
    const first = again[0];
    if (first)
      log?.error({ chain, count: again.length, id: first.id }, 'records of the system log had lost their number');
    const since = clock.now() - longWaitMs;
    const late = rows.filter(({ recorded_at }) => recorded_at < since);
    const oldest = late[0];
    if (oldest)
      log?.warn(
        { chain, count: late.length, id: oldest.id, recordedAt: oldest.recorded_at },
        'records of the system log waited for minutes for their seal: no server ran, or somebody wrote to the database',
      );
  }

  /** Of every chain that has grown since its last one and has none of this hour. */
  async function checkpointDue(): Promise<Checkpoint[]> {
    if (!(await lease())) return [];
    const heads = await db
      .selectFrom('log_chains')
      .selectAll()
      .where('sequence', '>', 0)
      .where((chain) =>
        chain.not(
          chain.exists(
            chain
              .selectFrom('log_checkpoints')
              .select('id')
              .whereRef('log_checkpoints.chain', '=', 'log_chains.chain')
              .where((last) =>
                last.or([
                  last('made_at', '>', clock.now() - hour),
                  last('log_checkpoints.sequence', '=', last.ref('log_chains.sequence')),
                ]),
              ),
          ),
        ),
      )
      .execute();
    return Promise.all(heads.map((head) => checkpoint(head)));
  }

  /** Of one chain, now. */
  async function checkpoint(
    head: { chain: string; sequence: number; seal: string },
    cut?: Checkpoint['cut'],
  ): Promise<Checkpoint> {
    const made = await makeCheckpoint({ db, key: await key(), clock }, head, cut);
    log?.info({ checkpoint: made }, 'the system log up to here');
    return made;
  }

  /** Of all chains, now: the operator's way to take a copy. */
  async function checkpointAll(): Promise<Checkpoint[]> {
    const heads = await db.selectFrom('log_chains').selectAll().where('sequence', '>', 0).orderBy('chain').execute();
    return Promise.all(heads.map((head) => checkpoint(head)));
  }

  async function findCheckpoint(id: string): Promise<Checkpoint | undefined> {
    const row = await db.selectFrom('log_checkpoints').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toCheckpoint(row);
  }

  /**
   * LOG-1: deletes sealed records of more than 90 days, after a checkpoint that says so; `batch` at a time, so that
   * nobody waits for it. Of a chain in which one of them is not as it was sealed, none. Returns how many.
   */
  async function forget(batch = 500): Promise<number> {
    if (!(await lease())) return 0;
    const limit = clock.now() - keptMs;
    let forgotten = 0;
    const all = await db.selectFrom('log_chains').selectAll().where('sequence', '>', 0).execute();
    const sound = await unrewound(all.map(({ chain }) => chain));
    for (const head of all.filter(({ chain }) => sound.has(chain))) {
      const cut = await findCut(organizationOf(head.chain), limit, batch);
      if (!cut) continue;
      await checkpoint(head, { sequence: cut.sequence, seal: cut.seal });
      for (let from = cut.first; from <= cut.sequence; from += batch) {
        const deleted = await db
          .deleteFrom('system_log')
          .where(...inChain(head.chain))
          .where('sequence', '>=', from)
          .where('sequence', '<', Math.min(from + batch, cut.sequence + 1))
          .executeTakeFirst();
        forgotten += Number(deleted.numDeletedRows);
        await setImmediate();
      }
    }
    await forgetCheckpoints(limit);
    return forgotten;
  }

  /** Those of more than 90 days; the last of a chain stays, because it says up to where the chain was cut. */
  async function forgetCheckpoints(limit: number): Promise<void> {
    await db
      .deleteFrom('log_checkpoints')
      .where('made_at', '<', limit)
      .where((old) =>
        old.exists(
          old
            .selectFrom('log_checkpoints as newer')
            .select('newer.id')
            .whereRef('newer.chain', '=', 'log_checkpoints.chain')
            .whereRef('newer.made_at', '>', 'log_checkpoints.made_at'),
        ),
      )
      .execute();
  }

  /**
   * The last record that may go, such that every one before it in the chain may go too. `recorded_at` is believed only
   * of a row whose MAC fits: otherwise whoever changes that column has us delete and sign away what was before it.
   */
  async function findCut(
    organizationId: string | null,
    limit: number,
    batch: number,
  ): Promise<{ first: number; sequence: number; seal: string } | undefined> {
    const logKey = await key();
    const sealed = db
      .selectFrom('system_log')
      .where(...inChain(chainOf(organizationId)))
      .where('sequence', 'is not', null);
    const isGenuine = (row: LogRow): boolean => {
      if (isRowGenuine(logKey, row, row.sequence!)) return true;
      const { id, sequence } = row;
      log?.error({ organizationId, sequence, id }, 'a record of the system log was changed: nothing is deleted');
      return false;
    };
    const newest = await sealed
      .selectAll()
      .where('recorded_at', '<', limit)
      .orderBy('recorded_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!newest || !isGenuine(newest)) return undefined;
    const going = sealed.selectAll().where('sequence', '<=', newest.sequence).orderBy('sequence').orderBy('id');
    let [first, last]: (LogRow | undefined)[] = [];
    for (;;) {
      const rows = await (last ? going.where('sequence', '>', last.sequence) : going).limit(batch).execute();
      for (const row of rows) {
        if (!isGenuine(row)) return undefined;
        // What committed late stands behind younger records.
        if (row.recorded_at >= limit) return cutAt(first, last);
        first ??= row;
        last = row;
      }
      if (rows.length < batch) return cutAt(first, last);
      await setImmediate();
    }
  }

  /**
   * Takes a person out of every record (GDPR Art. 17): as actor with address and browser, as target with whatever the
   * record says of them. A pseudonym that no one can resolve keeps together what one person did. `ids`: all by which
   * the log may know the person (identity, accounts, memberships). Returns how many records were changed.
   */
  async function pseudonymise(ids: readonly string[], trx: Database): Promise<number> {
    if (ids.length === 0) return 0;
    // Within the transaction: another connection, of which the embedded database has none, would wait for its end.
    const logKey = opened ?? (await openLogKey({ db: trx, sealer, clock }));
    await lockLog(trx);
    const pseudonym = `erased-${randomBytes(6).toString('hex')}`;
    return (
      (await erase(trx, logKey, 'actor', ids, {
        actor_id: pseudonym,
        actor_name: null,
        client_address: null,
        user_agent: null,
      })) +
      (await erase(trx, logKey, 'target', ids, {
        target_id: pseudonym,
        target_name: null,
        target_email: null,
        detail: '{}',
        before_changes: null,
        after_changes: null,
      }))
    );
  }

  async function erase(
    trx: Database,
    logKey: LogKey,
    party: Party,
    ids: readonly string[],
    left: Partial<LogRow>,
  ): Promise<number> {
    const column = party === 'actor' ? 'actor_id' : 'target_id';
    const salt = party === 'actor' ? 'actor_salt' : 'target_salt';
    let changed = 0;
    for (let count = batchSize; count === batchSize; changed += count) {
      const rows = await trx.selectFrom('system_log').selectAll().where(column, 'in', ids).limit(batchSize).execute();
      count = rows.length;
      for (const row of rows) {
        const after = { ...row, ...left };
        // What was changed before gets no proof, or the erasure would make it good; verifying still tells it.
        const isGenuine = row.sequence !== null && arePartsGenuine(logKey, row, party);
        const proof = isGenuine ? erasureProof(logKey, row, party, personalParts(after, party)) : null;
        await trx
          .updateTable('system_log')
          .set({ ...left, [salt]: proof })
          .where('id', '=', row.id)
          .execute();
      }
    }
    return changed;
  }

  return { key, lease, seal, checkpointDue, checkpointAll, findCheckpoint, forget, pseudonymise };
}

function tuples(values: readonly (readonly unknown[])[]): RawBuilder<unknown> {
  return sql.join(values.map((row) => sql`(${sql.join(row)})`));
}

/** A row that somebody else has sealed meanwhile takes the whole batch back. */
async function expectAll(count: number, trx: Database, statement: RawBuilder<unknown>): Promise<void> {
  const { numAffectedRows } = await statement.execute(trx);
  if (Number(numAffectedRows) !== count) throw new Error('another process is sealing the system log');
}

interface Head {
  chain: string;
  sequence: number;
  seal: string;
}

const headName = (chain: string): string => `system-log/head/${chain}`;

function writeHead(key: LogKey, { chain, sequence, seal }: Head): string {
  return `${sequence} ${seal} ${key.mac('log-head', `${chain}\n${sequence}\n${seal}`).toString('base64url')}`;
}

/** Undefined: there is none, or not one of ours. */
function readHead(key: LogKey, chain: string, text: string | undefined): Head | undefined {
  const [sequence, seal = ''] = text?.split(' ') ?? [];
  const head = { chain, sequence: Number(sequence), seal };
  return text === writeHead(key, head) ? head : undefined;
}

function cutAt(first: LogRow | undefined, last: LogRow | undefined) {
  return first && last && { first: first.sequence!, sequence: last.sequence!, seal: last.seal! };
}

/** For `where(...)`. */
function inChain(chain: string) {
  const organizationId = organizationOf(chain);
  return ['organization_id', organizationId === null ? 'is' : '=', organizationId] as const;
}
