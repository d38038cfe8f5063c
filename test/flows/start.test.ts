/** `npm start` in an empty folder without any configuration; what it makes, keeps and says; how it ends; what it refuses. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refuseOldNode } from '../../src/core/refuse-old-node.js';
import { freePort, untilListening } from '../support/services/processes.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
let folder: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-start-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function spawnMain(env: Record<string, string> = {}, node = process.execPath) {
  const child = spawn(node, [main], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      child.emit('said');
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const untilSaid = async (words: string) => {
    while (!output.includes(words)) {
      if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
      await once(child, 'said');
    }
  };
  return Object.assign(child, { output: () => output, ended, untilSaid });
}
type Main = ReturnType<typeof spawnMain>;

/** On the default port where that is free; otherwise with an address, and nothing else, configured. */
async function start(port?: number): Promise<Main & { port: number; url: string }> {
  const isFree = port === undefined && (await canListen(8080));
  const chosen = port ?? (isFree ? 8080 : await freePort());
  const child = spawnMain(isFree ? {} : { SEKISHO_LISTEN: `127.0.0.1:${chosen}` });
  await untilListening(child, chosen);
  await child.untilSaid('Sekisho listens');
  return Object.assign(child, { port: chosen, url: `http://localhost:${chosen}` });
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const get = (url: string) => fetch(url, { redirect: 'manual' });
const json = async (url: string) => (await get(url)).json() as Promise<Record<string, never>>;
const keyIds = async (url: string) => {
  const { keys } = (await json(`${url}/core/.well-known/openid-configuration/jwks`)) as unknown as {
    keys: { kid: string }[];
  };
  return keys.map(({ kid }) => kid).sort();
};
const modeOf = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
async function stop(child: Main): Promise<number | null> {
  child.kill('SIGTERM');
  return child.ended;
}

describe('Started without any configuration', { timeout: 60_000 }, () => {
  it('listens on localhost, makes its private folder, and says where everything is', async () => {
    const server = await start();
    expect(readdirSync(folder)).toEqual(['data']);
    expect(modeOf('data')).toBe('700');
    expect(modeOf('data/sealing-keys')).toBe('600');
    const said = server.output();
    expect(said).toContain(`${server.url}/console`);
    expect(said).toContain(`${server.url}/core`);
    expect(said).toContain('./data');
    expect(said).toContain(`${server.url}/development/mails`);
    const discovery = await json(`${server.url}/core/.well-known/openid-configuration`);
    expect(discovery.issuer).toBe(`${server.url}/core`);
    const page = await get(`${server.url}/console`);
    expect(page.status).toBe(303);
    expect(await stop(server)).toBe(0);
  });

  it('keeps its keys over a restart, and shows none of them', async () => {
    const first = await start();
    const kids = await keyIds(first.url);
    expect(kids.length).toBeGreaterThanOrEqual(2);
    const metadata = await (await get(`${first.url}/saml/metadata.xml`)).text();
    const certificate = /<ds:X509Certificate>([^<]+)</.exec(metadata)?.[1];
    expect(certificate).toBeTruthy();
    expect(await stop(first)).toBe(0);
    const sealingKey = readFileSync(join(folder, 'data/sealing-keys'), 'utf8');
    const second = await start(first.port);
    expect(await keyIds(second.url)).toEqual(kids);
    expect(await (await get(`${second.url}/saml/metadata.xml`)).text()).toContain(certificate);
    expect(readFileSync(join(folder, 'data/sealing-keys'), 'utf8')).toBe(sealingKey);
    for (const { output } of [first, second]) {
      expect(output()).not.toContain(sealingKey.trim().split(/\s+/)[1]);
      expect(output()).not.toContain('PRIVATE KEY');
    }
    expect(await stop(second)).toBe(0);
  });

  it('answers the health checks, by any name, and writes nothing for them', async () => {
    const server = await start();
    const files = () =>
      readdirSync(join(folder, 'data')).map((name) => [name, statSync(join(folder, 'data', name)).mtimeMs]);
    const before = files();
    for (let count = 0; count < 20; count++) {
      for (const path of ['/healthz', '/readyz']) {
        const answer = await get(`http://127.0.0.1:${server.port}${path}`);
        expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
      }
    }
    expect(await json(`${server.url}/readyz`)).toEqual({ status: 'ready', checks: { database: 'ok', store: 'ok' } });
    expect(files()).toEqual(before);
    expect(await stop(server)).toBe(0);
  });
});

describe('Told to stop', { timeout: 60_000 }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s it lets a running request finish, takes no new one, and ends well',
    async (signal) => {
      const server = await start();
      const body = 'grant_type=authorization_code&code=x';
      const posting = request(`http://127.0.0.1:${server.port}/core/connect/token`, {
        method: 'POST',
        headers: {
          host: `localhost:${server.port}`,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': body.length,
        },
      });
      const answered = once(posting, 'response');
      await new Promise((resolve) => posting.write(body.slice(0, 10), resolve));
      // Behind it in time on another connection: when this is answered, the server has the first one too.
      await get(`${server.url}/healthz`);
      server.kill(signal);
      await server.untilSaid('stopping');
      await expect(get(`${server.url}/healthz`)).rejects.toThrow();
      posting.end(body.slice(10));
      const [answer] = await answered;
      expect(answer.statusCode).toBe(400);
      expect(JSON.parse(await text(answer))).toMatchObject({ error: 'invalid_request' });
      expect(await server.ended).toBe(0);
      expect(server.output()).not.toMatch(/"level":(50|60)|ERROR|FATAL/);
    },
  );

  it('twice, it ends once', async () => {
    const server = await start();
    server.kill('SIGTERM');
    server.kill('SIGINT');
    expect(await server.ended).toBe(0);
  });
});

