/**
 * One line per request, when it has been answered or given up. Never a query string, a header or a body.
 *
 * Lines are kept for a moment and written together: in the middle of a request a line costs five times what it costs in
 * a row (cold caches), and this one is written for every session check. `started` says when; `time` is up to 100 ms late.
 */
import { type Log, scrubText } from '../core/log.ts';
import type { Edge, Middleware } from './edge.ts';

export interface RequestLog {
  /** Mounted before the edge, so that refused hosts are seen too. */
  middleware: Middleware;
  /** Writes what is waiting; for the end of the process. */
  flush(): void;
}

interface Line {
  edge: Edge | undefined;
  method: string | undefined;
  status: number;
  started: number;
  ms: number;
  aborted: boolean;
}

/** `now`: milliseconds since the epoch, with fractions where there are any. */
export function createRequestLog(log: Log, now: () => number = preciseNow): RequestLog {
  // Of these fields only the path comes from outside; scrubbing them all would cost more than the rest of the line.
  const lines = log.child({}, { formatters: { log: (fields) => fields } });
  let waiting: Line[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const ended = waiting;
    waiting = [];
    for (const { edge, method, status, started, ms, aborted } of ended)
      lines.info(
        {
          requestId: edge?.requestId,
          method,
          service: edge?.service,
          path: edge && scrubText(edge.path),
          status,
          started: new Date(started).toISOString(),
          ms: Math.round(ms * 10) / 10,
          address: edge?.address,
          ...(aborted && { aborted }),
        },
        'request',
      );
  };
  const middleware: Middleware = (request, response, next) => {
    const started = now();
    response.once('close', () => {
      const { edge, method } = request;
      const ms = now() - started;
      const { statusCode: status, writableFinished } = response;
      waiting.push({ edge, method, status, started, ms, aborted: !writableFinished });
      if (waiting.length >= 1000) flush();
      else timer ??= setTimeout(flush, 100).unref();
    });
    next();
  };
  return { middleware, flush };
}

function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
