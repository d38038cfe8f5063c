/** SECURITY OP-12, at the edge: whatever a request claims about host, scheme or address, only configuration counts. */
import { describe, expect, it } from 'vitest';
import { createSites } from '../../src/config/sites.ts';
import { createEdge, edgeOf } from '../../src/http/edge.ts';
import { type Question, serve } from '../unit/http/chain.ts';

const listen = { host: '127.0.0.1', port: 8080 };
const hosts = createSites({ domain: 'http://localhost:8080', listen });
const secureHosts = createSites({ domain: 'https://example.org', listen });

/** Answers with what the code behind the edge would see. */
const ask = (sites: typeof hosts, trustedProxies: string[] = []) =>
  serve(createEdge({ sites, trustedProxies }), (request, response) => {
    response.end(JSON.stringify({ headers: request.headers, edge: edgeOf(request), url: request.url }));
  });
const seen = async (get: Awaited<ReturnType<typeof ask>>, path: string, question: Question) =>
  JSON.parse((await get(path, question)).body);

const own = 'accounts.localhost:8080';
const discovery = '/core/.well-known/openid-configuration';

describe('a foreign Host', () => {
  it.each([
    'evil.test',
    'accounts.localhost:8080.evil.test',
    'accounts.localhost:8080@evil.test',
    'accounts.localhost',
    'accounts.localhost:80',
    'localhost:8080',
    '127.0.0.1:8080',
    'accounts.localhost:8080.',
    '',
  ])('%j is answered with 421 and nothing else', async (host) => {
    const get = await ask(hosts);
    expect(await get(discovery, { headers: { host } })).toMatchObject({ status: 421, body: 'host_unknown' });
  });

  it('is not smuggled in by an absolute request target', async () => {
    const get = await ask(hosts);
    expect((await get(`http://evil.test${discovery}`, { headers: { host: own } })).status).toBe(400);
    expect((await get('*', { method: 'OPTIONS', headers: { host: own } })).status).toBe(400);
  });
});

describe('forwarding headers', () => {
  const forged = {
    host: own,
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-port': '444',
    'x-forwarded-prefix': '/evil',
    'x-original-url': '/core/admin',
    'x-rewrite-url': '/core/admin',
    'x-real-ip': '203.0.113.9',
    'x-host': 'evil.test',
    'x-http-method-override': 'DELETE',
    forwarded: 'host=evil.test;proto=https;for=203.0.113.9',
  };

  it('from anybody are replaced by what configuration says', async () => {
    const { headers, edge, url } = await seen(await ask(hosts), `${discovery}?a=1`, { headers: forged });
    expect(JSON.stringify({ headers, edge })).not.toMatch(/evil|203\.0\.113|444|DELETE|admin/);
    expect(headers).toMatchObject({
      host: own,
      'x-forwarded-host': own,
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
    });
    expect(edge).toMatchObject({ service: 'accounts', origin: `http://${own}`, address: '127.0.0.1' });
    expect(url).toBe(`${discovery}?a=1`);
  });

  it('never name the host, not even from a trusted proxy', async () => {
    const { headers, edge } = await seen(await ask(hosts, ['127.0.0.1/32']), discovery, { headers: forged });
    expect(JSON.stringify({ headers, edge })).not.toContain('evil');
    const get = await ask(hosts, ['127.0.0.1/32']);
    expect((await get('/', { headers: { host: 'evil.test', 'x-forwarded-host': own } })).status).toBe(421);
  });

  it('from a trusted proxy name the client: the last address that is no proxy of ours', async () => {
    const get = await ask(hosts, ['127.0.0.0/8', '10.0.0.0/8', 'fd00::/8']);
    const address = async (forwarded: string | string[]) =>
      (await seen(get, '/', { headers: { host: own, 'x-forwarded-for': forwarded } })).edge.address;
    expect(await address('198.51.100.7')).toBe('198.51.100.7');
    expect(await address('1.1.1.1, 198.51.100.7, 10.1.2.3')).toBe('198.51.100.7');
    expect(await address(['1.1.1.1', '198.51.100.7, fd00::5'])).toBe('198.51.100.7');
    expect(await address('::ffff:198.51.100.7')).toBe('198.51.100.7');
    expect(await address('2001:db8::1, 10.1.2.3')).toBe('2001:db8::1');
    expect(await address('198.51.100.7, <script>')).toBe('127.0.0.1');
    expect(await address('')).toBe('127.0.0.1');
  });
});

describe('an https installation behind a proxy', () => {
  it('takes requests over TLS from the proxy, and sends plain ones to https', async () => {
    const get = await ask(secureHosts, ['127.0.0.1/32']);
    const host = 'accounts.example.org';
    const over = await seen(get, '/core/jwks', { headers: { host, 'x-forwarded-proto': 'https' } });
    expect(over.headers['x-forwarded-proto']).toBe('https');
    expect(over.edge.origin).toBe('https://accounts.example.org');
    const plain = await get('/x?y=z', { headers: { host, 'x-forwarded-proto': 'http' } });
    expect([plain.status, plain.headers.location]).toEqual([301, 'https://accounts.example.org/x?y=z']);
    expect((await get('/x', { method: 'POST', headers: { host, 'x-forwarded-proto': 'http' } })).status).toBe(400);
  });

  it('serves nobody who comes around the proxy without TLS', async () => {
    const get = await ask(secureHosts, ['10.0.0.1/32']);
    const headers = { host: 'accounts.example.org', 'x-forwarded-proto': 'https' };
    expect((await get('/core/jwks', { headers })).status).toBe(421);
  });
});

describe('one public URL', () => {
  it('strips the prefix and the service for the code behind, and keeps the host', async () => {
    const paths = createSites({ publicUrl: 'http://localhost:8080/idp', listen });
    const get = await ask(paths);
    const host = 'localhost:8080';
    expect(await seen(get, '/idp/console/sessions?a=/b', { headers: { host } })).toMatchObject({
      url: '/sessions?a=/b',
      edge: { service: 'console' },
    });
    expect(await seen(get, '/idp/workspace/acme?x', { headers: { host } })).toMatchObject({
      url: '/?x',
      edge: { service: 'workspace', workspace: 'acme' },
    });
    expect((await get('/core/jwks', { headers: { host } })).status).toBe(421);
  });
});
