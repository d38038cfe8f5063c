/**
 * The one door to upstreams: discovery, keys, tokens, metadata, Graph, back-channel logout (SECURITY RP-11).
 *
 * An administrator of some organization types the address, so every request is treated as one that wants to reach what
 * it should not: the resolved address is judged when the socket connects, and that very address is connected to;
 * nothing is redirected; ports, time and size are limited. Does not own: what an answer means.
 */
import { createHash } from 'node:crypto';
import { type DetailedPeerCertificate, rootCertificates, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { Agent, buildConnector } from 'undici';
import { ProviderError, type ProviderErrorCode } from '../../providers/errors.ts';
import type { UpstreamFetch, UpstreamRequest } from '../../providers/provider.ts';
import { createGuardedLookup, type Resolver, refuseAddress } from './guarded-lookup.ts';
import { isLoopbackHost } from './loopback.ts';

export interface GuardedFetchOptions {
  /** `SEKISHO_UPSTREAM_LOOPBACK=allow`: demo and tests. */
  allowLoopback: boolean;
  /** PEM: authorities that the operator trusts for every connection, beside the public ones. */
  authorities?: readonly string[];
  /** Name resolution; tests put their own in. Default: the system's. */
  resolve?: Resolver;
  /** Milliseconds for the whole request. Default 8000. */
  deadline?: number;
  /** Bytes of the answer's body, before and after decompression. Default 256 KiB. */
  maxBytes?: number;
}

/** What a caller may ask beyond what providers do. */
export interface GuardedRequest extends UpstreamRequest {
  signal?: AbortSignal;
  /** Instead of the usual ones: for documents that are larger than answers are. */
  maxBytes?: number;
  deadline?: number;
}

export interface GuardedFetch extends UpstreamFetch {
  (url: string, init?: GuardedRequest): Promise<Response>;
  close(): Promise<void>;
}

/** https on any other port is more likely a probe of somebody's network than an identity provider. */
const httpsPorts: ReadonlySet<string> = new Set(['', '443', '8443']);
/** Connections' own certificate authorities; each has its own pool, the least recently used is closed. */
const maxAgents = 100;

export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { allowLoopback, authorities: operators = [] } = options;
  const usual = { deadline: options.deadline ?? 8000, maxBytes: options.maxBytes ?? 256 * 1024 };
  const lookup = createGuardedLookup({ allowLoopback, ...(options.resolve && { resolve: options.resolve }) });
  const agents = new Map<string, Agent>();

  type Limits = typeof usual;
  const createAgent = (
    authorities: readonly string[],
    { deadline, maxBytes }: Limits,
    onCertificates?: UpstreamRequest['onCertificates'],
  ): Agent => {
    const trusted = [...operators, ...authorities];
    const connect = {
      lookup,
      timeout: Math.min(4000, deadline),
      minVersion: 'TLSv1.2',
      ...(trusted.length > 0 && { ca: [...rootCertificates, ...trusted] }),
    } as const;
    return new Agent({
      allowH2: false,
      connections: 64,
      connect: onCertificates === undefined ? connect : showingCertificates(connect, onCertificates),
      headersTimeout: deadline,
      bodyTimeout: deadline,
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 60_000,
      maxResponseSize: maxBytes,
      maxHeaderSize: 16 * 1024,
    });
  };

  const agentFor = (authorities: readonly string[], limits: Limits): Agent => {
    const trust =
      authorities.length === 0 ? '' : createHash('sha256').update(authorities.join('\n')).digest('base64url');
    const key = `${trust} ${limits.maxBytes} ${limits.deadline}`;
    let agent = agents.get(key);
    if (agent) agents.delete(key);
    else agent = createAgent(authorities, limits);
    agents.set(key, agent);
    if (agents.size > maxAgents) {
      const [oldest, unused] = agents.entries().next().value as [string, Agent];
      agents.delete(oldest);
      unused.close().catch(() => {});
    }
    return agent;
  };

  const send = async (text: string, init: GuardedRequest = {}): Promise<Response> => {
    const url = checkUrl(text, allowLoopback);
    const { maxBytes = usual.maxBytes, deadline = usual.deadline } = init;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new ProviderError('upstream_timeout')), deadline);
    const onAbort = (): void => abort.abort(init.signal?.reason);
    init.signal?.addEventListener('abort', onAbort, { once: true });
    if (init.signal?.aborted) onAbort();
    const own =
      init.onCertificates &&
      createAgent(init.certificateAuthorities ?? [], { maxBytes, deadline }, init.onCertificates);
    try {
      const answer = await (own ?? agentFor(init.certificateAuthorities ?? [], { maxBytes, deadline })).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: (init.method ?? 'GET') as 'GET',
        ...requestOf(init),
        signal: abort.signal,
      });
      return await responseOf(answer, maxBytes, init.redirect);
    } catch (error) {
      throw explain(error, url);
    } finally {
      own?.destroy().catch(() => {});
      clearTimeout(timer);
      init.signal?.removeEventListener('abort', onAbort);
    }
  };
  return Object.assign(send, {
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
      agents.clear();
    },
  });
}

/** Connects as undici does, and tells whose certificates were accepted. */
function showingCertificates(
  options: buildConnector.BuildOptions,
  onCertificates: NonNullable<UpstreamRequest['onCertificates']>,
): buildConnector.connector {
  const connect = buildConnector(options);
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error) return callback(error, null);
      if (socket instanceof TLSSocket) onCertificates(chainOf(socket));
      callback(null, socket);
    });
}

