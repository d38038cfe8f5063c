/**
 * Tells relying parties that a session has ended (OpenID Connect Back-Channel Logout 1.0), with retries.
 *
 * A notice is queued per client when the session's end is finalised, so it is also sent when a limit ended it and
 * nobody was there, and the person who signs out does not wait for slow applications.
 */
import type { Clock } from '../core/clock.ts';
import type { Store } from '../store/store.ts';

export interface LogoutNotice {
  clientId: string;
  accountId: string;
  sid: string;
  attempts: number;
}

/** Minutes after which the next try is made; then it is given up. */
const retries = [1, 5, 15, 60, 240];
const queue = 'logout-notices';
const keep = 24 * 3_600_000;

export interface LogoutNoticesOptions {
  store: Store;
  clock: Clock;
  send(notice: LogoutNotice): Promise<void>;
  onFailure(notice: LogoutNotice, error: unknown, willRetry: boolean): void;
}

export type LogoutNotices = ReturnType<typeof createLogoutNotices>;

export function createLogoutNotices({ store, clock, send, onFailure }: LogoutNoticesOptions) {
  const idOf = (notice: Pick<LogoutNotice, 'sid' | 'clientId'>) => `${notice.sid}|${notice.clientId}`;
  const keyOf = (id: string) => `logout-notice:{${id}}`;

  async function enqueue(notices: readonly Omit<LogoutNotice, 'attempts'>[]): Promise<void> {
    for (const notice of notices) {
      const id = idOf(notice);
      await store.set(keyOf(id), JSON.stringify({ ...notice, attempts: 0 }), clock.now() + keep);
      await store.schedule(queue, id, clock.now());
    }
  }

  /** Sends what is due, a batch at a time. Several nodes may call it; each notice is taken by one. */
  async function deliver(batch = 50, batches = 20): Promise<number> {
    let tried = 0;
    for (let round = 0; round < batches; round++) {
      const ids = await store.due(queue, clock.now(), batch);
      await Promise.all(ids.map(deliverOne));
      tried += ids.length;
      if (ids.length < batch) break;
    }
    return tried;
  }

  async function deliverOne(id: string): Promise<void> {
    // The next try is booked before this one is made: a node that dies in between loses nothing.
    const lease = `logout-sending:{${id}}`;
    if (!(await store.add(lease, '1', clock.now() + 30_000))) return;
    try {
      const stored = await store.get(keyOf(id));
      if (stored === undefined) {
        await store.unschedule(queue, id);
        return;
      }
      const notice: LogoutNotice = JSON.parse(stored);
      try {
        await send(notice);
      } catch (error) {
        const minutes = retries[notice.attempts];
        onFailure(notice, error, minutes !== undefined);
        if (minutes !== undefined) {
          await store.set(keyOf(id), JSON.stringify({ ...notice, attempts: notice.attempts + 1 }), clock.now() + keep);
          await store.schedule(queue, id, clock.now() + minutes * 60_000);
          return;
        }
      }
      await store.delete(keyOf(id));
      await store.unschedule(queue, id);
    } finally {
      await store.delete(lease);
    }
  }

  return { enqueue, deliver };
}
