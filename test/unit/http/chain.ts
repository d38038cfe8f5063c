/** A server out of middleware pieces, and a client that may send any Host and any header. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { Edge, Middleware, Next } from '../../../src/http/edge.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
export interface Question {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

export type Piece = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown;

/** Runs the pieces in order; an `AppError` becomes its status and code. The last piece answers. */
export async function serve(...pieces: Piece[]): Promise<(path: string, question?: Question) => Promise<Answer>> {
  const server = createServer((incoming, response) => {
    const fail = (error: unknown): void => {
      response.statusCode = error instanceof AppError ? error.status : 500;
      response.end(error instanceof AppError ? error.code : String(error));
    };
    const run = (index: number): void => {
      const piece = pieces[index];
      if (piece === undefined) throw new Error('nobody answered');
      try {
        const result = piece(incoming, response, (error) => (error ? fail(error) : run(index + 1)));
        Promise.resolve(result).catch(fail);
      } catch (error) {
        fail(error);
      }
    };
    run(0);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part) => parts.push(part));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode as number,
            headers: incoming.headers,
            body: Buffer.concat(parts).toString(),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}

/** Stands in for the edge where a piece only needs what it found out. */
export function pretendEdge(edge: Partial<Edge>): Middleware {
  return (incoming, _response, next) => {
    const nothing = { requestId: 'r1', address: '192.0.2.1', origin: 'http://localhost:8080' };
    incoming.edge = { ...nothing, service: 'accounts', path: '/', ...edge };
    next();
  };
}
