/**
 * How often somebody may try a password (SECURITY ID-01, ID-03).
 *
 * No name is ever locked. After a few free tries each further one must wait for longer than the one before, counted by
 * name at a network, by name, and failures by network and in the whole installation. What a stranger does to a name
 * stops the stranger at once, and whoever comes from elsewhere for minutes at most. A browser that has signed in with this name
 * before (`device`; http's signed cookie says so) is counted by itself, so no stranger keeps the owner out.
 * Names that nobody has are counted like others, so the answer tells nothing (ID-02). Counts live in the store, hence
 * outlive a restart and are shared by all servers. Called by `signin/` and `console/` around each comparison.
 */
import ipaddr from 'ipaddr.js';
import type { Clock } from '../core/clock.ts';
import { normalizeEmail } from '../core/email-address.ts';
import { hashOfToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';

const second = 1000;
const minute = 60 * second;
/** Failures by network and installation are counted within this. */
const windowMs = 15 * minute;
/** A name's tries are forgotten after success, or so long after the first. */
const memoryMs = 24 * 60 * minute;

/** Free tries; the last of them begins a wait of `first`, the next one of twice that, and so on up to `longest`. */
interface Pace {
  free: number;
  first: number;
  longest: number;
}
const paces = {
  /** About a hundred a day. */
  nameAtNetwork: { free: 10, first: 15 * second, longest: 15 * minute },
  device: { free: 10, first: 30 * second, longest: 15 * minute },
  /** From anywhere: whoever is many networks gets 300 a day, and the owner at a new device waits 5 minutes at most. */
  name: { free: 30, first: 15 * second, longest: 5 * minute },
} as const satisfies Record<string, Pace>;
/** Failures within the window. While somebody sprays the whole installation, one network is given less. */
const failureLimits = { network: 200, networkUnderSpray: 20, installation: 2000 } as const;

export interface PasswordTry {
  /** As typed. */
  name: string;
  /** The client's, after trusted proxies. */
  address: string;
  /** Unguessable name of a browser that has signed in with this very name before, or of a session of its owner. */
  device?: string | undefined;
}

/** `retryAfter`: milliseconds until the next try makes sense. */
export type MayTry = { allowed: true } | { allowed: false; retryAfter: number };

export type PasswordThrottle = ReturnType<typeof createPasswordThrottle>;

export function createPasswordThrottle(needs: { store: Store; clock: Clock }) {
  const { store, clock } = needs;

  /**
   * Before comparing. Counts first, so that tries in parallel count too; a try that is refused counts for nothing. Every
   * one that is allowed is followed by `succeeded` or `failed`.
   */
  async function mayTry(attempt: PasswordTry): Promise<MayTry> {
    const keys = keysOf(attempt);
    if (keys.device !== undefined) return take(keys.device, paces.device);
    const failures = await failuresOf(keys);
    const isSprayed = failures.installation >= failureLimits.installation;
    if (failures.network >= (isSprayed ? failureLimits.networkUnderSpray : failureLimits.network))
      return { allowed: false, retryAfter: windowMs };
    const atNetwork = await take(keys.nameAtNetwork, paces.nameAtNetwork);
    return atNetwork.allowed ? take(keys.name, paces.name) : atNetwork;
  }

  /** One try at this key. Of those that begin a wait only one gets through until that is over. */
  async function take(key: string, { free, first, longest }: Pace): Promise<MayTry> {
    const now = clock.now();
    const counted = `${key}:tries`;
    const gate = `${key}:wait`;
    let tries = Number((await store.get(counted)) ?? 0);
    if (tries < free - 1) {
      tries = await store.count(counted, now + memoryMs);
      if (tries < free) return { allowed: true };
    }
    const until = now + Math.min(longest, first * 2 ** Math.max(0, Math.min(tries - free + 1, 20)));
    if (!(await store.add(gate, String(until), until))) {
      const retryAfter = Number((await store.get(gate)) ?? now) - now;
      return { allowed: false, retryAfter: Math.max(second, retryAfter) };
    }
    await store.count(counted, now + memoryMs);
    return { allowed: true };
  }

  async function failuresOf({ network, installation }: Keys) {
    const [ofNetwork, ofInstallation] = await store.getMany([network, installation]);
    return { network: Number(ofNetwork ?? 0), installation: Number(ofInstallation ?? 0) };
  }

  /** Success forgets the name's tries; the network keeps its own, or one good account would pay for guessing others. */
  async function succeeded(attempt: PasswordTry): Promise<void> {
    const { nameAtNetwork, name, device } = keysOf(attempt);
    const keys = device === undefined ? [nameAtNetwork, name] : [device];
    const stored = keys.flatMap((key) => [`${key}:tries`, `${key}:wait`]);
    // A wait is rare, and looking is cheaper than deleting.
    const found = await store.getMany(stored);
    await Promise.all(stored.filter((_, index) => found[index] !== undefined).map((key) => store.delete(key)));
  }

  async function failed(attempt: PasswordTry): Promise<void> {
    const { network, installation } = keysOf(attempt);
    const expiresAt = clock.now() + windowMs;
    await Promise.all([store.count(network, expiresAt), store.count(installation, expiresAt)]);
  }

  return { mayTry, succeeded, failed };
}

type Keys = ReturnType<typeof keysOf>;

function keysOf({ name, address, device }: PasswordTry) {
  // Hashed: a copy of the store is no list of who signs in from where.
  const nameHash = hashOfToken(normalizeEmail(name) ?? name.slice(0, 256).toLowerCase());
  const networkHash = hashOfToken(networkOf(address));
  return {
    nameAtNetwork: `password:${nameHash}:${networkHash}`,
    name: `password:${nameHash}`,
    device: device === undefined ? undefined : `password:${nameHash}:device:${hashOfToken(device)}`,
    network: `password-failures:${networkHash}`,
    installation: 'password-failures',
  };
}

/** IPv4 /24, IPv6 /64: what one party is given at least; anything else as it is. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? parsed.toByteArray().slice(0, 3).join('.')
    : parsed.toByteArray().slice(0, 8).join('.');
}
