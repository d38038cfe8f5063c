/**
 * `/healthz`: the process answers. `/readyz`: it could serve people now. Both write nothing, and are mounted before the
 * edge because orchestrators ask by address, under any Host.
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Middleware } from './edge.ts';

export interface HealthOptions {
  clock: Clock;
  /** What must answer, e.g. `{ database: () => …, store: () => store.ping() }`. */
  checks: Readonly<Record<string, () => Promise<unknown>>>;
  /** True from the moment the process has been told to stop: traffic should go elsewhere. */
  isStopping(): boolean;
  /** Milliseconds that a check may take. Default 2000. */
  patience?: number;
}

interface Readiness {
  ready: boolean;
  checks: Record<string, 'ok' | 'failed'>;
}

/** An answer is shared for a second, so that asking often costs the stores nothing. */
export function createHealth(options: HealthOptions): Middleware {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<Readiness> | undefined;
  return (request, response, next) => {
    const path = request.url?.split('?', 1)[0];
    if (path !== '/healthz' && path !== '/readyz') return next();
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { status: 'refused' });
    if (path === '/healthz') return send(response, 200, { status: 'ok' });
    if (options.isStopping()) return send(response, 503, { status: 'stopping' });
    const now = options.clock.now();
    if (answer === undefined || now - asked >= 1000) {
      asked = now;
      answer = check(options);
    }
    answer.then(({ ready, checks }) =>
      send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable', checks }),
    );
  };
}

async function check({ checks, patience = 2000 }: HealthOptions): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(
      async ([name, ask]) => [name, (await succeeds(ask, patience)) ? 'ok' : 'failed'] as const,
    ),
  );
  return { ready: results.every(([, result]) => result === 'ok'), checks: Object.fromEntries(results) };
}

/** Never rejects; a check that hangs has failed. */
function succeeds(ask: () => Promise<unknown>, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patience);
    Promise.resolve()
      .then(ask)
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
