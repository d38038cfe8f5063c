/**
 * A sealer for a running server: when it meets a value that a key it does not have has sealed, or is told to, it reads
 * the keys again. So the sealing key is rotated while servers run (CLI `sealing-key rotate`).
 */
import { createSealer, SealError, type Sealer } from '../../certs/sealing.ts';
import type { SealingKey } from '../../certs/sealing-keys.ts';
import type { Clock } from '../core/clock.ts';

export interface RenewableSealer extends Sealer {
  /** The keys as last read, the current one first; another array when they have changed. */
  keys(): readonly SealingKey[];
  /** Reads the keys again. When they cannot be read, the ones there are stay. True when it could. */
  renew(): boolean;
}

/** At most one reading a second: values from elsewhere must not turn into disk access for each request. */
const pauseMs = 1000;

/** `readKeys` throws when the keys cannot be read; the first reading must succeed. */
export function createRenewableSealer(readKeys: () => SealingKey[], clock: Clock): RenewableSealer {
  let keys: readonly SealingKey[] = readKeys();
  let sealer = createSealer(keys);
  let readAt = Number.NEGATIVE_INFINITY;

  function renew(): boolean {
    readAt = clock.now();
    try {
      const latest = readKeys();
      if (!areSame(latest, keys)) {
        sealer = createSealer(latest);
        keys = latest;
      }
      return true;
    } catch {
      return false;
    }
  }

  function open(sealed: string, context: string): Buffer {
    try {
      return sealer.open(sealed, context);
    } catch (error) {
      const isUnknown = error instanceof SealError && error.code === 'unknown_key';
      if (!isUnknown || Math.abs(clock.now() - readAt) < pauseMs || !renew()) throw error;
      return sealer.open(sealed, context);
    }
  }

  return {
    seal: (plaintext, context) => sealer.seal(plaintext, context),
    open,
    openText: (sealed, context) => open(sealed, context).toString('utf8'),
    isCurrent: (sealed) => sealer.isCurrent(sealed),
    keys: () => keys,
    renew,
  };
}

function areSame(some: readonly SealingKey[], others: readonly SealingKey[]): boolean {
  const same = (one: SealingKey, other: SealingKey | undefined) =>
    one.id === other?.id && Buffer.compare(one.key, other.key) === 0;
  return some.length === others.length && some.every((key, index) => same(key, others[index]));
}
