/** Reading requests and writing answers of a simulated upstream. */
import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from './signing.ts';
import type { SimulatedClient } from './vendor.ts';

export async function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST') return '';
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

/** client_secret_basic, client_secret_post or private_key_jwt. */
export function authenticatedClient(
  request: IncomingMessage,
  form: URLSearchParams,
  clients: readonly SimulatedClient[],
  ground: { tokenUrl: string; now: number },
) {
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    const client = clients.find(({ clientId }) => clientId === form.get('client_id'));
    return client && isAssertedBy(client, assertion, ground) ? client : undefined;
  }
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

/** As Entra checks it: PS256, the certificate by its SHA-256 thumbprint, this token endpoint as audience, not yet over. */
function isAssertedBy(
  { clientId, certificate }: SimulatedClient,
  assertion: string,
  { tokenUrl, now }: { tokenUrl: string; now: number },
): boolean {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  if (certificate === undefined) return false;
  const x509 = new X509Certificate(certificate);
  const header: Json = JSON.parse(Buffer.from(head, 'base64url').toString());
  const claims: Json = JSON.parse(Buffer.from(body, 'base64url').toString());
  const thumbprint = createHash('sha256').update(x509.raw).digest('base64url');
  const seconds = now / 1000;
  return (
    header.alg === 'PS256' &&
    header['x5t#S256'] === thumbprint &&
    claims.iss === clientId &&
    claims.sub === clientId &&
    claims.aud === tokenUrl &&
    Number(claims.nbf) <= seconds + 1 &&
    Number(claims.exp) > seconds &&
    Number(claims.exp) <= seconds + 600 &&
    verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      { key: x509.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      Buffer.from(signature, 'base64url'),
    )
  );
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
