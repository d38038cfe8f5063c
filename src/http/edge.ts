/**
 * The first thing that happens to every request: which host, which service, whose address (SECURITY OP-12).
 *
 * Owns: pinning Host, believing X-Forwarded-* from trusted proxies only, and then overwriting all of them with computed
 * values, because oidc-provider and Koa believe what they find. Does not own: routes. Mounted by `app.ts` first, after
 * the health checks (which are asked by address).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import ipaddr from 'ipaddr.js';
import type { Destination, Sites } from '../config/sites.ts';
import { AppError } from '../core/errors.ts';
import { randomToken } from '../core/random.ts';

export interface Edge extends Destination {
  /** In every log line of this request. */
  requestId: string;
  /** Of the client, IPv4 unwrapped; from X-Forwarded-For only behind trusted proxies. */
  address: string;
  /** Scheme, host and port that this request was for, from configuration. */
  origin: string;
}

declare module 'node:http' {
  interface IncomingMessage {
    edge?: Edge;
  }
}

export type Next = (error?: unknown) => void;
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

/** One of several; Express takes longer to go from one to the next than each of these takes. */
export function inOrder(...all: readonly Middleware[]): Middleware {
  return (request, response, done) => {
    let position = 0;
    const next: Next = (error) => {
      const middleware = error === undefined ? all[position++] : undefined;
      if (middleware) middleware(request, response, next);
      else done(error);
    };
    next();
  };
}

/** What the edge found out. Throws where it has not run: nothing may be decided from raw headers instead. */
export function edgeOf(request: IncomingMessage): Edge {
  if (request.edge === undefined) throw new Error('the edge has not seen this request');
  return request.edge;
}

/** Where a request comes from, as the system log keeps it. */
export function originOf(request: IncomingMessage): { clientAddress: string; userAgent?: string } {
  const userAgent = request.headers['user-agent'];
  return { clientAddress: edgeOf(request).address, ...(userAgent !== undefined && { userAgent }) };
}

/** Headers by which software in front claims another host, address or path. Nobody behind the edge may see a claim. */
const claims = [
  'forwarded',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-forwarded-scheme',
  'x-forwarded-ssl',
  'x-real-ip',
  'x-client-ip',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'front-end-https',
] as const;

/**
 * Sets `request.edge`, and `request.url` to the path within the service (`originalUrl` keeps the public one).
 * `trustedProxies`: CIDR networks. Passes `AppError('host_unknown')` on for a host that is not ours.
 */
export function createEdge(options: { sites: Sites; trustedProxies: readonly string[] }): Middleware {
  const { sites } = options;
  const isTrusted = createTrust(options.trustedProxies);
  const prefix = randomToken(6);
  let counter = 0;

  return (request, response, next) => {
    const { headers, socket } = request;
    const requestId = `${prefix}-${(++counter).toString(36)}`;
    response.setHeader('X-Request-Id', requestId);
    const url = request.url ?? '';
    // An absolute-form target (`GET http://evil/ …`) names a host of its own; only proxies are spoken to like that.
    if (url.charCodeAt(0) !== 0x2f) return next(new AppError('request_invalid'));
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const destination = sites.resolve(headers.host ?? '', path);
    if (destination === undefined) return next(new AppError('host_unknown'));
    const origin = sites.originOf(destination);

    const peer = unwrap(socket.remoteAddress ?? '');
    const behindProxy = isTrusted(peer);
    if (sites.secure && !(socket as Partial<TLSSocket>).encrypted) {
      if (!behindProxy) return next(new AppError('host_unknown', { detail: { note: 'not over TLS' } }));
      // A proxy that says nothing is a TLS proxy (that is what it was named for); one that says http is told to ask again.
      if (lastOf(headers['x-forwarded-proto']) === 'http') return redirectToTls(request, response, origin + url);
    }

    const address = behindProxy ? clientAddress(headers['x-forwarded-for'], peer, isTrusted) : peer;
    const schemeEnd = origin.indexOf('://');
    headers.host = origin.slice(schemeEnd + 3);
    headers['x-forwarded-host'] = headers.host;
    headers['x-forwarded-proto'] = origin.slice(0, schemeEnd);
    headers['x-forwarded-for'] = address;
    for (const name of claims) if (headers[name] !== undefined) delete headers[name];

    request.url = query < 0 ? destination.path : destination.path + url.slice(query);
    request.edge = { requestId, address, origin, ...destination };
    next();
  };
}

function redirectToTls(request: IncomingMessage, response: ServerResponse, location: string): void {
  const repeatable = request.method === 'GET' || request.method === 'HEAD';
  if (repeatable) response.writeHead(301, { Location: location }).end();
  else response.writeHead(400).end();
}

/** `::ffff:10.0.0.1`, as a socket that listens on both says, is 10.0.0.1. */
function unwrap(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim()
    .toLowerCase();
}

/** Each proxy appends whom it saw: from the right, the first one that is no proxy of ours. What is left of it is hearsay. */
function clientAddress(
  header: string | string[] | undefined,
  peer: string,
  isTrusted: (address: string) => boolean,
): string {
  const seen = header === undefined ? [] : String(header).split(',', 50);
  let address = peer;
  for (let index = seen.length - 1; index >= 0 && isTrusted(address); index--) {
    const text = unwrap((seen[index] as string).trim());
    if (!ipaddr.isValid(text)) break;
    address = text;
  }
  return address;
}

function createTrust(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false;
  const ranges = networks.map((network) => ipaddr.parseCIDR(network));
  const known = new Map<string, boolean>();
  return (text) => {
    let trusted = known.get(text);
    if (trusted === undefined) {
      const address = ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
      trusted =
        address !== undefined && ranges.some((range) => range[0].kind() === address.kind() && address.match(range));
      if (known.size >= 1000) known.clear();
      known.set(text, trusted);
    }
    return trusted;
  };
}
