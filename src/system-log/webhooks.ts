/**
 * An organization's webhook: told of every sealed record, in order, at least once (SPEC LOG-3, SECURITY CON-16).
 *
 * Owns the row `log_webhooks`: where to, the secret, how far it has come. Does not own: which addresses may be reached
 * (`core/guarded-fetch.ts`). Signed as Standard Webhooks 1.0 says, for which receivers have libraries. Whoever does not
 * take what is sent is asked less and less often, and after three days no more, until an administrator says so.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Sealer } from '../../certs/sealing.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { UpstreamFetch } from '../../providers/provider.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Database, LogWebhookRow } from '../database/schema.ts';
import { type Act, entryBy } from './events.ts';
import type { SystemLog } from './system-log.ts';
import { recordsAfter } from './told-records.ts';

const minute = 60_000;
/** After a failure. */
const pauses = [5_000, 30_000, 2 * minute, 10 * minute, 30 * minute, 60 * minute] as const;
export const webhookPatienceMs = 3 * 24 * 60 * minute;
/** Records of one request, and requests of one visit. */
const batchSize = 100;
const batchesPerVisit = 20;
/** After so long nothing more is sent to one in this visit: others wait for it. */
const visitMs = 10_000;
/** One process sends; should it die meanwhile, another goes on. */
const leaseMs = 5 * minute;
const atOnce = 8;
const maxUrlLength = 500;

export const webhookFailures = [
  'unreachable',
  'tls',
  'timeout',
  'refused_address',
  'status',
  'gone',
  'answer',
] as const;
export type WebhookFailure = (typeof webhookFailures)[number];

export interface Webhook {
  url: string;
  state: 'active' | 'disabled';
  createdAt: number;
  /** When the receiver last took something; null: never. */
  deliveredAt: number | null;
  failingSince: number | null;
  /** Why it failed last, with the status where that is it: `status 500`. */
  failure: { kind: WebhookFailure; status?: number } | null;
  nextTryAt: number;
  /** Sealed records that wait to be sent. */
  waiting: number;
}

export type Webhooks = ReturnType<typeof createWebhooks>;

/** Why an address is not taken. */
export type WebhookUrlProblem = 'not_a_url' | 'not_https' | 'with_credentials' | 'too_long';

export class WebhookUrlError extends Error {
  readonly problem: WebhookUrlProblem;
  constructor(problem: WebhookUrlProblem) {
    super(`the address of a webhook is ${problem}`);
    this.name = 'WebhookUrlError';
    this.problem = problem;
  }
}

/** Pure. `allowLoopback`: also http to this machine, for the demo and tests. */
export function checkWebhookUrl(text: string, allowLoopback: boolean): WebhookUrlProblem | undefined {
  if (text.length > maxUrlLength) return 'too_long';
  if (!URL.canParse(text)) return 'not_a_url';
  const { protocol, username, password, hostname } = new URL(text);
  const isHere = allowLoopback && (hostname === '127.0.0.1' || hostname === 'localhost');
  if (protocol !== 'https:' && !(protocol === 'http:' && isHere)) return 'not_https';
  return username || password ? 'with_credentials' : undefined;
}

export function webhookContext(organizationId: string): string {
  return `log-webhooks/${organizationId}`;
}

