import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';
import { StoreUnavailable } from '../../src/store/store.ts';

/** Opens 15 new files, each together with three others: the gate counts who has arrived. */
const opener = `
  const { parentPort, workerData: { module, folder, gate } } = require('node:worker_threads');
  import(module).then(async ({ createSqliteStore }) => {
    const answers = [];
    for (let round = 1; round <= 15; round++) {
      Atomics.add(gate, 0, 1);
      while (Atomics.load(gate, 0) < 4 * round);
      try {
        await createSqliteStore({ database: folder + '/' + round, clock: { now: () => 0 } }).close();
        answers.push('ok');
      } catch (error) {
        answers.push(String(error.cause));
      }
    }
    parentPort.postMessage(answers);
  });
`;

describe('a SQLite store on a handle that others use too', () => {
  let folder: string;
  let database: DatabaseSync;
  let store: SqliteStore;
  let now = 1_000;
  beforeEach(() => {
    now = 1_000;
    folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'));
    database = new DatabaseSync(join(folder, 'shared.sqlite'));
    store = createSqliteStore({ database, clock: { now: () => now } });
  });
  afterEach(() => {
    if (database.isOpen) database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('undoes no step when the transaction of somebody else is rolled back', async () => {
    await store.set('code', 'once', 2_000);
    database.exec('BEGIN IMMEDIATE');
    const taken = store.take('code');
    const added = store.add('mark', 'used', 2_000);
    await new Promise((resolve) => setImmediate(resolve));
    database.exec('ROLLBACK');
    expect(await taken).toBe('once');
    expect(await added).toBe(true);
    expect(await store.take('code')).toBeUndefined();
    expect(await store.add('mark', 'used', 2_000)).toBe(false);
  });

  it('sees at once what another process has changed or taken', async () => {
    const other = createSqliteStore({ database: join(folder, 'shared.sqlite'), clock: { now: () => now } });
    await store.set('session', 'open', 2_000);
    expect(await store.get('session')).toBe('open');
    await other.set('session', 'ended', 2_000);
    await expect.poll(() => store.get('session'), { interval: 1, timeout: 1_000 }).toBe('ended');
    await other.take('session');
    await expect.poll(() => store.get('session'), { interval: 1, timeout: 1_000 }).toBeUndefined();
    await other.close();
  });

  it('refuses to write when the transaction never ends', async () => {
    database.exec('BEGIN IMMEDIATE');
    await expect(store.set('key', 'value', 2_000)).rejects.toBeInstanceOf(StoreUnavailable);
    database.exec('ROLLBACK');
    expect(await store.get('key')).toBeUndefined();
  });

  it('leaves the handle to its owner when it is closed', async () => {
    await store.close();
    expect(database.isOpen).toBe(true);
  });

  it('rejects every step once the database is gone', async () => {
    database.close();
    await expect(store.get('key')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.set('key', 'value', 2_000)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.take('key')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('sweeps what has expired in small steps and keeps the rest', async () => {
    for (let index = 0; index < 100; index++) {
      await store.set(`v${index}`, 'value', index % 2 ? 5_000 : 2_000);
      await store.addMember('set', `m${index}`, index % 4 ? 5_000 : 2_000);
    }
    expect(await store.sweep(1_000)).toBe(0);
    now = 2_000;
    let deleted = 0;
    for (let step = 0; step < 12; step++) {
      const more = await store.sweep(10);
      expect(more).toBeLessThanOrEqual(20);
      deleted += more;
    }
    expect(deleted).toBe(50 + 25);
    const rows = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
    expect(rows('store_values')).toBe(50);
    expect(rows('store_members')).toBe(75);
    now = 5_000;
    deleted = 0;
    for (let step = 0; step < 24; step++) deleted += await store.sweep(10);
    expect(deleted).toBe(50 + 75);
  });
});

describe('opening a SQLite store', () => {
  it('fails as unavailable where no file can be made', () => {
    const clock = { now: () => 0 };
    expect(() => createSqliteStore({ database: '/nowhere/at/all.sqlite', clock })).toThrow(StoreUnavailable);
  });

  it('succeeds for all who open a new file in the same moment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'));
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const module = new URL('../../src/store/sqlite.ts', import.meta.url).href;
    const workers = Array.from(
      { length: 4 },
      () => new Worker(opener, { eval: true, workerData: { module, folder, gate } }),
    );
    const answers = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
    expect(answers.flat()).toEqual(new Array(4 * 15).fill('ok'));
    rmSync(folder, { recursive: true });
  });

  it('keeps what was there, so that a restart forgets no mark', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'));
    const options = { database: join(folder, 'store.sqlite'), clock: { now: () => 1_000 } };
    const before = createSqliteStore(options);
    await before.add('mark', 'used', 2_000);
    await before.close();
    const after = createSqliteStore(options);
    expect(await after.add('mark', 'used', 2_000)).toBe(false);
    await after.close();
    rmSync(folder, { recursive: true });
  });
});
