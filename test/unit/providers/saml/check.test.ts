import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canCheck } from '../../../../providers/provider.ts';
import { testPorts } from '../../../support/ports.ts';
import { samlConnection } from '../../../support/upstreams/saml/connection.ts';
import { makeIdpKey } from '../../../support/upstreams/saml/sign-xml.ts';

const now = Date.UTC(2026, 10, 22);
const year = 365 * 86_400_000;
const valid = makeIdpKey().certificate;
const expired = makeIdpKey({ notBefore: now - 2 * year, notAfter: now - year }).certificate;
const server = createServer((request, response) => {
  response.writeHead(request.url === '/sso' ? 405 : request.url === '/broken' ? 502 : 404).end();
});
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

async function check(path: string, certificates: string[]) {
  const settings = { entityId: 'x', singleSignOnUrl: base + path, certificates };
  const { provider } = samlConnection(settings, testPorts({ now: () => now }));
  if (!canCheck(provider)) throw new Error('a SAML connection can be checked');
  const results: [string, string][] = [];
  for await (const result of provider.check()) results.push([result.check, result.error?.code ?? 'ok']);
  return Object.fromEntries(results);
}

describe('checking a SAML connection', () => {
  it('finds nothing wrong when an address answers and a certificate is valid', async () => {
    expect(await check('/sso', [expired, valid])).toEqual({ certificates: 'ok', reachable: 'ok' });
  });

  it('says when all certificates have expired, and when the address does not exist', async () => {
    expect(await check('/nowhere', [expired])).toEqual({
      certificates: 'saml_certificate_expired',
      reachable: 'upstream_answer_invalid',
    });
    expect(await check('/broken', [valid])).toEqual({ certificates: 'ok', reachable: 'upstream_answer_invalid' });
  });
});
