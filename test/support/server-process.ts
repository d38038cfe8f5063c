/**
 * The real server as a process of its own, as `npm start` runs it, on a data folder that may have seen others; for tests
 * of what a kill, a rotation or the CLI beside it does. Ended with the test process.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redirectUri } from './relying-party.ts';
import { freePort, startProcess, stopProcess, untilListening } from './services/processes.ts';

export interface ServerProcess {
  port: number;
  url: string;
  issuer: string;
  /** What it has written lately. */
  output(): string;
  /** SIGKILL: it has no chance to finish anything. */
  kill(): Promise<void>;
  /** SIGTERM: it drains and closes. */
  stop(): Promise<void>;
}

/** `data`: its folder. The public URL is `http://localhost:<port>`. */
export async function startServerProcess(data: string, options: { port?: number; env?: Record<string, string> } = {}) {
  const port = options.port ?? (await freePort());
  const settings = {
    SEKISHO_DATA: data,
    SEKISHO_LISTEN: `127.0.0.1:${port}`,
    SEKISHO_UPSTREAM_LOOPBACK: 'allow',
    SEKISHO_LOG_LEVEL: 'warn',
    ...options.env,
  };
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const child = startProcess('/usr/bin/env', [
    ...Object.entries(settings).map((pair) => pair.join('=')),
    process.execPath,
    main,
  ]);
  await untilListening(child, port);
  const url = `http://localhost:${port}`;
  return {
    port,
    url,
    issuer: `${url}/core`,
    output: child.output,
    kill: () => stopProcess(child, 'SIGKILL'),
    stop: () => stopProcess(child, 'SIGTERM'),
  } satisfies ServerProcess;
}

/** Runs `sekisho` commands; answers what they print as JSON. */
type Cli = <Answer = Record<string, string>>(words: readonly string[]) => Promise<Answer>;

/**
 * Makes an organization with a live Okta connection, and an application of it, by the CLI.
 * `okta` is the connection's settings. The application's redirect URI is one where nobody listens.
 */
export async function prepareByCli(cli: Cli, folder: string, okta: Record<string, string>) {
  await cli(['organization', 'create', '--name', 'The company', '--customer', 'company']);
  const file = join(folder, 'okta.json');
  await writeFile(file, JSON.stringify({ kind: 'okta', name: 'Okta', subscribers: true, settings: okta }));
  await cli(['connection', 'add', '--organization', 'company', '--file', file, '--live', '--as-method']);
  return addApplicationByCli(cli, 'Wiki');
}

export async function addApplicationByCli(cli: Cli, name: string) {
  const words = ['application', 'add', '--organization', 'company', '--name', name, '--redirect-uri', redirectUri];
  const { clientId, clientSecret } = await cli([...words, '--home', 'http://127.0.0.1:9/']);
  return { clientId: String(clientId), secret: String(clientSecret), redirect: redirectUri };
}
