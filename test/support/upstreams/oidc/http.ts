/** Reading requests and writing answers of a simulated upstream. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from './signing.ts';
import type { SimulatedClient } from './vendor.ts';

export async function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST') return '';
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

/** client_secret_basic or client_secret_post. */
export function authenticatedClient(
  request: IncomingMessage,
  form: URLSearchParams,
  clients: readonly SimulatedClient[],
) {
  let id = form.get('client_id');
  let secret = form.get('client_secret');
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [name, password] = Buffer.from(basic, 'base64').toString().split(':');
    id = decodeURIComponent((name ?? '').replaceAll('+', ' '));
    secret = decodeURIComponent((password ?? '').replaceAll('+', ' '));
  }
  return clients.find((client) => client.clientId === id && client.clientSecret === secret);
}

export function bearerOf(request: IncomingMessage): string | undefined {
  return /^(?:Bearer|SSWS) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

export function cookieOf(request: IncomingMessage): string {
  return /(?:^|;\s*)simulator=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}

export function json(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(body);
}
