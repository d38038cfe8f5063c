import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLogStream, linesTo } from '../../../src/system-log/stream.ts';
import { openLog } from './log-under-test.ts';

async function streamed() {
  const log = await openLog();
  const lines: { type: string; chain?: string; record?: Record<string, unknown>; checkpoint?: { sequence: number } }[] =
    [];
  let broken = false;
  const stream = createLogStream({
    db: log.db,
    lease: log.logSeal.lease,
    customerIdOf: async (id) => `customer-of-${id}`,
    write: async (text) => {
      if (broken) throw new Error('disk full');
      for (const line of text.trimEnd().split('\n')) lines.push(JSON.parse(line));
    },
  });
  const breakDown = (is: boolean) => {
    broken = is;
  };
  return Object.assign(log, { stream, lines, breakDown });
}

describe('The stream of the system log', () => {
  test('holds every sealed record once and in order, with its number, and the checkpoints', async () => {
    await using log = await streamed();
    await log.write(450, 'o1');
    await log.write(2, null);
    expect(await log.stream.deliver()).toBe(0);
    await log.logSeal.seal();
    await log.stream.deliver();
    await log.write(3, 'o1');
    await log.logSeal.seal();
    await log.logSeal.checkpointDue();
    await log.stream.deliver();
    await log.stream.deliver();
    const ofOne = log.lines.filter(({ chain }) => chain === 'o1').map(({ record }) => record!);
    expect(ofOne.map(({ Sequence }) => Sequence)).toEqual(Array.from({ length: 453 }, (_, index) => index + 1));
    expect(ofOne[0]).toMatchObject({ CustomerId: 'customer-of-o1', ClientAddress: '192.0.2.7', UserAgent: 'Firefox' });
    expect(log.lines.filter(({ chain }) => chain === 'installation')).toHaveLength(2);
    expect(
      log.lines
        .filter(({ type }) => type === 'checkpoint')
        .map(({ checkpoint }) => checkpoint?.sequence)
        .sort(),
    ).toEqual([2, 453]);
  });

  test('writes again what could not be written', async () => {
    await using log = await streamed();
    await log.write(3);
    await log.logSeal.seal();
    log.breakDown(true);
    await expect(log.stream.deliver()).rejects.toThrow('disk full');
    log.breakDown(false);
    expect(await log.stream.deliver()).toBe(3);
    expect(log.lines).toHaveLength(3);
  });

  test('goes on behind what was deleted before anybody read it', async () => {
    await using log = await streamed();
    await log.write(3);
    await log.logSeal.seal();
    log.clock.advance(91 * 86_400_000);
    await log.logSeal.forget();
    await log.stream.deliver();
    await log.write(1);
    await log.logSeal.seal();
    await log.stream.deliver();
    expect(log.lines.filter(({ type }) => type === 'record').map(({ record }) => record?.Sequence)).toEqual([4]);
  });

  test('goes to a file that others may not read, and to a new one when that was moved away', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sekisho-stream-'));
    const file = join(folder, 'log.jsonl');
    const write = linesTo(file);
    await write('{"a":1}\n');
    expect((await stat(file)).mode & 0o077).toBe(0);
    await rename(file, `${file}.1`);
    await write('{"a":2}\n');
    await write('{"a":3}\n');
    expect([await readFile(`${file}.1`, 'utf8'), await readFile(file, 'utf8')]).toEqual([
      '{"a":1}\n',
      '{"a":2}\n{"a":3}\n',
    ]);
    await rm(folder, { recursive: true });
  });
});
