import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openOperator } from './run-cli.ts';

/** An organization and some records of both logs, sealed; and the database as whoever writes to it has it. */
async function prepared() {
  const operator = await openOperator();
  await operator.json(['organization', 'create', '--name', 'Alpha KK', '--customer', 'alpha']);
  for (const name of ['Wiki', 'Chat', 'Mail'])
    await operator.json([
      'application',
      'add',
      '--organization',
      'alpha',
      '--name',
      name,
      '--redirect-uri',
      'https://x.test/cb',
    ]);
  const checkpoint = await operator.run(['log', 'checkpoint']);
  const copy = join(operator.folder, 'copy.jsonl');
  await writeFile(copy, `not json\n{"level":"info","msg":"x"}\n${checkpoint.out}`);
  const change = (statement: string) => {
    const database = new DatabaseSync(join(operator.data, 'sekisho.sqlite'));
    database.exec(statement);
    database.close();
  };
  return Object.assign(operator, { copy, change, checkpoint });
}

describe('sekisho log verify', () => {
  test('says of each log whether it is as it was sealed', async () => {
    await using operator = await prepared();
    const { code, out } = await operator.run(['log', 'verify']);
    expect(code).toBe(0);
    expect(out).toMatch(/Alpha KK \(\d{8}\): intact \(4 records, 1 to 4\)/);
    expect(await operator.json(['log', 'verify', '--organization', 'alpha'])).toMatchObject({
      intact: true,
      chains: [{ verified: 4, findings: [] }],
    });
  });

  test('says exactly what is wrong, and ends with exit code 1', async () => {
    await using operator = await prepared();
    operator.change(`update system_log set target_name = 'Other' where target_name = 'Wiki'`);
    operator.change(`delete from system_log where target_name = 'Chat'`);
    const { code, out } = await operator.run(['log', 'verify']);
    expect(code).toBe(1);
    expect(out).toMatch(
      /2 problems[\s\S]*record 2 \([0-9a-f-]{36}\): its target was changed[\s\S]*record 3 is missing/,
    );
    const json = await operator.run(['log', 'verify', '--json']);
    expect([json.code, JSON.parse(json.out).intact]).toEqual([1, false]);
  });

  test('finds the newest records cut off, without a trace in the database, by a copy of a checkpoint', async () => {
    await using operator = await prepared();
    operator.change(`delete from system_log where target_name = 'Mail'; delete from log_checkpoints;
      update log_chains set (sequence, seal) = (select sequence, seal from system_log where target_name = 'Chat') where sequence = 4`);
    expect((await operator.run(['log', 'verify'])).code).toBe(0);
    const { code, out } = await operator.run(['log', 'verify', '--checkpoints', operator.copy]);
    expect(code).toBe(1);
    expect(out).toMatch(/records after 3 were cut off: checkpoint [0-9a-f-]{36} knows 4/);
  });

  test('looks only at what came after a checkpoint that is named', async () => {
    await using operator = await prepared();
    const lines = operator.checkpoint.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const since = lines.find(({ sequence }) => sequence === 4).id;
    await operator.json([
      'application',
      'add',
      '--organization',
      'alpha',
      '--name',
      'New',
      '--redirect-uri',
      'https://x.test/cb',
    ]);
    await operator.run(['log', 'checkpoint']);
    operator.change(`update system_log set target_name = 'Other' where target_name = 'Wiki'`);
    expect((await operator.run(['log', 'verify', '--since', since])).out).toContain('intact (2 records, 4 to 5)');
    operator.change(`update system_log set target_name = 'Other' where target_name = 'New'`);
    expect((await operator.run(['log', 'verify', '--since', since, '--checkpoints', operator.copy])).code).toBe(1);
    expect((await operator.run(['log', 'verify', '--since', 'nothing'])).err).toContain('There is no checkpoint');
    expect((await operator.run(['log', 'verify', '--checkpoints', '/nowhere'])).err).toContain('cannot be read');
  });

  test('prints the key that checks the signatures of checkpoints, and nothing that makes them', async () => {
    await using operator = await prepared();
    const { out } = await operator.run(['log', 'checkpoint', '--public-key']);
    expect(out).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    expect(out).not.toContain('PRIVATE');
  });
});
