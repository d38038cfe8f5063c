/**
 * A `fetch` that calls our own OpenID Provider without a socket: the public URL may not be reachable from the server,
 * and the console must not depend on the proxy in front of itself (ARCHITECTURE §3).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DispatchFunc, inject } from 'light-my-request';

export interface InProcessFetchOptions {
  issuer: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<unknown>;
}

/** Answers for URLs below the issuer only; everything else is refused. */
export function createInProcessFetch({ issuer, handle }: InProcessFetchOptions): typeof fetch {
  const { host, protocol } = new URL(issuer);
  const dispatch: DispatchFunc = (request, response) => {
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse).catch((error: unknown) =>
      (response as unknown as ServerResponse).destroy(error as Error),
    );
  };
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!url.href.startsWith(`${issuer}/`)) throw new TypeError(`${url.origin} is not our own issuer`);
    const answer = await inject(dispatch, {
      method: (init.method ?? 'GET') as 'GET' | 'POST',
      url: url.href.slice(issuer.length),
      headers: {
        ...Object.fromEntries(new Headers(init.headers)),
        host,
        'x-forwarded-proto': protocol.slice(0, -1),
      },
      ...(init.body == null ? {} : { payload: bodyText(init.body) }),
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const each of Array.isArray(value) ? value : [value]) headers.append(name, String(each));
    }
    const isEmpty = answer.statusCode === 204 || answer.statusCode === 304;
    return new Response(isEmpty ? null : answer.payload, { status: answer.statusCode, headers });
  };
}

function bodyText(body: NonNullable<RequestInit['body']>): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('only text and form bodies are sent in process');
}
