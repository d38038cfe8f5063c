/**
 * The one place where an error becomes an answer: vague outside, exact in the log under the same reference code.
 *
 * Never shows `message`, `detail` or a stack. How a page looks is given in by `app.ts`.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { ProviderError } from '../../providers/errors.ts';
import { AppError, type AppErrorCode, statusOfError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { referenceCode } from '../core/random.ts';
import { DirectoryError } from '../directory/errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { Next } from './edge.ts';

export interface ShownError {
  code: AppErrorCode;
  status: number;
  reference: string;
  /** Milliseconds, where waiting helps. */
  retryAfter?: number;
}

export interface ErrorHandlerOptions {
  log: Log;
  /** The HTML page for a person. */
  render(request: IncomingMessage, error: ShownError): string;
}

export type ErrorHandler = (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => void;

/** Express recognises it by its four parameters. */
export function createErrorHandler(options: ErrorHandlerOptions): ErrorHandler {
  return (error, request, response, _next) => {
    const code = codeOf(error);
    const shown: ShownError = { code, status: statusOfError[code], reference: referenceCode() };
    const retryAfter = error instanceof AppError ? error.detail.retryAfter : undefined;
    if (typeof retryAfter === 'number') shown.retryAfter = retryAfter;
    report(options.log, error, request, shown);
    if (response.headersSent) {
      // Half an answer is out; only cutting the connection tells the other side that it is not whole.
      response.destroy();
      return;
    }
    response.statusCode = shown.status;
    response.setHeader('Cache-Control', 'no-store');
    if (shown.retryAfter !== undefined) response.setHeader('Retry-After', Math.ceil(shown.retryAfter / 1000));
    if (code === 'too_large') response.setHeader('Connection', 'close');
    if (request.edge?.service === 'api') {
      // Before its own router has seen the request: the same form (RFC 9457), with nothing special to say.
      const { status, reference } = shown;
      response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
      const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, reference };
      response.end(request.method === 'HEAD' ? '' : JSON.stringify(problem));
      return;
    }
    if (wantsJson(request)) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(JSON.stringify({ error: code, reference: shown.reference }));
      return;
    }
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(request.method === 'HEAD' ? '' : renderSafely(options, request, shown));
  };
}

/** For what no route has claimed. */
export function notFound(_request: IncomingMessage, _response: ServerResponse, next: Next): void {
  next(new AppError('not_found'));
}

function codeOf(error: unknown): AppErrorCode {
  if (error instanceof AppError) return error.code;
  // Too many passwords are being compared at once (ID-15): nothing is broken, and waiting helps.
  if (error instanceof ProviderError)
    return error.code === 'upstream_throttled' ? 'too_many_requests' : 'upstream_failed';
  if (error instanceof DirectoryError && error.code === 'too_busy') return 'too_many_requests';
  if (error instanceof StoreUnavailable) return 'unavailable';
  // Express and its router mark a path that cannot be decoded, and the like, with a status of their own.
  const status = (error as { status?: unknown } | undefined)?.status;
  if (status === 404) return 'not_found';
  if (status === 413) return 'too_large';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'request_invalid' : 'internal';
}

function report(log: Log, error: unknown, request: IncomingMessage, shown: ShownError): void {
  const { edge, method } = request;
  const fields = {
    requestId: edge?.requestId,
    reference: shown.reference,
    method,
    service: edge?.service,
    path: edge?.path,
    error: shown.code,
    err: error,
  };
  if (shown.status >= 500) log.error(fields, 'request failed');
  else log.info(fields, 'request refused');
}

function wantsJson(request: IncomingMessage): boolean {
  if (request.edge?.service === 'api' || isForServers(request.edge?.path)) return true;
  const accept = request.headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** What applications' servers call at the issuer: no person reads the answer. */
function isForServers(path: string | undefined): boolean {
  return path !== undefined && /^\/core\/connect\/(?:token|introspect|revocation|userinfo|par)$/.test(path);
}

/** A broken page template must not turn one error into another. */
function renderSafely(options: ErrorHandlerOptions, request: IncomingMessage, shown: ShownError): string {
  try {
    return options.render(request, shown);
  } catch (error) {
    options.log.error({ err: error, reference: shown.reference }, 'the error page itself failed');
    return `<!doctype html><title>Error</title><p>${shown.status} (${shown.reference})</p>`;
  }
}
