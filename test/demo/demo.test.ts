import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { findFree, findTaken, portsFrom } from './ports.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** As `npm run demo` starts it. `lines` ends with the output. */
function run(port: number, env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./main.ts', import.meta.url)), '--port', String(port)],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  started.push(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      output += String(part);
      for (const look of waiting) look();
    });
  const gone = once(child, 'exit') as Promise<[code: number | null]>;
  const says = (pattern: RegExp) =>
    Promise.race([
      new Promise<string>((resolve) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found) resolve(found[1] ?? found[0]);
        };
        waiting.add(look);
        look();
      }),
      gone.then(() => {
        throw new Error(`it ended: ${output}`);
      }),
    ]);
  return { child, gone, says, output: () => output };
}

const freePort = async () => (await findFree(20_000 + Math.floor(Math.random() * 90) * 10)) ?? 0;

it('starts whatever the environment says, tells the one address to open, and leaves nothing behind', async () => {
  const port = await freePort();
  const { child, gone, says } = run(port, {
    SEKISHO_PUBLIC_URL: 'https://elsewhere.example',
    SEKISHO_DATA: '/nowhere',
  });
  const url = await says(/Open (http:\/\/localhost:\d+)/);
  const page = await (await fetch(url)).text();
  expect(page).toContain(`http://northwind.sekisho.localhost:${port}/`);
  const folder = /SEKISHO_DATA=([^\s<]+)/.exec(page)?.[1] ?? '';
  expect(existsSync(folder)).toBe(true);

  child.kill('SIGINT');
  expect(await gone).toEqual([0, null]);
  expect(existsSync(folder)).toBe(false);
  expect(await findTaken(portsFrom(port))).toEqual([]);
});

it('can be ended while it starts', async () => {
  const port = await freePort();
  const { child, gone, says } = run(port);
  await says(/broker and upstreams/);
  child.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
  expect(await findTaken(portsFrom(port))).toEqual([]);
});

it('says in one line which port is taken and which to use instead', async () => {
  const port = await freePort();
  const other = createServer().listen(port + 3, '127.0.0.1');
  await once(other, 'listening');
  const { gone, output } = run(port);
  expect(await gone).toEqual([1, null]);
  other.close();
  expect(output()).toMatch(
    new RegExp(`^Port ${port + 3} is taken by another program; use: npm run demo -- --port \\d+$`, 'm'),
  );
});
