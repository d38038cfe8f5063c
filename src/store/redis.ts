/**
 * The store in Redis, for several machines: single native commands or one Lua script per step, each on one key, so
 * that a cluster could follow (`getMany` would then need keys that share a hash tag).
 *
 * Every value carries its expiry and is judged by the store's clock; Redis' own expiry, a little later, only collects
 * the rubbish. Redis must run with `noeviction` (an evicted replay mark or revocation is a hole) and with AOF.
 * Fails closed: nothing is queued while Redis is away, no command waits longer than `timeout`.
 */
import { createHash } from 'node:crypto';
import { createClient } from 'redis';
import type { Clock } from '../core/clock.ts';
import { type Store, StoreUnavailable } from './store.ts';

export interface RedisStoreOptions {
  /** `redis://` or, with TLS, `rediss://`; with user, password and database number where needed. */
  url: string;
  clock: Clock;
  /** Stands before every key. Two installations may share a Redis with different ones. */
  prefix?: string;
  /** Milliseconds that connecting and each command may take. */
  timeout?: number;
  /** Called for each failed connection; the store goes on trying. */
  onError?: (error: Error) => void;
}

/** Milliseconds that Redis keeps a key after it has expired by our clock, against clocks that differ. */
const grace = 10_000;

// ARGV[1] is now. A value is stored as `<expires at>:<value>`.
const live = `
  local stored = redis.call('GET', KEYS[1])
  local colon = stored and string.find(stored, ':', 1, true)
  local live = colon and tonumber(string.sub(stored, 1, colon - 1)) > tonumber(ARGV[1])`;
const scripts = {
  add: script(`${live}
    if live then return 0 end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1`),
  replace: script(`${live}
    if not live or string.sub(stored, colon + 1) ~= ARGV[2] then return 0 end
    redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
    return 1`),
  count: script(`${live}
    if not live then
      redis.call('SET', KEYS[1], ARGV[2] .. ':1', 'PX', ARGV[3])
      return 1
    end
    local count = tonumber(string.sub(stored, colon + 1)) + 1
    redis.call('SET', KEYS[1], string.sub(stored, 1, colon) .. string.format('%d', count), 'KEEPTTL')
    return count`),
  addMember: script(`
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
    local last = redis.call('ZRANGE', KEYS[1], 0, 0, 'REV', 'WITHSCORES')[2]
    if last then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', tonumber(last) - ARGV[1] + ${grace})) end
    return 1`),
};