describe('Configured wrongly', { timeout: 60_000 }, () => {
  it('names every mistake at once by its key, and starts nothing', async () => {
    writeFileSync(join(folder, 'empty'), '');
    const child = spawnMain({
      SEKISHO_LISTEN: 'everywhere',
      SEKISHO_PUBLIC_URL: 'http://id.example.org',
      SEKISHO_DATABASE_URL_FILE: join(folder, 'empty'),
      SEKISHO_TLS_KEY: 'key.pem',
      SEKISHO_TRUSTED_PROXIES: '0.0.0.0/0',
      SEKISHO_SESION_TIMEOUT: '5',
      SEKISHO_AZURE_AD_CLIENT_SECRET: 'a-very-secret-value',
    });
    expect(await child.ended).toBe(1);
    const said = child.output();
    for (const key of [
      'SEKISHO_LISTEN',
      'SEKISHO_PUBLIC_URL',
      'SEKISHO_DATABASE_URL_FILE',
      'SEKISHO_TLS_CERTIFICATE',
      'SEKISHO_TRUSTED_PROXIES',
      'SEKISHO_AZURE_AD_CLIENT_ID',
    ]) {
      expect(said).toMatch(new RegExp(`^ +${key} `, 'm'));
    }
    expect(said).toContain('SEKISHO_SESION_TIMEOUT is not a setting of Sekisho');
    expect(said).not.toContain('a-very-secret-value');
    expect(said).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('refuses a single unknown key', async () => {
    const child = spawnMain({ SEKISHO_PORT: '8080' });
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('SEKISHO_PORT is not a setting of Sekisho');
  });

  it.each([
    [
      'a port that is taken',
      (port: number) => ({ SEKISHO_LISTEN: `127.0.0.1:${port}` }),
      /is taken by another program/,
    ],
    [
      'a certificate that is not there',
      () => ({ SEKISHO_TLS_CERTIFICATE: 'no.pem', SEKISHO_TLS_KEY: 'no.pem' }),
      /no\.pem/,
    ],
    ['a sealing key file that is not there', () => ({ SEKISHO_SEALING_KEY_FILE: 'no-keys' }), /no-keys/],
  ])('says so in a line, without a stack, at %s', async (_what, env, message) => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const taken = (blocker.address() as { port: number }).port;
    const child = spawnMain({ SEKISHO_LISTEN: `127.0.0.1:${await freePort()}`, ...env(taken) });
    expect(await child.ended).toBe(1);
    blocker.close();
    expect(child.output()).toMatch(message);
    expect(child.output()).not.toMatch(/^\s+at /m);
  });
});

describe('An older Node', () => {
  it.each(['20.20.2', '22.18.0', '24.14.9', '8.0.0'])('%s is refused in one clear line', (version) => {
    const said: string[] = [];
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    refuseOldNode(version);
    const exits = exit.mock.calls;
    exit.mockRestore();
    write.mockRestore();
    expect(said).toEqual([`Sekisho needs Node 24.15 or later; this is ${version}. Use "npm start".\n`]);
    expect(exits).toEqual([[1]]);
  });

  it('ends the start before the first line of TypeScript is read', () => {
    const pretend = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.1.0'})";
    const guard = ['--import', pretend, '--import', './src/core/refuse-old-node.js'];
    const root = new URL('../../', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...guard, 'no-such-file.ts'], { cwd: root });
    expect([status, String(stdout)]).toEqual([1, '']);
    expect(String(stderr)).toContain('Sekisho needs Node 24.15 or later; this is 20.1.0.');
  });

  it.each(['24.15.0', '24.21.0', '25.0.0', '26.1.0'])('%s is new enough', (version) => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    refuseOldNode(version);
    expect(exit).not.toHaveBeenCalled();
    exit.mockRestore();
  });
});
