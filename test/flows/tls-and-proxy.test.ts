/** TLS-1 and SECURITY OP-11, OP-12: the real server with a certificate of its own, and behind a proxy that it is told to trust. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../certs/self-signed.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { alice, client } from '../support/scenario/upstreams.ts';
import { prepareByCli, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { freePort } from '../support/services/processes.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { openOperator } from '../unit/cli/run-cli.ts';

describe('With a certificate of its own', { timeout: 60_000 }, () => {
  let folder: string;
  let operator: Awaited<ReturnType<typeof openOperator>>;
  let upstream: Simulator;
  let server: ServerProcess;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sekisho-tls-'));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const now = Date.now();
    const [notBefore, notAfter] = [now - 3_600_000, now + 3_600_000];
    const certificate = makeSelfSignedCertificate({ commonName: 'localhost', privateKeyPem, notBefore, notAfter });
    writeFileSync(join(folder, 'certificate.pem'), certificate);
    writeFileSync(join(folder, 'key.pem'), privateKeyPem);
    const port = await freePort();
    url = `https://localhost:${port}`;
    const env = {
      SEKISHO_LISTEN: `127.0.0.1:${port}`,
      SEKISHO_UPSTREAM_LOOPBACK: 'allow',
      SEKISHO_TLS_CERTIFICATE: join(folder, 'certificate.pem'),
      SEKISHO_TLS_KEY: join(folder, 'key.pem'),
    };
    operator = await openOperator(env);
    const redirectUris = [`${url}/core/login-okta`];
    upstream = await startOktaLike({ users: [alice], loginPage: false, clients: [{ ...client, redirectUris }] });
    await prepareByCli(operator.json, operator.folder, { url: upstream.url, ...client });
    server = await startServerProcess(operator.data, { port, env });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await upstream?.close();
    await operator?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a person signs in over https, with cookies that no other host can plant', async () => {
    const browser = new Browser();
    const page = await browser.get(`${url}/workspace/company/`);
    expect([page.status, page.url.href]).toEqual([200, `${url}/workspace/company`]);
    expect(page.html).toContain('Alice Liddell');
    const own = browser.cookies.filter(({ host }) => host === 'localhost');
    expect(own.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['__Host-browser', '__Host-session-subscribers-company', '__Host-workspace-company']),
    );
    for (const { name, path, secure, sameSite } of own) {
      expect(name).toMatch(/^__(Host|Secure)-/);
      expect({ name, secure, sameSite }).toEqual({ name, secure: true, sameSite: 'lax' });
      if (name.startsWith('__Host-')) expect(path).toBe('/');
    }
    const end = await browser.submit({}, '/sign-out');
    expect(end.status).toBe(200);
  });

  it('every answer says that https stays, errors and redirects included', async () => {
    for (const path of [
      '/console',
      '/core/.well-known/openid-configuration',
      '/no-such-page',
      '/core/connect/authorize',
    ]) {
      const { headers } = await new Browser().fetch('GET', `${url}${path}`);
      expect(headers['strict-transport-security']).toBe('max-age=63072000');
    }
  });

  it.each([
    ['TLSv1.2', 'TLSv1.2'],
    ['TLSv1.3', 'TLSv1.3'],
    ['TLSv1.1', undefined],
    ['TLSv1', undefined],
  ] as const)('%s is answered with %s', async (version, negotiated) => {
    const spoken = await new Promise<string | undefined>((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: server.port,
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
        // Ours would not speak TLS 1.1 either, unless told to.
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
      socket.once('secureConnect', () => resolve(socket.getProtocol() ?? undefined));
      socket.once('error', () => resolve(undefined));
    });
    expect(spoken).toBe(negotiated);
  });

  it('speaks no plain http at the same port', async () => {
    await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
  });

  it('is the only name it answers to', async () => {
    const { status } = await new Browser().fetch('GET', `https://evil.localhost:${server.port}/console`);
    expect(status).toBe(421);
  });
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** As a proxy would ask: plain http at the socket, whatever host and forwarding headers. */
function ask(app: TestApp, host: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: app.port, path, headers: { host, ...headers } }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }), reject);
    });
    asking.once('error', reject);
    asking.end();
  });
}

