/**
 * The handle that travels through an upstream as OIDC `state` and SAML `RelayState` (ARCHITECTURE §3).
 *
 * `<random>.<where from>.<mac>`, at most 80 bytes. Its hash is the attempt's key. The middle part says which relying
 * party sent the person, so that the way back is known even when the attempt is long gone; the MAC keeps anybody from
 * writing handles of their own. It opens nothing by itself.
 */
import { timingSafeEqual } from 'node:crypto';
import { macOf } from '../../certs/mac.ts';
import { randomToken } from '../core/random.ts';

const workspace = /^workspace:([a-z0-9-]{1,40})$/;
const macLength = 15;

export interface Handles {
  make(clientId: string): string;
  /** The relying party it was made for, or undefined when the handle is not one of ours. */
  clientOf(handle: string): string | undefined;
  /** For a test of a connection: it leads to no relying party, and neither kind is ever taken for the other. */
  makeForTrial(): string;
  isForTrial(handle: string): boolean;
}

/** The middle part of a trial's handle; a relying party's begins with `w` or `c`. */
const trial = 't';

/** `keys`: 32 bytes each, newest first; asked for at each use. */
export function createHandles(keys: () => readonly Uint8Array[]): Handles {
  const newest = (): Uint8Array => {
    const [first] = keys();
    if (first === undefined) throw new Error('handles need a key');
    return first;
  };
  const mac = (key: Uint8Array, text: string) => macOf(key, text).toString('base64url').slice(0, macLength);

  function write(middle: string): string {
    const body = `${randomToken(15)}.${middle}`;
    return `${body}.${mac(newest(), body)}`;
  }

  /** The middle part; undefined when the handle is not one of ours. */
  function read(handle: string): string | undefined {
    const end = handle.lastIndexOf('.');
    const start = handle.indexOf('.');
    const given = Buffer.from(handle.slice(end + 1));
    if (start < 0 || end <= start || handle.length > 80 || given.length !== macLength) return undefined;
    const body = handle.slice(0, end);
    const isOurs = keys().some((key) => timingSafeEqual(Buffer.from(mac(key, body)), given));
    return isOurs ? handle.slice(start + 1, end) : undefined;
  }

  return {
    make: (clientId) => write(encodeClient(clientId)),
    clientOf(handle) {
      const middle = read(handle);
      return middle === undefined || middle === trial ? undefined : decodeClient(middle);
    },
    makeForTrial: () => write(trial),
    isForTrial: (handle) => read(handle) === trial,
  };
}

function encodeClient(clientId: string): string {
  const customer = workspace.exec(clientId)?.[1];
  if (customer !== undefined) return `w${customer}`;
  // A longer id does not fit; such a client's stranded users get the page without a link.
  return /^[A-Za-z0-9._-]{1,41}$/.test(clientId) ? `c${clientId}` : 'c';
}

function decodeClient(text: string): string {
  return text.startsWith('w') ? `workspace:${text.slice(1)}` : text.slice(1);
}
