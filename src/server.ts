/** A running broker: opens what the configuration names, listens, does the periodic work, and stops in order. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createApp } from './app.ts';
import { type Config, readConfig } from './config/config.ts';
import { developmentMailFolder, developmentMailsUrl } from './config/development.ts';
import { openDataFolder, openSealingKeys } from './config/sealing-key-file.ts';
import { createSites, type Sites } from './config/sites.ts';
import { readUpstreamAuthorities } from './config/upstream-authorities.ts';
import { systemClock } from './core/clock.ts';
import { createGuardedFetch } from './core/guarded-fetch.ts';
import { createLog, type Log } from './core/log.ts';
import { lowerWorkerPriority } from './core/worker-priority.ts';
import { databaseConfigOf, type OpenDatabase, openDatabase } from './database/database.ts';
import { createRenewableSealer } from './directory/renewable-sealer.ts';
import { listen } from './http/listen.ts';
import { createFolderSender, createSmtpSender, type MailSender } from './mail/senders.ts';
import { createSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

/** Milliseconds between visits. */
const periods = {
  keys: 2_000,
  finalise: 30_000,
  notices: 5_000,
  mails: 5_000,
  sweep: 10_000,
  counts: 5_000,
  forget: 3_600_000,
  seal: 1_000,
  webhooks: 2_000,
  checkpoints: 60_000,
  checks: 10_000,
  expiry: 300_000,
  metadata: 30_000,
} as const;

export interface RunningServer {
  port: number;
  stop(): Promise<void>;
}

/** Throws `ConfigError` with every problem at once, or what opening database, store or port throws. */
export async function startServer(env: Readonly<Record<string, string | undefined>>): Promise<RunningServer> {
  const config = readConfig(env);
  const log = createLog({ level: config.logLevel });
  openDataFolder(config);
  const sites = createSites(config);
  const sealer = createRenewableSealer(() => openSealingKeys(config), systemClock);
  const database = await openDatabase(databaseConfigOf(config));
  const store = await openStore(config, database, log);
  const authorities = readUpstreamAuthorities(config);
  const fetch = createGuardedFetch({ allowLoopback: config.upstreamLoopback === 'allow', authorities });
  let isStopping = false;
  const mailSender = await openMailSender(config, sites, log);
  // Soon, and all that one request has queued together.
  let mailTimer: NodeJS.Timeout | undefined;
  const onMailQueued = (): void => {
    mailTimer ??= setTimeout(() => {
      mailTimer = undefined;
      app.deliverMails().catch((error: unknown) => log.warn({ err: error }, 'mails could not be delivered'));
    }, 200).unref();
  };
  const tls =
    config.tlsCertificate === undefined || config.tlsKey === undefined
      ? undefined
      : { certificate: readFileSync(config.tlsCertificate, 'utf8'), key: readFileSync(config.tlsKey, 'utf8') };
  const app = await createApp({
    config,
    sites,
    database,
    store,
    sealer,
    sealingKeys: sealer.keys,
    clock: systemClock,
    log,
    fetch,
    random: (bytes) => randomBytes(bytes),
    isStopping: () => isStopping,
    tlsCertificate: tls?.certificate,
    mailSender,
    onMailQueued,
  });
  const listening = await listen(app.listener, { ...config.listen, ...(tls && { tls }) });

  await lowerWorkerPriority();

  /** Sealing keys from their file, signing keys from the database: the CLI may have rotated either. */
  async function readKeysAgain(): Promise<void> {
    sealer.renew();
    await app.refreshKeys();
  }
  const timers = [
    every(periods.keys, readKeysAgain, log),
    every(periods.forget, () => app.services.passwordResets.forget(), log),
    every(periods.forget, () => app.services.logSeal.forget(), log),
    every(periods.forget, () => app.services.signInCounts.forget(), log),
    every(periods.forget, () => app.services.traces.forget(), log),
    every(periods.forget, () => app.services.traceLinks.forget(), log),
    every(periods.counts, () => app.services.signInCounts.flush(), log),
    every(periods.seal, app.tendLog, log),
    every(periods.webhooks, () => app.services.webhooks.deliver(), log),
    every(periods.checkpoints, () => app.services.logSeal.checkpointDue(), log),
    every(periods.checks, app.upkeep.checkConnections, log),
    every(periods.expiry, app.upkeep.tellExpiry, log),
    every(periods.expiry, app.upkeep.rollOverKeys, log),
    every(periods.forget, app.upkeep.forgetExpiry, log),
    every(periods.metadata, app.metadataWatching.round, log),
    every(periods.finalise, app.finalise, log),
    every(periods.notices, app.deliverNotices, log),
    every(periods.mails, app.deliverMails, log),
    every(periods.sweep, () => sweep(store), log),
  ];
  const mails = developmentMailsUrl(config, sites);
  log.info(
    {
      accounts: sites.accountsBase,
      console: sites.consoleUrl(),
      issuer: sites.issuer,
      saml: sites.samlMetadataUrl,
      data: config.data,
      ...(mails !== undefined && { mails }),
    },
    `Sekisho listens on ${config.listen.host}:${listening.port}; console ${sites.consoleUrl()}, issuer ${sites.issuer}, data in ${config.data}${mails === undefined ? '' : `; no mail server: mails are shown at ${mails}`}`,
  );
  log.flush();

  async function stop(): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    log.info('stopping');
    for (const timer of timers) clearInterval(timer);
    await listening.stop();
    app.flushLog();
    await app.services.signInCounts.flush();
    clearTimeout(mailTimer);
    await mailSender?.close();
    await fetch.close();
    await store.close();
    await database.close();
    log.flush();
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
  return { port: listening.port, stop };
}

async function openStore(config: Config, database: OpenDatabase, log: Log): Promise<Store> {
  if (config.redisUrl !== undefined) {
    // Only who uses it waits for it to load: a tenth of the start.
    const { createRedisStore } = await import('./store/redis.ts');
    return createRedisStore({
      url: config.redisUrl,
      clock: systemClock,
      onError: (error) => log.warn({ err: error }, 'redis'),
    });
  }
  if (database.sqlite === undefined) throw new Error('PostgreSQL needs Redis beside it');
  return createSqliteStore({ database: database.sqlite, clock: systemClock });
}

async function openMailSender(config: Config, sites: Sites, log: Log): Promise<MailSender | undefined> {
  const { hostname } = new URL(sites.accountsBase);
  if (config.smtpUrl !== undefined)
    return createSmtpSender({ url: config.smtpUrl, from: config.mailFrom ?? `Sekisho <no-reply@${hostname}>` });
  const folder = developmentMailFolder(config, sites);
  if (folder !== undefined) return createFolderSender(folder);
  log.warn('SEKISHO_SMTP_URL is not set: nobody gets a mail, so nobody can be invited or reset a password');
  return undefined;
}

async function sweep(store: Store): Promise<void> {
  if ('sweep' in store) await (store as Store & { sweep(limit: number): Promise<number> }).sweep(500);
}

/** Periodic work: one at a time, and an error is logged instead of ending the process. */
function every(period: number, work: () => Promise<unknown>, log: Log): NodeJS.Timeout {
  let running = false;
  return setInterval(() => {
    if (running) return;
    running = true;
    work()
      .catch((error: unknown) => log.warn({ err: error }, 'periodic work failed'))
      .finally(() => {
        running = false;
      });
  }, period).unref();
}
