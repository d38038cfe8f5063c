/**
 * Names, options, reading and writing of every cookie that we set; oidc-provider gets its names from here too.
 *
 * One function of the public URL decides: https → `__Host-` (whole host) or `__Secure-` (below a path), so that a
 * sibling host cannot plant them (SECURITY OP-11); http, which is loopback only → no prefix, no Secure.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { macOf } from '../../certs/mac.ts';

export interface CookieNames {
  /** Value of the `Secure` attribute of all of them. */
  secure: boolean;
  /** The OpenID Provider's session in a realm (`[a-z0-9-]+`). */
  session(realm: string): string;
  /** oidc-provider's, scoped to a path. */
  interaction: string;
  resume: string;
  /** One per browser: attempts are bound to its hash (ARCHITECTURE §3). */
  browser: string;
  /** Sessions of our own relying parties, and what they remember while somebody signs in. */
  console: string;
  consoleLogin: string;
  /** Which organization opens by itself. */
  choice: string;
  /** By name, because in the mode by path all workspaces share a host. */
  workspace(name: string): string;
  workspaceLogin(name: string): string;
  /** Of the accounts host: who has signed in with this browser before (accounts/known-devices.ts). */
  device: string;
  /** The language that was chosen by hand. */
  language: string;
}

/** `secure`: `Sites.secure`. */
export function createCookieNames(secure: boolean): CookieNames {
  const host = secure ? '__Host-' : '';
  const path = secure ? '__Secure-' : '';
  return {
    secure,
    session: (realm) => `${host}session-${realm}`,
    interaction: `${path}interaction`,
    resume: `${path}resume`,
    browser: `${host}browser`,
    console: `${host}console`,
    consoleLogin: `${host}console-login`,
    choice: `${host}choice`,
    workspace: (name) => `${host}workspace-${name}`,
    workspaceLogin: (name) => `${host}workspace-login-${name}`,
    device: `${host}device`,
    language: `${host}language`,
  };
}

/**
 * The value of a cookie, as it was set. `undefined` also when the name came twice with different values: one of them
 * was planted by a sibling host, and there is no telling which (SECURITY OP-11).
 */
export function readCookie(request: IncomingMessage, name: string): string | undefined {
  const header = request.headers.cookie;
  if (header === undefined) return undefined;
  let found: string | undefined;
  let start = 0;
  while (start < header.length) {
    let end = header.indexOf(';', start);
    if (end < 0) end = header.length;
    while (header.charCodeAt(start) === 0x20) start++;
    if (header.startsWith(name, start) && header.charCodeAt(start + name.length) === 0x3d) {
      const value = header.slice(start + name.length + 1, end).trimEnd();
      if (found !== undefined && found !== value) return undefined;
      found = value;
    }
    start = end + 1;
  }
  return found;
}

/** Names of the request's cookies that begin like this, the oldest first (RFC 6265 §5.4). */
export function cookieNamesOf(request: IncomingMessage, beginning: string): string[] {
  const names = (request.headers.cookie ?? '').split(';').map((pair) => pair.split('=', 1)[0]!.trim());
  return names.filter((name) => name.startsWith(beginning));
}

/**
 * Takes a cookie that came twice with different values out of the request, for software that would read the first one
 * (oidc-provider; SECURITY OP-11).
 */
export function dropAmbiguousCookie(request: IncomingMessage, name: string): void {
  const { cookie } = request.headers;
  if (cookie === undefined || readCookie(request, name) !== undefined) return;
  const others = cookie.split(';').filter((pair) => pair.trim().split('=', 1)[0] !== name);
  request.headers.cookie = others.join(';');
}

export interface CookieOptions {
  secure: boolean;
  /** Milliseconds; absent: until the browser is closed. */
  maxAge?: number;
  /** Default `/`, which `__Host-` needs. */
  path?: string;
  /** Default `Lax`. */
  sameSite?: 'Lax' | 'Strict' | 'None';
}

/** Adds a Set-Cookie header: HttpOnly, without Domain. `value` must be of cookie characters (base64url is). */
export function setCookie(response: ServerResponse, name: string, value: string, options: CookieOptions): void {
  if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) throw new TypeError('not a cookie value');
  const { secure, maxAge, path = '/', sameSite = 'Lax' } = options;
  let header = `${name}=${value}; Path=${path}; HttpOnly; SameSite=${sameSite}`;
  if (maxAge !== undefined) header += `; Max-Age=${Math.max(0, Math.floor(maxAge / 1000))}`;
  if (secure) header += '; Secure';
  response.appendHeader('Set-Cookie', header);
}

export function clearCookie(response: ServerResponse, name: string, options: Omit<CookieOptions, 'maxAge'>): void {
  setCookie(response, name, '', { ...options, maxAge: 0 });
}

export interface CookieSigner {
  /** `<value>.<mac>`; the MAC covers the name, so that one cookie's value cannot be put into another. */
  sign(name: string, value: string): string;
  /** The value, or `undefined` when nobody of ours signed it. */
  open(name: string, signed: string | undefined): string | undefined;
}

/** Cookies that were found to be ours are remembered, because each comes with every request of its session. */
const rememberedCookies = 20_000;

/** `keys`: 32 bytes each, from `followKeys(sealingKeys, 'cookies')`; the first signs, all are accepted. */
export function createCookieSigner(keys: () => readonly Uint8Array[]): CookieSigner {
  const current = (): Uint8Array => {
    const [first] = keys();
    if (first === undefined) throw new Error('a cookie signer needs a key');
    return first;
  };
  /** Signed text → the name that it was signed for. Good for as long as the keys are. */
  const genuine = new Map<string, string>();
  let genuineBy: readonly Uint8Array[] | undefined;

  function isGenuine(name: string, value: string, signed: string): boolean {
    if (genuineBy !== keys()) {
      genuine.clear();
      genuineBy = keys();
    }
    if (genuine.get(signed) === name) return true;
    const mac = Buffer.from(signed.slice(value.length + 1), 'base64url');
    if (mac.length !== 32 || !keys().some((key) => timingSafeEqual(mac, macOf(key, `${name}\0${value}`)))) return false;
    if (genuine.size >= rememberedCookies) genuine.clear();
    genuine.set(signed, name);
    return true;
  }

  return {
    sign: (name, value) => `${value}.${macOf(current(), `${name}\0${value}`).toString('base64url')}`,
    open(name, signed) {
      const dot = signed?.lastIndexOf('.') ?? -1;
      if (signed === undefined || dot < 0) return undefined;
      const value = signed.slice(0, dot);
      return isGenuine(name, value, signed) ? value : undefined;
    },
  };
}
