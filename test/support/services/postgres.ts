/** A real PostgreSQL for tests. `postgresAvailable` is false, and tests say so, where it is not installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, type Service, startProcess, stopProcess, untilListening } from './processes.ts';

const versions = '/usr/lib/postgresql';
const binaries = existsSync(versions)
  ? readdirSync(versions)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(versions, version, 'bin'))
      .find((folder) => existsSync(join(folder, 'initdb')))
  : undefined;

export const postgresAvailable = binaries !== undefined;

/** A fresh cluster with one empty database. `fsync` is off: nothing here outlives the test. */
export async function startPostgres(): Promise<Service> {
  if (binaries === undefined) throw new Error(`PostgreSQL is not installed (${versions})`);
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-postgres-'));
  const data = join(folder, 'data');
  const asRoot = process.getuid?.() === 0;
  // PostgreSQL refuses to run as root.
  const become = asRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] : [];
  const run = (program: string, ...parameters: string[]) => {
    const [command = '', ...rest] = [...become, join(binaries, program), ...parameters];
    return [command, rest] as const;
  };
  if (asRoot) execFileSync('chown', ['postgres:', folder]);
  const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(...run('initdb', '--pgdata', data, ...options), { cwd: '/', stdio: 'pipe' });

  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', max_connections: '100' };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = startProcess(...run('postgres', '-D', data, '-p', String(port), ...flags));
  await untilListening(server, port);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilAnswering(url);
  return {
    url,
    async close() {
      await stopProcess(server, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The port is open a moment before the server takes queries ("the database system is starting up"). */
async function untilAnswering(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
