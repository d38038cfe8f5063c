/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a creation that is sent again is answered again and not
 * done again.
 *
 * Owns: the keys in the store, bound to caller, organization and route, for 24 hours. The answer is kept sealed: it may
 * hold a secret that is shown this once, and whoever repeats the whole request has sent what made it.
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';
import { ApiProblem } from './problems.ts';

/** As it is sent. */
export interface KeptAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

interface Kept {
  /** Hash of the request. */
  request: string;
  /** Sealed `KeptAnswer`; null while it is being made. */
  answer: string | null;
}

const keptMs = 24 * 3_600_000;
/** A process that dies in the middle frees the key; longer than any creation takes. */
const leaseMs = 60_000;

export type Idempotency = ReturnType<typeof createIdempotency>;

export function createIdempotency(needs: {
  store: Pick<Store, 'add' | 'get' | 'replace' | 'delete'>;
  sealer: Sealer;
  clock: Clock;
}) {
  const { store, sealer, clock } = needs;

  /**
   * `scope`: caller, organization and route. `request`: everything that makes it another request. Throws `key-reused`
   * (another request), `in-progress` (the same, at this moment). What `answer` throws is not kept: nothing was done.
   */
  return async function once(
    { scope, key, request }: { scope: string; key: string; request: string },
    answer: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer & { replayed: boolean }> {
    const storeKey = `idempotency:${hashOfToken(`${scope}\0${key}`)}`;
    const hash = hashOfToken(request);
    const pending = JSON.stringify({ request: hash, answer: null } satisfies Kept);
    if (!(await store.add(storeKey, pending, clock.now() + leaseMs))) {
      const stored = await store.get(storeKey);
      // Gone in this moment: the first one failed, and the next try is the first one.
      if (stored === undefined) throw new ApiProblem('in-progress', { retryAfter: 1000 });
      const kept: Kept = JSON.parse(stored);
      if (kept.request !== hash) throw new ApiProblem('key-reused');
      if (kept.answer === null) throw new ApiProblem('in-progress', { retryAfter: 1000 });
      return { ...(JSON.parse(sealer.openText(kept.answer, storeKey)) as KeptAnswer), replayed: true };
    }
    let made: KeptAnswer;
    try {
      made = await answer();
    } catch (error) {
      await store.delete(storeKey);
      throw error;
    }
    const kept: Kept = { request: hash, answer: sealer.seal(JSON.stringify(made), storeKey) };
    await store.replace(storeKey, pending, JSON.stringify(kept), clock.now() + keptMs);
    return { ...made, replayed: false };
  };
}

/** Throws `request-invalid` for a key that is empty, too long or not plain. A quoted one (RFC 9651) is taken as it is. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = String(header).trim();
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new ApiProblem('request-invalid', { detail: 'Idempotency-Key must be 1 to 200 plain characters' });
  return key;
}
