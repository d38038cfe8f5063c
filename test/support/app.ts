/** The whole app on a socket of its own, with a clock that can be moved; it closes itself when the test file ends. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { generateSealingKey, type SealingKey } from '../../certs/sealing-keys.ts';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { createSites, type Sites } from '../../src/config/sites.ts';
import { createGuardedFetch } from '../../src/core/guarded-fetch.ts';
import { createLog } from '../../src/core/log.ts';
import { type OpenDatabase, openDatabase } from '../../src/database/database.ts';
import { createRenewableSealer, type RenewableSealer } from '../../src/directory/renewable-sealer.ts';
import { listen } from '../../src/http/listen.ts';
import { createSmtpSender } from '../../src/mail/senders.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestClock, type TestClock } from './clock.ts';
import type { MailServer, ReceivedMail } from './services/mail-server.ts';
import { freePort } from './services/processes.ts';

export interface TestAppOptions {
  /** One public URL instead of a host for each service. */
  byPath?: boolean;
  clock?: TestClock;
  /** To run two apps on one store, or an app again on what another left. */
  folder?: string;
  /** A function: as read at each use, so that a test can rotate them. */
  sealingKeys?: readonly SealingKey[] | (() => readonly SealingKey[]);
  port?: number;
  stores?: { database: OpenDatabase; store: Store };
  env?: Readonly<Record<string, string>>;
  /** Milliseconds that an upstream has to answer; the program's own unless given. */
  upstreamDeadline?: number;
  /** Mails go there (`takeMail`); without it they wait. */
  mailServer?: MailServer;
}

export interface TestApp extends App {
  sites: Sites;
  clock: TestClock;
  store: Store;
  database: OpenDatabase;
  sealingKeys: readonly SealingKey[];
  sealer: RenewableSealer;
  port: number;
  folder: string;
  /** Delivers what waits; the oldest mail to this address. Throws when there is none. */
  takeMail(to: string): Promise<ReceivedMail>;
  /** Every line that was logged. */
  log: string[];
  close(): Promise<void>;
}

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const port = options.port ?? (await freePort());
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sekisho-test-')));
  const config = readConfig({
    SEKISHO_LISTEN: `127.0.0.1:${port}`,
    SEKISHO_DATA: folder,
    SEKISHO_UPSTREAM_LOOPBACK: 'allow',
    ...(options.byPath
      ? { SEKISHO_PUBLIC_URL: `http://localhost:${port}` }
      : { SEKISHO_DOMAIN: `http://localhost:${port}` }),
    ...options.env,
  });
  const clock = options.clock ?? createTestClock();
  const sites = createSites(config);
  const given = options.sealingKeys ?? [generateSealingKey()];
  const readKeys = typeof given === 'function' ? given : () => given;
  const sealer = createRenewableSealer(() => [...readKeys()], clock);
  const database =
    options.stores?.database ?? (await openDatabase({ kind: 'sqlite', file: join(folder, 'sekisho.sqlite') }));
  const store = options.stores?.store ?? createSqliteStore({ database: database.sqlite!, clock });
  const { upstreamDeadline: deadline } = options;
  const fetch = createGuardedFetch({ allowLoopback: true, ...(deadline !== undefined && { deadline }) });
  const mailSender =
    options.mailServer &&
    (await createSmtpSender({ url: options.mailServer.url, from: 'Sekisho <no-reply@id.example>' }));
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = await createApp({
    config,
    sites,
    database,
    store,
    sealer,
    sealingKeys: sealer.keys,
    clock,
    log: createLog({ level: 'debug', stream, pretty: false }),
    fetch,
    random: (bytes) => randomBytes(bytes),
    isStopping: () => false,
    mailSender,
  });
  const listening = await listen(app.listener, { host: '127.0.0.1', port });
  return {
    ...app,
    sites,
    clock,
    store,
    database,
    sealingKeys: readKeys(),
    sealer,
    port: listening.port,
    folder,
    log: lines,
    async takeMail(to) {
      await app.deliverMails();
      return options.mailServer!.take(to);
    },
    async close() {
      await listening.stop(0);
      app.flushLog();
      await mailSender?.close();
      await fetch.close();
      if (options.stores === undefined) {
        await store.close();
        await database.close();
      }
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
