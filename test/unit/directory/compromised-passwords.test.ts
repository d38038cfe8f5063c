/** CIT-2, CIT-3: the three sources of compromised passwords, and that none of them keeps anybody waiting. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGuardedFetch } from '../../../src/core/guarded-fetch.ts';
import { createCompromisedPasswords } from '../../../src/directory/compromised-passwords.ts';
import { buildCompromisedPasswordsFile } from '../../../src/directory/compromised-passwords-build.ts';
import { openCompromisedPasswordsFile } from '../../../src/directory/compromised-passwords-file.ts';
import { createPwnedPasswordsRange } from '../../../src/directory/pwned-passwords-range.ts';
import { createSettableClock } from './directory-under-test.ts';

const sha1Of = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
const folder = mkdtempSync(join(tmpdir(), 'sekisho-compromised-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('The offline file', () => {
  const list = join(folder, 'list.txt');
  const file = join(folder, 'list.sekisho');
  const hashes = Array.from({ length: 20_000 }, (_, index) => sha1Of(`leaked ${index}`)).sort();
  const linesOf = (all: readonly string[]) => all.map((hash, index) => `${hash}:${index + 1}\r\n`).join('');
  const build = async (text: string, runEntries?: number) => {
    writeFileSync(list, text);
    return buildCompromisedPasswordsFile({ from: list, to: file, now: 1_000, ...(runEntries && { runEntries }) });
  };
  const opened: { close(): void }[] = [];
  const open = () => {
    const one = openCompromisedPasswordsFile(file);
    opened.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  it('knows every password of its list and no other', async () => {
    const header = await build(linesOf(hashes));
    expect(header).toMatchObject({ count: hashes.length, builtAt: 1_000 });
    const list = open();
    expect(list.header).toEqual(header);
    for (const hash of hashes) expect(list.has(hash)).toBe(true);
    for (let index = 0; index < 20_000; index++) expect(list.has(sha1Of(`not leaked ${index}`))).toBe(false);
    for (const edge of ['0'.repeat(40), 'F'.repeat(40)]) expect(list.has(edge)).toBe(false);
    list.verify();
  });

  it('is the same whatever the order of the list, the line ends and the letters’ case', async () => {
    await build(linesOf(hashes));
    const wanted = readFileSync(file);
    const shuffled = [...hashes, hashes[7]!].sort(() => randomBytes(1)[0]! - 128);
    for (const [text, runEntries] of [
      [linesOf(shuffled), undefined],
      [linesOf(shuffled), 700],
      [linesOf(hashes).replaceAll('\r\n', '\n').toLowerCase(), undefined],
      [hashes.join('\n'), 700],
      [linesOf([...hashes.slice(10_000), ...hashes.slice(0, 10_000)]), 3_000],
    ] as const) {
      await build(text, runEntries);
      expect(readFileSync(file).equals(wanted)).toBe(true);
    }
    expect(readdirSync(folder).sort()).toEqual(['list.sekisho', 'list.txt']);
  });

  it('finds what is crowded at one place too', async () => {
    const crowded = Array.from({ length: 5_000 }, (_, index) => `00000000${index.toString(16).padStart(32, '0')}`);
    const spread = crowded.map((hash) => `00000000${hash.slice(-4)}${hash.slice(8, 36)}`).sort();
    await build(linesOf([...spread, 'F'.repeat(40)]));
    const list = open();
    for (const hash of spread) expect(list.has(hash)).toBe(true);
    expect(list.has('F'.repeat(40))).toBe(true);
    expect(list.has(`00000001${'0'.repeat(32)}`)).toBe(false);
    expect(list.has(`8${'0'.repeat(39)}`)).toBe(false);
  });

  it('answers within a millisecond', async () => {
    await build(linesOf(hashes));
    const list = open();
    const times = Array.from({ length: 3_000 }, (_, index) => {
      const hash = sha1Of(`timed ${index}`);
      const before = performance.now();
      list.has(hash);
      return performance.now() - before;
    }).sort((a, b) => a - b);
    expect(times[1_500]).toBeLessThan(1);
  });

  it('refuses a list that is none, with the line, and leaves what was there', async () => {
    await build(linesOf(hashes));
    const before = readFileSync(file);
    for (const text of [
      `${hashes[0]}:1\nnot a hash:2\n`,
      `${hashes[0]}:1\n${hashes[1]!.slice(1)}:2\n`,
      `${hashes[0]}:1\n${hashes[1]}:x\n`,
    ])
      await expect(build(text)).rejects.toThrow(/line 2/);
    await expect(build('')).rejects.toThrow(/no password hashes/);
    await expect(build('x'.repeat(5_000))).rejects.toThrow(/list/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['list.sekisho', 'list.txt']);
  });

  it('is refused when it is not whole or not ours, and found out when it was changed', async () => {
    await build(linesOf(hashes));
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    expect(() => open().verify()).toThrow(/changed|order/);
    truncateSync(file, bytes.length - 8);
    expect(open).toThrow(/not whole/);
    writeFileSync(file, 'something else'.repeat(20));
    expect(open).toThrow(/no list made by/);
  });
});

describe('The range service', () => {
  let server: Server;
  let url: string;
  let asked: { path: string | undefined; padding: string | undefined }[];
  let answer: (path: string) => { status?: number; body: string } | 'never';
  const fetch = createGuardedFetch({ allowLoopback: true });
  const clock = createSettableClock();
  const logged: unknown[] = [];
  const log = { warn: (fields: unknown) => void logged.push(fields) };

  beforeEach(async () => {
    asked = [];
    logged.length = 0;
    clock.advance(3_600_000);
    answer = (path) => ({ body: rangeOf(path, ['Correct-Horse-7']) });
    server = createServer((request, response) => {
      asked.push({ path: request.url, padding: request.headers['add-padding'] as string | undefined });
      const given = answer(request.url ?? '');
      if (given !== 'never') response.writeHead(given.status ?? 200, { 'content-type': 'text/plain' }).end(given.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`;
  });
  afterEach(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  afterAll(() => fetch.close());

  /** As Pwned Passwords answers with padding: some real, some with the count 0. */
  function rangeOf(path: string, leaked: readonly string[]): string {
    const prefix = path.slice('/range/'.length);
    const own = leaked.map(sha1Of).filter((hash) => hash.startsWith(prefix));
    const noise = Array.from({ length: 800 }, () => randomBytes(20).toString('hex').toUpperCase().slice(5));
    return [...own.map((hash) => `${hash.slice(5)}:12`), ...noise.map((suffix, at) => `${suffix}:${at % 3}`)].join(
      '\r\n',
    );
  }
  const open = (options: { deadline?: number } = {}) =>
    createCompromisedPasswords([createPwnedPasswordsRange({ url, fetch, clock, ...options })], log);

  it('is told five digits of the hash and nothing else, and its answer decides', async () => {
    expect(await open().has('Correct-Horse-7')).toBe(true);
    expect(await open().has('Rabbit-Hole-42')).toBe(false);
    expect(asked).toEqual(
      ['Correct-Horse-7', 'Rabbit-Hole-42'].map((password) => ({
        path: `/range/${sha1Of(password).slice(0, 5)}`,
        padding: 'true',
      })),
    );
  });

  it('is not believed about a suffix that is only padding', async () => {
    answer = () => ({ body: `${sha1Of('Rabbit-Hole-42').slice(5)}:0\r\n${'A'.repeat(35)}:3` });
    expect(await open().has('Rabbit-Hole-42')).toBe(false);
  });

  it('is not asked about what the shipped list knows already', async () => {
    expect(await open().has('Password1!')).toBe(true);
    expect(asked).toEqual([]);
  });

  it.each([
    ['answers with an error', () => ({ status: 503, body: 'busy' })],
    ['answers with a page', () => ({ body: '<html>Welcome to the hotel</html>' })],
    ['never answers', () => 'never' as const],
  ])(
    'that %s is passed over within its deadline, logged without the hash, and left alone for a minute',
    async (_how, how) => {
      answer = how;
      const passwords = open({ deadline: 200 });
      const before = performance.now();
      expect(await passwords.has('Correct-Horse-7')).toBe(false);
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(logged).toHaveLength(1);
      expect(JSON.stringify(logged)).not.toContain(sha1Of('Correct-Horse-7').slice(5, 20));
      for (let time = 0; time < 5; time++) await passwords.has('Correct-Horse-7');
      expect(asked).toHaveLength(1);
      // The shipped list still answers.
      expect(await passwords.has('Password1!')).toBe(true);
      answer = (path) => ({ body: rangeOf(path, ['Correct-Horse-7']) });
      clock.advance(60_000);
      expect(await passwords.has('Correct-Horse-7')).toBe(true);
    },
  );

  it('that is not there at all is passed over as well, and the file behind it answers', async () => {
    const dead = createPwnedPasswordsRange({ url: 'http://127.0.0.1:9/range', fetch, clock });
    const file = { name: 'file', has: (hash: string) => hash === sha1Of('Correct-Horse-7') };
    const passwords = createCompromisedPasswords([dead, file], log);
    expect(await passwords.has('Correct-Horse-7')).toBe(true);
    expect(await passwords.has('Rabbit-Hole-42')).toBe(false);
  });
});