function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // The root names itself as its issuer.
  while (certificate?.raw !== undefined && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/**
 * For libraries that want a `fetch` (oidc-provider's `fetch` option: `jwks_uri`, back-channel logout). The guard
 * replaces oidc-provider's own dispatcher, which only warns when it cannot hook the socket.
 */
export function asStandardFetch(fetch: GuardedFetch): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init = {}) => {
    const { method, signal } = init;
    const body = init.body as UpstreamRequest['body'] | null | undefined;
    return fetch(String(url), {
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(method && { method }),
      ...(body !== null && body !== undefined && { body }),
      ...(signal && { signal }),
    });
  };
}

/** Throws `upstream_address_refused` for anything that is not plainly the URL of a web server out there. */
function checkUrl(text: string, allowLoopback: boolean): URL {
  const refuse = (note: string): never => {
    throw new ProviderError('upstream_address_refused', { detail: { note } });
  };
  if (!URL.canParse(text)) return refuse('not a URL');
  const url = new URL(text);
  const { hostname, protocol, port } = url;
  const isLoopback = allowLoopback && isLoopbackHost(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) return refuse('only https is allowed');
  if (url.username || url.password) return refuse('a URL with a user name');
  if (hostname === '' || hostname.endsWith('.')) return refuse('a host name that ends in a dot');
  if (!isLoopback && !httpsPorts.has(port)) return refuse('only ports 443 and 8443 are allowed');
  // Sockets to literal addresses never ask `lookup`, so they are judged here.
  const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const reason = refuseAddress(literal, isLoopback);
  if (reason !== undefined) return refuse(reason);
  // `0x7f.1` and `2130706433` were turned into dotted numbers by the URL parser; nobody writes them in good faith.
  if (/^[\d.]+$/.test(hostname) && !text.includes(hostname)) return refuse('an address in disguise');
  return url;
}

function requestOf(init: UpstreamRequest): { headers: Record<string, string>; body?: string | Uint8Array } {
  // Nobody needs compression for a few kilobytes, and an answer that is not compressed cannot be a bomb.
  const headers: Record<string, string> = { 'accept-encoding': 'identity', ...init.headers };
  const { body } = init;
  if (body === undefined) return { headers };
  if (!(body instanceof URLSearchParams)) return { headers, body };
  if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-type'))
    headers['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
  return { headers, body: body.toString() };
}

type Answer = Awaited<ReturnType<Agent['request']>>;

async function responseOf(answer: Answer, maxBytes: number, redirect?: 'report'): Promise<Response> {
  const { statusCode: status, headers, body } = answer;
  if (status >= 300 && status < 400 && status !== 304) {
    // Where it points to is not said: it would make this a probe of what answers inside.
    body.on('error', () => {}).destroy();
    if (redirect === 'report') return new Response(null, { status });
    throw new ProviderError('upstream_redirected', {
      detail: { expected: 'an answer', received: `a redirect (${status}), which is never followed` },
    });
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  const encoding = String(headers['content-encoding'] ?? 'identity');
  const bytes = await decompress(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), encoding, maxBytes);
  const shown = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === 'content-encoding' || name === 'content-length') continue;
    if (Array.isArray(value)) for (const item of value) shown.append(name, item);
    else shown.set(name, value);
  }
  const hasNoBody = status === 204 || status === 205 || status === 304;
  return new Response(hasNoBody ? null : new Uint8Array(bytes), { status, headers: shown });
}

type Decompressor = (bytes: Buffer, options: ZlibOptions | BrotliOptions) => Promise<Buffer>;
const decompressors: Readonly<Record<string, Decompressor>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Servers that compress although we asked them not to. */
async function decompress(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  const decompressor = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
  if (!decompressor)
    throw new ProviderError('upstream_answer_invalid', { detail: { note: 'unknown content encoding' } });
  try {
    return await decompressor(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new ProviderError('upstream_answer_invalid', { cause, detail: { note: 'damaged compression' } });
  }
}

function tooLarge(maxBytes: number): ProviderError {
  return new ProviderError('upstream_answer_too_large', {
    detail: { expected: `at most ${maxBytes} bytes`, received: 'more' },
  });
}

const tlsCodes =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;
const timeoutCodes: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** `where` is the URL without its query, which may hold a secret. */
function explain(error: unknown, url: URL): ProviderError {
  const where = url.origin + url.pathname;
  if (error instanceof ProviderError)
    return new ProviderError(error.code, { cause: error.cause, detail: { where, ...error.detail } });
  const code = String((error as { code?: unknown })?.code ?? '');
  return new ProviderError(kindOf(code), { cause: error, detail: { where, ...(code && { received: code }) } });
}

const codes: Readonly<Record<string, ProviderErrorCode>> = {
  CERT_HAS_EXPIRED: 'upstream_tls_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'upstream_tls_name',
  HOSTNAME_MISMATCH: 'upstream_tls_name',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'upstream_answer_too_large',
  UND_ERR_HEADERS_OVERFLOW: 'upstream_answer_too_large',
  UND_ERR_SOCKET: 'upstream_interrupted',
  ECONNRESET: 'upstream_interrupted',
  EPIPE: 'upstream_interrupted',
  ENOTFOUND: 'upstream_name_unknown',
  ENODATA: 'upstream_name_unknown',
};

function kindOf(code: string): ProviderErrorCode {
  if (Object.hasOwn(codes, code)) return codes[code] as ProviderErrorCode;
  if (timeoutCodes.has(code)) return 'upstream_timeout';
  if (tlsCodes.test(code)) return 'upstream_tls';
  return code.startsWith('HPE_') ? 'upstream_answer_invalid' : 'upstream_unreachable';
}
