/**
 * How often somebody may try a password (SECURITY ID-01, ID-03).
 *
 * No name is ever locked. After a few free tries each further one must wait for longer than the one before, counted by
 * name at a network (IPv6: at a site too), by name, and failures by network and in the whole installation. What a stranger
 * does to a name stops the stranger at once, and whoever comes from elsewhere for minutes: of those that wait, networks
 * that have not failed at the name come first. A browser that has signed in with this name
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
  /** After a wait, for so long only networks may try that have not failed at this name; the others then. */
  headStart: number;
}
const paces = {
  /** About a hundred a day. */
  nameAtNetwork: { free: 10, first: 15 * second, longest: 15 * minute, headStart: 0 },
  device: { free: 10, first: 30 * second, longest: 15 * minute, headStart: 0 },
  /**
   * From anywhere: whoever is many networks gets 300 a day. The owner at a new device and network waits 5 minutes at most
   * for a turn, and has a minute to take it before strangers who have failed; only new networks can come between.
   */
  name: { free: 30, first: 15 * second, longest: 5 * minute, headStart: minute },
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
    const isNew = (await store.getMany(keys.nameAtNetworks.map((key) => `${key}:tries`))).every((tries) => !tries);
    // Looked at first: who is refused because of others must not pay for it at their own network.
    const ofName = await look(keys.name, paces.name, isNew);
    if (!ofName.allowed) return ofName;
    for (const key of keys.nameAtNetworks) {
      const looked = await look(key, paces.nameAtNetwork);
      if (!looked.allowed) return looked;
    }
    for (const key of keys.nameAtNetworks) {
      const taken = await take(key, paces.nameAtNetwork);
      if (!taken.allowed) return taken;
    }
    return take(keys.name, paces.name, isNew);
  }

  /** Whether this key is in a wait. Counts nothing. `isNew`: from a network that has the head start. */
  async function look(key: string, { headStart }: Pace, isNew = false): Promise<MayTry> {
    const now = clock.now();
    const until = Number((await store.get(`${key}:wait`)) ?? 0) + (isNew ? 0 : headStart);
    return until <= now ? { allowed: true } : { allowed: false, retryAfter: Math.max(second, until - now) };
  }

  /** One try at this key. Of those that begin a wait only one gets through until that is over. */
  async function take(key: string, pace: Pace, isNew = false): Promise<MayTry> {
    const { free, first, longest, headStart } = pace;
    const now = clock.now();
    const counted = `${key}:tries`;
    const gate = `${key}:wait`;
    let tries = Number((await store.get(counted)) ?? 0);
    if (tries < free - 1) {
      tries = await store.count(counted, now + memoryMs);
      if (tries < free) return { allowed: true };
    }
    const until = now + Math.min(longest, first * 2 ** Math.max(0, Math.min(tries - free + 1, 20)));
    const held = await store.get(gate);
    const isTaken =
      held === undefined
        ? await store.add(gate, String(until), until + headStart)
        : isNew && Number(held) <= now && (await store.replace(gate, held, String(until), until + headStart));
    if (!isTaken) {
      const refused = await look(key, pace, isNew);
      return refused.allowed ? { allowed: false, retryAfter: second } : refused;
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
    const { nameAtNetworks, name, device } = keysOf(attempt);
    const keys = device === undefined ? [...nameAtNetworks, name] : [device];
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
  const site = siteOf(address);
  const siteHashes = site === undefined ? [] : [hashOfToken(site)];
  return {
    nameAtNetworks: [networkHash, ...siteHashes].map((hash) => `password:${nameHash}:${hash}`),
    name: `password:${nameHash}`,
    device: device === undefined ? undefined : `password:${nameHash}:device:${hashOfToken(device)}`,
    network: `password-failures:${networkHash}`,
    installation: 'password-failures',
  };
}

/** IPv6 /48: what one subscriber may have been given, 65,536 networks. Undefined for IPv4. */
function siteOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv6' ? parsed.toByteArray().slice(0, 6).join('.') : undefined;
}

/** IPv4 /24, IPv6 /64: what one party is given at least; anything else as it is. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? parsed.toByteArray().slice(0, 3).join('.')
    : parsed.toByteArray().slice(0, 8).join('.');
}
