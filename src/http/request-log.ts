/** One line per request, when it has been answered or given up. Never a query string, a header or a body. */
import type { Log } from '../core/log.ts';
import type { Middleware } from './edge.ts';

/** Mounted before the edge, so that refused hosts are seen too. `now`: milliseconds of a steady clock. */
export function createRequestLog(log: Log, now: () => number = () => performance.now()): Middleware {
  return (request, response, next) => {
    const started = now();
    response.once('close', () => {
      const { edge, method } = request;
      log.info(
        {
          requestId: edge?.requestId,
          method,
          service: edge?.service,
          path: edge?.path,
          status: response.statusCode,
          ms: Math.round((now() - started) * 10) / 10,
          address: edge?.address,
          ...(!response.writableFinished && { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
