/** One listener for every host: what happens to each request before and after the surface that answers it. */
import type { IncomingMessage, RequestListener } from 'node:http';
import express, { type Request, type Router } from 'express';
import type { Config } from './config/config.ts';
import type { Service, Sites } from './config/sites.ts';
import type { Clock } from './core/clock.ts';
import type { AppErrorCode } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { OpenDatabase } from './database/database.ts';
import { createEdge, inOrder, type Middleware } from './http/edge.ts';
import { createErrorHandler, notFound } from './http/errors.ts';
import { createHealth } from './http/health.ts';
import { createMetrics } from './http/metrics.ts';
import { createRequestLog } from './http/request-log.ts';
import type { Responder } from './http/respond.ts';
import { createSecurityHeaders } from './http/security-headers.ts';
import { errorKindOf, errorPage } from './http/views/error-pages.ts';
import { render } from './http/views/html.ts';
import type { WayOn } from './http/views/notices.ts';
import type { Store } from './store/store.ts';

export interface ListenerOptions {
  config: Pick<Config, 'trustedProxies' | 'metricsToken'>;
  sites: Sites;
  database: Pick<OpenDatabase, 'ping'>;
  store: Pick<Store, 'ping'>;
  clock: Clock;
  log: Log;
  isStopping(): boolean;
  /** What `/metrics` says. */
  metrics(): Promise<string>;
  assets: Middleware;
  /** How often one address may ask (http/request-limits.ts). */
  limits: Middleware;
  responder: Responder;
  /** A service without an entry does not exist (404). */
  byService: Partial<Record<Service, Router>>;
}

export function createListener(options: ListenerOptions): { listener: RequestListener; flushLog(): void } {
  const { sites, database, store, clock, log, responder, byService } = options;
  const requestLog = createRequestLog(log);
  const listener = express();
  listener.disable('x-powered-by');
  listener.disable('etag');
  listener.set('query parser', 'simple');
  listener.use(
    inOrder(
      createHealth({
        clock,
        checks: { database: database.ping, store: () => store.ping() },
        isStopping: options.isStopping,
      }),
      createMetrics({ token: options.config.metricsToken, read: options.metrics, log }),
      requestLog.middleware,
      createSecurityHeaders(sites.secure),
      createEdge({ sites, trustedProxies: options.config.trustedProxies }),
      options.assets,
      options.limits,
    ),
  );
  listener.use((request, response, next) => {
    const router = request.edge && byService[request.edge.service];
    if (router) router(request, response, next);
    else next();
  });
  listener.use(notFound);
  listener.use(
    createErrorHandler({
      log,
      render: (request, shown) =>
        render(
          errorPage(responder.contextOf(request as Request), {
            kind: errorKindOf[shown.code],
            reference: { code: shown.reference, at: clock.now() },
            ...wayOnFrom(sites, request, shown.code),
            ...(shown.retryAfter !== undefined && { retryAfter: shown.retryAfter }),
          }),
        ),
    }),
  );
  return { listener: listener as unknown as RequestListener, flushLog: requestLog.flush };
}

/** From a page that is not there to where this service begins; a workspace that does not exist leads nowhere. */
function wayOnFrom(sites: Sites, request: IncomingMessage, code: AppErrorCode): { wayOn?: WayOn } {
  if (code !== 'not_found' || request.edge === undefined) return {};
  const { service, workspace: name, path } = request.edge;
  if (service === 'workspace') {
    return name === undefined || path === '/' ? {} : { wayOn: { to: 'signIn', href: sites.workspaceUrl(name) } };
  }
  return { wayOn: { to: 'console', href: sites.consoleUrl() } };
}
