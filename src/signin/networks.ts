/**
 * What the network that somebody signs in from makes of a failure: one stranger with nothing but a browser can fail as
 * often as they like, and must neither bring a connection into disrepute nor fill what is kept of sign-ins (SECURITY
 * ID-16, CON-14).
 *
 * Counts, in the store: failures of a connection by network and hour, and from where somebody got in lately. Networks are
 * hashes here (`networkOf`, `hashOfToken`): a copy of the store is no list of who signs in from where.
 */
import type { Clock } from '../core/clock.ts';
import type { Store } from '../store/store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const knownFor = 30 * dayMs;
/** Recorded of one network, connection and hour; a whole office in trouble stays below. */
const recordedAnHour = 200;
/** Counted against a connection; so few that the change of the hour does not make a stranger weighty. */
const strangeAnHour = 4;
const remembered = 20_000;

/** Of one failed sign-in. */
export interface FailureShare {
  /** `last`: and none after it within the hour. */
  record: 'told' | 'last' | 'over';
  /** From where nobody has ever got in, and often. */
  isStrange: boolean;
}

export const usualShare: FailureShare = { record: 'told', isStrange: false };

export type Networks = ReturnType<typeof createNetworks>;

export function createNetworks({ store, clock }: { store: Pick<Store, 'count' | 'get' | 'set'>; clock: Clock }) {
  /** What this process has written lately. */
  const written = new Map<string, number>();
  const knownKey = (connectionId: string, network: string) => `known-network/${connectionId}/${network}`;

  /** Somebody got in from there. */
  async function noteWorked(connectionId: string, network: string): Promise<void> {
    const now = clock.now();
    const key = knownKey(connectionId, network);
    if (now - (written.get(key) ?? Number.NEGATIVE_INFINITY) < dayMs) return;
    if (written.size >= remembered) written.clear();
    written.set(key, now);
    await store.set(key, '1', now + knownFor);
  }

  /** Counts one failure. */
  async function shareOf(connectionId: string, network: string): Promise<FailureShare> {
    const hour = Math.floor(clock.now() / hourMs);
    const times = await store.count(`failed-from/${connectionId}/${network}/${hour}`, (hour + 1) * hourMs);
    return {
      record: times < recordedAnHour ? 'told' : times === recordedAnHour ? 'last' : 'over',
      isStrange: times > strangeAnHour && (await store.get(knownKey(connectionId, network))) === undefined,
    };
  }

  /** Whether an answer that nobody waits for is worth a trace; whoever sends it is not known. */
  async function isStaleRecorded(organizationId: string): Promise<boolean> {
    const hour = Math.floor(clock.now() / hourMs);
    return (await store.count(`stale-answers/${organizationId}/${hour}`, (hour + 1) * hourMs)) <= recordedAnHour;
  }

  return { noteWorked, shareOf, isStaleRecorded };
}