/** Connects. Rejects with `StoreUnavailable` when Redis does not answer or may evict keys. */
export async function createRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { clock, prefix = 'sekisho:' } = options;
  const connection = await connect(options);
  const { ask } = connection;
  const valueKey = (key: string) => `${prefix}v:${key}`;
  const setKey = (set: string) => `${prefix}m:${set}`;
  const queueKey = (queue: string) => `${prefix}q:${queue}`;
  const now = () => String(clock.now());
  const lifetime = (expiresAt: number) => Math.max(0, Math.ceil(expiresAt - clock.now())) + grace;
  const read = (stored: string | null): string | undefined => {
    if (stored === null) return undefined;
    const colon = stored.indexOf(':');
    return Number(stored.slice(0, colon)) > clock.now() ? stored.slice(colon + 1) : undefined;
  };
  const run = ({ text, sha }: Script, key: string, ...values: string[]): Promise<number> =>
    ask(async (client) => {
      const parameters = { keys: [key], arguments: values };
      try {
        return Number(await client.evalSha(sha, parameters));
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return Number(await client.eval(text, parameters));
      }
    });

  const store: Store = {
    get: async (key) => read(await ask((client) => client.get(valueKey(key)))),
    async getMany(keys) {
      if (keys.length === 0) return [];
      const stored = await ask((client) => client.mGet(keys.map(valueKey)));
      return stored.map(read);
    },
    async set(key, value, expiresAt) {
      const expiration = { type: 'PX', value: lifetime(expiresAt) } as const;
      await ask((client) => client.set(valueKey(key), `${expiresAt}:${value}`, { expiration }));
    },
    add: async (key, value, expiresAt) =>
      (await run(scripts.add, valueKey(key), now(), `${expiresAt}:${value}`, String(lifetime(expiresAt)))) === 1,
    take: async (key) => read(await ask((client) => client.getDel(valueKey(key)))),
    async replace(key, expected, value, expiresAt) {
      const parameters = [now(), expected, `${expiresAt}:${value}`, String(lifetime(expiresAt))];
      return (await run(scripts.replace, valueKey(key), ...parameters)) === 1;
    },
    delete: async (key) => read(await ask((client) => client.getDel(valueKey(key)))) !== undefined,
    async writeAll(writes) {
      // Sent together: the client pipelines what is asked within one turn.
      await Promise.all(
        writes.map(([name, container, member, at]) =>
          name === 'set'
            ? store.set(container, member, at)
            : name === 'addMember'
              ? store.addMember(container, member, at)
              : store.schedule(container, member, at),
        ),
      );
    },
    count: (key, expiresAt) => run(scripts.count, valueKey(key), now(), String(expiresAt), String(lifetime(expiresAt))),
    async addMember(set, member, expiresAt) {
      await run(scripts.addMember, setKey(set), now(), String(expiresAt), member);
    },
    async removeMember(set, member) {
      await ask((client) => client.zRem(setKey(set), member));
    },
    members: (set) => ask((client) => client.zRangeByScore(setKey(set), `(${now()}`, '+inf')),
    async schedule(queue, id, dueAt) {
      await ask((client) => client.zAdd(queueKey(queue), { score: dueAt, value: id }));
    },
    due: (queue, until, limit) =>
      ask((client) => client.zRangeByScore(queueKey(queue), '-inf', until, { LIMIT: { offset: 0, count: limit } })),
    unschedule: async (queue, id) => (await ask((client) => client.zRem(queueKey(queue), id))) === 1,
    async ping() {
      await ask((client) => client.ping());
    },
    close: connection.close,
  };
  return store;
}

interface Script {
  text: string;
  sha: string;
}
function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

type Client = ReturnType<typeof openClient>;
interface Connection {
  ask<T>(question: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * A connection that survives its client. redis reconnects when a socket closes, but a peer that vanished without a
 * word keeps one open for a quarter of an hour; so after an unanswered command the client is thrown away.
 */
async function connect(options: RedisStoreOptions): Promise<Connection> {
  const { timeout = 2_000 } = options;
  let lastError: Error | undefined;
  const open = () =>
    openClient(options, (error) => {
      lastError = error;
      options.onError?.(error);
    });
  let client = open();
  let openedAt = performance.now();
  let closed = false;

  function replaceClient() {
    if (closed || performance.now() - openedAt < timeout) return;
    discard(client);
    client = open();
    openedAt = performance.now();
    // Its failures reach `onError`.
    client.connect().catch(() => undefined);
  }
  async function ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const asked = client;
    try {
      return await within(timeout, question(asked));
    } catch (error) {
      if (asked === client && (error instanceof NoAnswer || !asked.isReady)) replaceClient();
      throw new StoreUnavailable('Redis cannot answer', { cause: error });
    }
  }

  try {
    await within(timeout, client.connect());
    await refuseEviction(client, timeout);
  } catch (error) {
    discard(client);
    if (error instanceof StoreUnavailable) throw error;
    throw new StoreUnavailable('Redis cannot be reached', { cause: lastError ?? error });
  }
  return {
    ask,
    async close() {
      if (closed) return;
      closed = true;
      try {
        await within(timeout, client.close());
      } catch {
        discard(client);
      }
    },
  };
}

function openClient({ url, timeout = 2_000 }: RedisStoreOptions, onError: (error: Error) => void) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    socket: { connectTimeout: timeout, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1_000) },
  });
  // Without a listener the first lost connection would end the process.
  client.on('error', onError);
  return client;
}

/** `destroy` throws when the client has been closed already. */
function discard(client: Client): void {
  if (client.isOpen) client.destroy();
}

async function refuseEviction(client: Client, timeout: number): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await within(timeout, client.info('memory')))?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    throw new StoreUnavailable(`Redis has maxmemory-policy ${policy}; it must be noeviction`);
  }
}

class NoAnswer extends Error {}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
