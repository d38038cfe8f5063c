import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../../certs/self-signed.ts';
import { findTrust } from '../../../certs/trust.ts';
import { asStandardFetch, createGuardedFetch } from '../../../src/core/guarded-fetch.ts';
import { issue } from '../../support/certificates.ts';

const fetch = createGuardedFetch({ allowLoopback: true, maxBytes: 1000 });
const impatient = createGuardedFetch({ allowLoopback: true, maxBytes: 1000, deadline: 150 });
afterAll(() => Promise.all([fetch.close(), impatient.close()]));

const servers: (Server & { closeAllConnections(): void })[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
async function listen(server: (typeof servers)[number]): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}
function selfSigned(commonName: string): { certificate: string; key: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const hour = 3_600_000;
  const validity = { notBefore: Date.now() - hour, notAfter: Date.now() + hour };
  return { key, certificate: makeSelfSignedCertificate({ commonName, privateKeyPem: key, ...validity }) };
}
const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`;

describe('the guarded fetch', () => {
  it('sends method, headers and form and gives back status, headers and body', async () => {
    const base = await serve((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        response.writeHead(401, { 'x-seen': `${request.method} ${request.url} ${request.headers['content-type']}` });
        response.end(JSON.stringify({ body, authorization: request.headers.authorization }));
      });
    });
    const response = await fetch(`${base}/token?a=1`, {
      method: 'POST',
      headers: { authorization: 'Basic eA==' },
      body: new URLSearchParams({ code: 'c d' }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('x-seen')).toMatch(/^POST \/token\?a=1 application\/x-www-form-urlencoded/);
    expect(await response.json()).toEqual({ body: 'code=c+d', authorization: 'Basic eA==' });
  });

  it('reaches names below localhost, which Node itself does not resolve', async () => {
    const base = await serve((request, response) => response.end(request.headers.host));
    const url = base.replace('127.0.0.1', 'okta.localhost');
    expect(await (await fetch(url)).text()).toBe(new URL(url).host);
  });

  it('keeps connections open from one request to the next', async () => {
    const sockets = new Set<unknown>();
    const base = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('x');
    });
    for (let count = 0; count < 10; count++) await (await fetch(base)).text();
    // A socket may be given back a moment after its body has ended.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const base = await serve(() => {});
    await expect(impatient(base)).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('gives up on a server that drips its answer', async () => {
    const base = await serve((_request, response) => {
      response.write('x');
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    });
    await expect(impatient(base)).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('stops reading an answer that is too large, announced or not', async () => {
    const announced = await serve((_request, response) => response.end('x'.repeat(1001)));
    await expect(fetch(announced)).rejects.toMatchObject({ code: 'upstream_answer_too_large' });
    const endless = await serve((_request, response) => {
      const more = (): void => {
        while (response.writable && response.write('x'.repeat(500)));
        response.once('drain', more);
      };
      more();
    });
    await expect(fetch(endless)).rejects.toMatchObject({ code: 'upstream_answer_too_large' });
    const exact = await serve((_request, response) => response.end('x'.repeat(1000)));
    expect(await (await fetch(exact)).text()).toHaveLength(1000);
  });

  it('counts the size after decompression too', async () => {
    const answer = (bytes: Buffer): RequestListener => {
      return (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
    };
    const bomb = gzipSync(Buffer.alloc(500_000));
    expect(bomb.length).toBeLessThan(1000);
    await expect(fetch(await serve(answer(bomb)))).rejects.toMatchObject({ code: 'upstream_answer_too_large' });
    expect(await (await fetch(await serve(answer(gzipSync('small'))))).text()).toBe('small');
  });

  it('says unreachable when nobody listens, without the query of the URL', async () => {
    const base = await serve(() => {});
    for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
    const error = await fetch(`${base}/x?secret=canary`).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'upstream_unreachable', detail: { received: 'ECONNREFUSED' } });
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  it('says when the name does not exist', async () => {
    const nowhere = createGuardedFetch({
      allowLoopback: false,
      resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    await expect(nowhere('https://nowhere.example.org/')).rejects.toMatchObject({
      code: 'upstream_name_unknown',
      detail: { received: 'ENOTFOUND' },
    });
  });

  it('says when the connection is closed in the middle of an answer, or before it', async () => {
    const half = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await expect(fetch(half)).rejects.toMatchObject({ code: 'upstream_interrupted' });
    const none = await serve((request) => request.socket.destroy());
    await expect(fetch(none)).rejects.toMatchObject({ code: 'upstream_interrupted' });
  });

  it('reports a redirect where that is the answer, and where it leads to never', async () => {
    const base = await serve((_request, response) => response.writeHead(302, { location: '/inside' }).end());
    await expect(fetch(base)).rejects.toMatchObject({ code: 'upstream_redirected' });
    const reported = await fetch(base, { redirect: 'report' });
    expect([reported.status, [...reported.headers], await reported.text()]).toEqual([302, [], '']);
  });

  it('trusts a private authority for the connection that brought it, and for no other', async () => {
    const { certificate, key } = selfSigned('tls.localhost');
    const port = await listen(createTlsServer({ cert: certificate, key }, (_request, response) => response.end('ok')));
    const url = `https://tls.localhost:${port}/`;
    await expect(fetch(url)).rejects.toMatchObject({ code: 'upstream_tls' });
    expect(await (await fetch(url, { certificateAuthorities: [certificate] })).text()).toBe('ok');
    await expect(fetch(url)).rejects.toMatchObject({ code: 'upstream_tls' });
    const other = selfSigned('tls.localhost');
    await expect(fetch(url, { certificateAuthorities: [other.certificate] })).rejects.toMatchObject({
      code: 'upstream_tls',
    });
  });

  it('trusts what the operator trusts, for every connection, and shows whose certificates it accepted', async () => {
    const authority = issue({ name: 'Company CA', authority: true });
    const { certificate, key } = issue({ name: 'gateway', by: authority, hosts: ['127.0.0.1'] });
    const port = await listen(createTlsServer({ key, cert: certificate }, (_request, response) => response.end('hi')));
    const url = `https://127.0.0.1:${port}/`;
    await expect(fetch(url)).rejects.toMatchObject({ code: 'upstream_tls' });
    const trusting = createGuardedFetch({ allowLoopback: true, authorities: [authority.certificate] });
    const chains: Uint8Array[][] = [];
    for (let index = 0; index < 2; index++) {
      const response = await trusting(url, { onCertificates: (chain) => chains.push([...chain]) });
      expect(await response.text()).toBe('hi');
    }
    // once for each request, because each of them has a connection of its own
    expect(chains).toHaveLength(2);
    const trust = findTrust(chains[1]!, { operator: [authority.certificate] }, Date.now());
    expect(trust).toEqual({ trusted: true, by: 'operator', authority: 'Company CA' });
    expect(await (await trusting(url)).text()).toBe('hi');
    await trusting.close();
  });

  it('compares the host name with the certificate', async () => {
    const { certificate, key } = selfSigned('other.localhost');
    const port = await listen(createTlsServer({ cert: certificate, key }, (_request, response) => response.end('ok')));
    const answer = fetch(`https://tls.localhost:${port}/`, { certificateAuthorities: [certificate] });
    await expect(answer).rejects.toMatchObject({
      code: 'upstream_tls_name',
      detail: { received: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('calls plain http on a TLS port, and the reverse, by its name', async () => {
    const base = await serve((_request, response) => response.end());
    await expect(fetch(base.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'upstream_tls' });
  });

  it('serves libraries that want a standard fetch', async () => {
    const base = await serve((request, response) => response.end(`${request.method} ${request.headers['x-a']}`));
    const standard = asStandardFetch(fetch);
    const response = await standard(new URL(base), { method: 'POST', headers: new Headers({ 'X-A': 'b' }), body: 'x' });
    expect(await response.text()).toBe('POST b');
    await expect(standard(base, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
