/** A real Redis for tests. `redisAvailable` is false, and tests say so, where it is not installed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, type Service, startProcess, stopProcess, untilListening } from './processes.ts';

export const redisAvailable = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'redis-server')));

export interface RedisService extends Service {
  /** Stops answering without closing connections, as a hung machine does. */
  pause(): void;
  resume(): void;
  /** SIGKILL. */
  stop(): Promise<void>;
  /** A new one, on what the stopped one has written (with `appendonly`). */
  restart(): Promise<void>;
}

/** `settings` are further lines of redis.conf as flags, e.g. `{ 'maxmemory-policy': 'allkeys-lru' }`. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RedisService> {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-redis-'));
  const port = await freePort();
  const all = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder, ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const start = async () => {
    const started = startProcess('redis-server', flags);
    await untilListening(started, port);
    return started;
  };
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    stop: () => stopProcess(server, 'SIGKILL'),
    async restart() {
      await stopProcess(server, 'SIGKILL');
      server = await start();
    },
    async close() {
      await stopProcess(server, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