/** The address that the request log has for the last request. */
function loggedAddress(app: TestApp): string | undefined {
  app.flushLog();
  const lines = app.log
    .join('')
    .split('\n')
    .filter((line) => line.includes('"request"'));
  return JSON.parse(lines.at(-1)!).address;
}

describe('Behind a proxy', () => {
  const domain = { SEKISHO_DOMAIN: 'https://broker.test' };
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
  let trusting: TestApp;
  let wary: TestApp;
  beforeAll(async () => {
    trusting = await startTestApp({ env: { ...domain, SEKISHO_TRUSTED_PROXIES: '127.0.0.1' } });
    wary = await startTestApp({ env: { ...domain, SEKISHO_TRUSTED_PROXIES: '192.0.2.1, 10.0.0.0/8' } });
  });
  afterAll(async () => {
    await trusting.close();
    await wary.close();
  });

  it('that is trusted, people are served as over https, by the address that it tells', async () => {
    const { status, headers } = await ask(trusting, 'citrix.broker.test', '/', forwarded);
    expect(status).toBe(303);
    expect(String(headers.location)).toMatch(/^https:\/\/accounts\.broker\.test\/core\/connect\/authorize\?/);
    expect(String(headers['set-cookie'])).toMatch(/^__Host-console-login-[^;]+;.*; Secure/);
    expect(headers['strict-transport-security']).toBe('max-age=63072000');
    expect(loggedAddress(trusting)).toBe('203.0.113.9');
  });

  it.each([
    ['the proxy itself', '203.0.113.9', '203.0.113.9'],
    ['a client that invents a hop', '198.51.100.7, 203.0.113.9', '203.0.113.9'],
    ['a client that claims to be the proxy', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['nonsense', 'unknown, <script>', '127.0.0.1'],
    ['IPv4 in IPv6', '::ffff:203.0.113.9', '203.0.113.9'],
  ])('believes of X-Forwarded-For what the proxy saw, not %s', async (_who, header, address) => {
    await ask(trusting, 'citrix.broker.test', '/', { ...forwarded, 'x-forwarded-for': header });
    expect(loggedAddress(trusting)).toBe(address);
  });

  it('that says http, people are sent to https', async () => {
    const answer = await ask(trusting, 'citrix.broker.test', '/go/acme?x=1', {
      ...forwarded,
      'x-forwarded-proto': 'http',
    });
    expect([answer.status, answer.headers.location]).toEqual([301, 'https://citrix.broker.test/go/acme?x=1']);
  });

  it('that nobody has named, nothing is believed and nothing served', async () => {
    const answer = await ask(wary, 'citrix.broker.test', '/', forwarded);
    expect(answer.status).toBe(421);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body).not.toContain('203.0.113.9');
  });

  it.each(['evil.test', 'broker.test', 'a.b.broker.test', 'broker.test.evil.test', 'citrix.broker.test:8443', ''])(
    'a request for the host %j is not ours',
    async (host) => {
      const answer = await ask(trusting, host, '/', forwarded);
      expect([400, 421]).toContain(answer.status);
      expect(answer.headers['set-cookie']).toBeUndefined();
      if (host !== '') expect(answer.body).not.toContain(host === 'broker.test' ? 'citrix.broker.test' : host);
    },
  );

  it('forwarding headers that name another host change nothing', async () => {
    const lies = { 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test;proto=http', 'x-original-url': '/evil' };
    const path = '/core/.well-known/openid-configuration';
    const { status, body } = await ask(trusting, 'accounts.broker.test', path, { ...forwarded, ...lies });
    expect(status).toBe(200);
    expect(body).not.toContain('evil');
    expect(JSON.parse(body).token_endpoint).toBe('https://accounts.broker.test/core/connect/token');
  });

  it('health is told under any name', async () => {
    expect((await ask(trusting, '10.1.2.3', '/readyz')).status).toBe(200);
  });
});
