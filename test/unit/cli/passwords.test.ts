/** `passwords …`: the operator builds the offline list, and is told what is wrong with it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openOperator } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-passwords-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const list = join(folder, 'list.txt');
const file = join(folder, 'list.sekisho');
const leaked = 'Rabbit-Hole-42';
const person = ['identity', 'create', '--email', 'alice@alpha.test', '--name', 'Alice Liddell', '--password-stdin'];

it('builds it, verifies it, and what stands in it cannot be anybody’s password', async () => {
  writeFileSync(list, `${createHash('sha1').update(leaked).digest('hex').toUpperCase()}:3\n`);
  const operator = await openOperator({ SEKISHO_COMPROMISED_PASSWORDS_FILE: file });
  const built = await operator.run(['passwords', 'build', '--from', list, '--to', file, '--json']);
  expect([built.code, built.err]).toEqual([0, '']);
  expect(JSON.parse(built.out)).toMatchObject({ file, count: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect((await operator.run(['passwords', 'verify', '--file', file])).code).toBe(0);
  const refused = await operator.run(person, `${leaked}\n`);
  expect([refused.code, refused.err.includes('known from a data breach')]).toEqual([1, true]);
  expect((await operator.run(person, 'Another-Hole-42\n')).code).toBe(0);
});

it('says which line of a list is none, and that a file is missing or not ours', async () => {
  const operator = await openOperator();
  writeFileSync(list, 'password\n');
  const wrong = await operator.run(['passwords', 'build', '--from', list, '--to', file]);
  expect([wrong.code, wrong.err.includes('line 1')]).toEqual([1, true]);
  expect((await operator.run(['passwords', 'verify', '--file', list])).err).toContain('is no list made by');
  expect((await operator.run(['passwords', 'verify', '--file', join(folder, 'nowhere')])).err).toContain('ENOENT');
});
