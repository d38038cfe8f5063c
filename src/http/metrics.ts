/**
 * `/metrics` in the Prometheus text format, for whoever has the operator's token and nobody else: it names organizations.
 * Mounted before the edge, because scrapers ask by address, under any Host. Without a token configured it does not exist.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Log } from '../core/log.ts';
import type { Middleware } from './edge.ts';

export interface MetricsOptions {
  /** `SEKISHO_METRICS_TOKEN`. */
  token: string | undefined;
  /** The whole text. */
  read(): Promise<string>;
  log: Pick<Log, 'warn'>;
}

export function createMetrics({ token, read, log }: MetricsOptions): Middleware {
  return (request, response, next) => {
    if (token === undefined || request.url?.split('?', 1)[0] !== '/metrics') return next();
    const headers = { 'Cache-Control': 'no-store', 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
    const send = (status: number, body: string, more: Record<string, string> = {}): void => {
      response.writeHead(status, { ...headers, ...more });
      response.end(body);
    };
    if (request.method !== 'GET') return send(405, '', { Allow: 'GET' });
    if (!isToken(request.headers.authorization, token)) return send(401, '', { 'WWW-Authenticate': 'Bearer' });
    read().then(
      (text) => send(200, text),
      (error: unknown) => {
        log.warn({ err: error }, 'metrics could not be read');
        send(503, '');
      },
    );
  };
}

/** In the same time whatever was sent. */
function isToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
