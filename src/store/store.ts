/**
 * Short-lived state: attempts, hand-overs, sessions, grants, tokens, replay marks, counters.
 *
 * Owns: expiry and atomicity. Does not own: what a value means; callers bring strings (JSON) and keys.
 * Called by `sessions/`, `signin/`, `op/`. Two engines, one contract suite (`test/contract/store-contract.ts`).
 *
 * Times are milliseconds since the epoch and compared with the clock that the store was made with.
 * A value whose `expiresAt` is not after now does not exist. Every method is one atomic step, also between
 * processes that share the store; an answer is given only once the step is done. Every method rejects with
 * `StoreUnavailable` when the engine cannot answer, and callers then refuse (fail closed, ARCHITECTURE §6).
 */
/** A write that decides nothing: what `set`, `addMember` and `schedule` do, with their parameters. */
export type StoreWrite =
  | readonly ['set', key: string, value: string, expiresAt: number]
  | readonly ['addMember', set: string, member: string, expiresAt: number]
  | readonly ['schedule', queue: string, id: string, dueAt: number];

export interface Store {
  get(key: string): Promise<string | undefined>;
  /** One round trip for several keys; the answers stand in the order of the keys. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  set(key: string, value: string, expiresAt: number): Promise<void>;
  /** Sets only when the key does not exist. True for the one caller that set it. */
  add(key: string, value: string, expiresAt: number): Promise<boolean>;
  /** Reads and deletes: of any number of callers at once, one gets the value (ARCHITECTURE §6 "take once"). */
  take(key: string): Promise<string | undefined>;
  /** Compare and set: writes only while the stored value still equals `expected`. True when written. */
  replace(key: string, expected: string, value: string, expiresAt: number): Promise<boolean>;
  /** True when something was deleted. */
  delete(key: string): Promise<boolean>;
  /** Several writes in one commit (SQLite) or one round trip (Redis), where they stand together anyway. */
  writeAll(writes: readonly StoreWrite[]): Promise<void>;
  /** Adds one and returns the new count; the first call sets the expiry, later ones keep it. Only for keys made by `count`. */
  count(key: string, expiresAt: number): Promise<number>;

  /** A set of strings, each member with its own expiry (sessions of an account, tokens of a grant). */
  /** Adding a member again moves its expiry. */
  addMember(set: string, member: string, expiresAt: number): Promise<void>;
  removeMember(set: string, member: string): Promise<void>;
  /** Unexpired members, in no particular order. Sets, queues and values are three name spaces. */
  members(set: string): Promise<string[]>;

  /** A queue ordered by time. Scheduling an id again moves it. */
  schedule(queue: string, id: string, dueAt: number): Promise<void>;
  /** Ids due at or before `now`, earliest first; they stay until unscheduled. */
  due(queue: string, now: number, limit: number): Promise<string[]>;
  /** True for the one caller that removed it. */
  unschedule(queue: string, id: string): Promise<boolean>;

  /** Rejects with `StoreUnavailable` when the engine cannot answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The engine is away, full, too slow or misconfigured. The step may or may not have happened: never let anybody through. */
export class StoreUnavailable extends Error {
  /** The HTTP status of an answer that cannot be given; oidc-provider reads it here. */
  readonly statusCode = 503;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}
