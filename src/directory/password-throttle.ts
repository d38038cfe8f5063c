/**
 * How often somebody may try a password (SECURITY ID-01, ID-03): by name and address together, by name, by address.
 *
 * No name is ever locked: every limit ends with its window; a stranger who exhausts "name and address" or "address"
 * stops himself and not the person, and one who exhausts the name (from many addresses) does not stop the person in a
 * browser that they have signed in with before, whose tries are counted apart. Names that nobody has are counted like others, so the answer tells
 * nothing (ID-02). Called by `accounts/` around the password provider; counts live in the store.
 */
import ipaddr from 'ipaddr.js';
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';
import { normalizeEmail } from './email-address.ts';

const windowMs = 15 * 60_000;
/** Tries within a window. */
const limits = { nameAtAddress: 10, name: 100, address: 200, device: 10 } as const;

export interface PasswordTry {
  /** As typed. */
  name: string;
  /** The client's, after trusted proxies. */
  address: string;
  /** This person has signed in with this browser, or is signed in: unguessable, proven by the caller. */
  device?: string | undefined;
}

export type PasswordThrottle = ReturnType<typeof createPasswordThrottle>;

export function createPasswordThrottle(needs: { store: Store; clock: Clock }) {
  const { store, clock } = needs;

  /**
   * Before comparing: false when it must not even be tried. Counts first, so that tries in parallel count too.
   * Every true is followed by `succeeded` or `failed`.
   */
  async function mayTry(attempt: PasswordTry): Promise<boolean> {
    const expiresAt = clock.now() + windowMs;
    const keys = keysOf(attempt);
    if (keys.device !== undefined) return (await store.count(keys.device, expiresAt)) <= limits.device;
    const failedFromAddress = Number((await store.get(keys.address)) ?? 0);
    if (failedFromAddress >= limits.address) return false;
    if ((await store.count(keys.nameAtAddress, expiresAt)) > limits.nameAtAddress) return false;
    return (await store.count(keys.name, expiresAt)) <= limits.name;
  }

  /** Success forgets the name's counts; the address keeps its own, or one good account would pay for guessing others. */
  async function succeeded(attempt: PasswordTry): Promise<void> {
    const keys = keysOf(attempt);
    const counts = [keys.nameAtAddress, keys.name, keys.device].filter((key) => key !== undefined);
    await Promise.all(counts.map((key) => store.delete(key)));
  }

  async function failed(attempt: PasswordTry): Promise<void> {
    await store.count(keysOf(attempt).address, clock.now() + windowMs);
  }

  return { mayTry, succeeded, failed };
}

function keysOf({ name, address, device }: PasswordTry) {
  // Hashed: a copy of the store is no list of who signs in from where.
  const nameHash = hashOfToken(normalizeEmail(name) ?? name.slice(0, 256).toLowerCase());
  const networkHash = hashOfToken(networkOf(address));
  return {
    nameAtAddress: `password-tries:${nameHash}:${networkHash}`,
    name: `password-tries:${nameHash}`,
    address: `password-failures:${networkHash}`,
    device: device === undefined ? undefined : `password-tries:${nameHash}:device:${hashOfToken(device)}`,
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
