/** An application's back-channel logout endpoint over a real socket. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, type JWTPayload } from 'jose';

export interface LogoutListener {
  url: string;
  /** Payloads of the logout tokens that came, and the raw ones. */
  received: JWTPayload[];
  tokens: string[];
  /** Answers the next `times` posts with 500. */
  failNext(times: number): void;
  close(): Promise<void>;
}

export async function startLogoutListener(): Promise<LogoutListener> {
  const received: JWTPayload[] = [];
  const tokens: string[] = [];
  let failures = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (failures > 0) {
      failures--;
      response.writeHead(500).end();
      return;
    }
    const token = new URLSearchParams(body).get('logout_token') ?? '';
    tokens.push(token);
    received.push(decodeJwt(token));
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/backchannel-logout`,
    received,
    tokens,
    failNext: (times) => {
      failures = times;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