export function createWebhooks(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  systemLog: Pick<SystemLog, 'record'>;
  /** The guarded one: an administrator typed the address. */
  fetch: UpstreamFetch;
  /** Does that one reach this machine? For the demo and tests. */
  allowLoopback: boolean;
  customerIdOf(organizationId: string): Promise<string | undefined>;
  log?: Log;
}) {
  const { db, clock, sealer, systemLog, fetch, allowLoopback, customerIdOf, log } = needs;

  async function find(organizationId: string): Promise<Webhook | undefined> {
    const row = await rowOf(organizationId);
    if (!row) return undefined;
    const head = await db
      .selectFrom('log_chains')
      .select('sequence')
      .where('chain', '=', organizationId)
      .executeTakeFirst();
    return {
      url: row.url,
      state: row.state,
      createdAt: row.created_at,
      deliveredAt: row.delivered_at,
      failingSince: row.failing_since,
      failure: readFailure(row.last_error),
      nextTryAt: row.next_try_at,
      waiting: Math.max(0, (head?.sequence ?? 0) - row.delivered),
    };
  }

  const rowOf = (organizationId: string) =>
    db.selectFrom('log_webhooks').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();

  /**
   * Sends to `url` from now on. A new webhook begins with the next record, and its secret is the answer, this once;
   * undefined: there was one, and it keeps its secret and its place. Throws `WebhookUrlError`.
   */
  async function save(organizationId: string, url: string, act: Act): Promise<string | undefined> {
    const problem = checkWebhookUrl(url, allowLoopback);
    if (problem) throw new WebhookUrlError(problem);
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      const before = await trx
        .selectFrom('log_webhooks')
        .select('url')
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      const target = { type: 'systemlog', id: organizationId, name: shownUrl(url) } as const;
      if (before) {
        await trx
          .updateTable('log_webhooks')
          .set({ url, updated_at: now, ...fresh(now) })
          .where('organization_id', '=', organizationId)
          .execute();
        const changes = { before: { url: shownUrl(before.url) }, after: { url: shownUrl(url) } };
        await systemLog.record(
          entryBy(act, { event: 'platform/systemlogwebhook/update', organizationId, target, ...changes }),
          trx,
        );
        return undefined;
      }
      const secret = newSecret();
      const head = await trx
        .selectFrom('log_chains')
        .select('sequence')
        .where('chain', '=', organizationId)
        .executeTakeFirst();
      await trx
        .insertInto('log_webhooks')
        .values({
          organization_id: organizationId,
          url,
          secret_sealed: sealer.seal(secret, webhookContext(organizationId)),
          ...fresh(now),
          delivered: head?.sequence ?? 0,
          delivered_at: null,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await systemLog.record(entryBy(act, { event: 'platform/systemlogwebhook/create', organizationId, target }), trx);
      return secret;
    });
  }

  /** The old secret signs nothing any more. Undefined: there is no webhook. */
  async function renewSecret(organizationId: string, act: Act): Promise<string | undefined> {
    const secret = newSecret();
    const values = { secret_sealed: sealer.seal(secret, webhookContext(organizationId)), updated_at: clock.now() };
    return (await change(organizationId, values, 'platform/systemlogwebhook/renewsecret', act)) ? secret : undefined;
  }

  /** After it was disabled: goes on where it stopped, as far as the records are still there. */
  async function enable(organizationId: string, act: Act): Promise<boolean> {
    return change(organizationId, fresh(clock.now()), 'platform/systemlogwebhook/enable', act);
  }

  async function remove(organizationId: string, act: Act): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('log_webhooks')
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      const target = { type: 'systemlog', id: organizationId } as const;
      await systemLog.record(entryBy(act, { event: 'platform/systemlogwebhook/delete', organizationId, target }), trx);
      return true;
    });
  }

  async function change(
    organizationId: string,
    values: Partial<LogWebhookRow>,
    event: `platform/systemlogwebhook/${'renewsecret' | 'enable' | 'disable'}`,
    act: Act,
  ): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('log_webhooks')
        .set(values)
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      const target = { type: 'systemlog', id: organizationId } as const;
      await systemLog.record(entryBy(act, { event, organizationId, target }), trx);
      return true;
    });
  }

  /** An empty delivery, signed as any other. Undefined: it was taken. */
  async function test(organizationId: string): Promise<Webhook['failure'] | undefined> {
    const row = await rowOf(organizationId);
    if (!row) return { kind: 'answer' };
    const failure = await send(row, `test_${randomBytes(9).toString('hex')}`, { type: 'systemlog.test', Items: [] });
    return failure ? readFailure(failure) : undefined;
  }

  /** To everybody who has something waiting and is due; returns how many records were taken. */
  async function deliver(): Promise<number> {
    const due = await db
      .selectFrom('log_webhooks')
      .innerJoin('log_chains', 'log_chains.chain', 'log_webhooks.organization_id')
      .selectAll('log_webhooks')
      .where('state', '=', 'active')
      .where('next_try_at', '<=', clock.now())
      .whereRef('log_chains.sequence', '>', 'log_webhooks.delivered')
      .orderBy('next_try_at')
      .limit(100)
      .execute();
    let taken = 0;
    // A slow one holds up its own place only, not everybody who stands beside it.
    const waiting = due.values();
    const visit = async (): Promise<void> => {
      for (const row of waiting) {
        const count = await deliverTo(row);
        taken += count;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, visit));
    return taken;
  }

  type Row = Selectable<LogWebhookRow>;

  async function deliverTo(row: Row): Promise<number> {
    const organizationId = row.organization_id;
    const begun = clock.now();
    const until = begun + leaseMs;
    const claimed = await db
      .updateTable('log_webhooks')
      .set({ next_try_at: until })
      .where('organization_id', '=', organizationId)
      .where('next_try_at', '=', row.next_try_at)
      .where('delivered', '=', row.delivered)
      .executeTakeFirst();
    if (claimed.numUpdatedRows === 0n) return 0;
    /** Only while the claim stands: whoever changed the webhook meanwhile has taken it away. */
    const note = (values: Partial<LogWebhookRow>) =>
      db
        .updateTable('log_webhooks')
        .set(values)
        .where('organization_id', '=', organizationId)
        .where('next_try_at', '=', until)
        .executeTakeFirst();
    const customerId = (await customerIdOf(organizationId)) ?? '';
    let { delivered } = row;
    let taken = 0;
    for (let batch = 0; batch < batchesPerVisit; batch++) {
      const records = await recordsAfter(db, organizationId, delivered, batchSize, customerId);
      const last = records.at(-1);
      if (!last) break;
      const id = `log_${organizationId}_${records[0]!.Sequence}_${last.Sequence}`;
      const failure = await send(row, id, { type: 'systemlog.records', CustomerId: customerId, Items: records });
      if (failure) {
        await noteFailure(row, failure, note);
        return taken;
      }
      delivered = last.Sequence;
      taken += records.length;
      const noted = await note({
        delivered,
        delivered_at: clock.now(),
        tries: 0,
        failing_since: null,
        last_error: null,
      });
      if (noted.numUpdatedRows === 0n) return taken;
      if (records.length < batchSize || clock.now() - begun >= visitMs) break;
    }
    await note({ next_try_at: clock.now() });
    return taken;
  }

  async function noteFailure(
    row: Row,
    failure: string,
    note: (values: Partial<LogWebhookRow>) => Promise<{ numUpdatedRows: bigint }>,
  ): Promise<void> {
    const now = clock.now();
    const { organization_id: organizationId } = row;
    const failingSince = row.failing_since ?? now;
    const pause = pauses[Math.min(row.tries, pauses.length - 1)]!;
    log?.warn({ organizationId, failure, tries: row.tries + 1 }, 'a webhook did not take the system log');
    const isHopeless = failure === 'gone' || now - failingSince >= webhookPatienceMs;
    const noted = await note({
      tries: row.tries + 1,
      failing_since: failingSince,
      last_error: failure,
      next_try_at: now + pause,
      ...(isHopeless && { state: 'disabled' as const }),
    });
    if (!isHopeless || noted.numUpdatedRows === 0n) return;
    await systemLog.record({
      event: 'platform/systemlogwebhook/disable',
      organizationId,
      actor: { type: 'system' },
      target: { type: 'systemlog', id: organizationId, name: shownUrl(row.url) },
      detail: { reason: failure, 'failing since': new Date(failingSince).toISOString() },
    });
  }

  /** Undefined: taken. Standard Webhooks: `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature` (`v1,…`). */
  async function send(row: Row, id: string, content: object): Promise<string | undefined> {
    const body = JSON.stringify(content);
    const timestamp = String(Math.floor(clock.now() / 1000));
    const secret = sealer.openText(row.secret_sealed, webhookContext(row.organization_id));
    try {
      const answer = await fetch(row.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Sekisho',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signWebhook(secret, id, timestamp, body),
        },
        body,
      });
      if (answer.ok) return undefined;
      return answer.status === 410 ? 'gone' : `status ${answer.status}`;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return failureOf[error.code] ?? 'answer';
    }
  }

  return { find, save, renewSecret, enable, remove, test, deliver };
}

const failureOf: Readonly<Record<string, WebhookFailure>> = {
  upstream_name_unknown: 'unreachable',
  upstream_unreachable: 'unreachable',
  upstream_interrupted: 'unreachable',
  upstream_tls: 'tls',
  upstream_tls_expired: 'tls',
  upstream_tls_name: 'tls',
  upstream_timeout: 'timeout',
  upstream_address_refused: 'refused_address',
};

/** With the base64 after `whsec_` as the key. */
export function signWebhook(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

const secretPrefix = 'whsec_';

function newSecret(): string {
  return secretPrefix + randomBytes(32).toString('base64');
}

const fresh = (now: number) =>
  ({ state: 'active', tries: 0, next_try_at: now, failing_since: null, last_error: null }) as const;

function readFailure(text: string | null): Webhook['failure'] {
  if (text === null) return null;
  const [kind, status] = text.split(' ');
  const known = webhookFailures.find((each) => each === kind) ?? 'answer';
  return status === undefined ? { kind: known } : { kind: known, status: Number(status) };
}

/** A query may hold a token of the receiver's. */
function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
