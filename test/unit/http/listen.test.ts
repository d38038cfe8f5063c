import { generateKeyPairSync } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../../certs/self-signed.ts';
import { type Listening, listen } from '../../../src/http/listen.ts';

const open: Listening[] = [];
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.stop(0);
});
async function start(...args: Parameters<typeof listen>): Promise<Listening> {
  const listening = await listen(...args);
  open.push(listening);
  return listening;
}

function tlsFiles(type: 'rsa' | 'ec') {
  const { privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const now = Date.now();
  const certificate = makeSelfSignedCertificate({
    commonName: 'localhost',
    privateKeyPem: key,
    notBefore: now - 3_600_000,
    notAfter: now + 3_600_000,
  });
  return { certificate, key };
}

const address = { host: '127.0.0.1', port: 0 };

describe('serving TLS', () => {
  const negotiate = (port: number, options: ConnectionOptions): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it.each([
    ['rsa', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ['rsa', 'ECDHE-RSA-AES128-GCM-SHA256'],
    ['ec', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    ['ec', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ] as const)('offers TLS 1.2 with %s and %s', async (type, ciphers) => {
    const { port } = await start((_request, response) => response.end(), { ...address, tls: tlsFiles(type) });
    expect(await negotiate(port, { maxVersion: 'TLSv1.2', ciphers })).toBe(`TLSv1.2 ${ciphers}`);
  });

  it('offers TLS 1.3, and nothing older than 1.2 or without forward secrecy', async () => {
    const { port } = await start((_request, response) => response.end('hello'), { ...address, tls: tlsFiles('rsa') });
    expect(await negotiate(port, {})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
    await expect(
      negotiate(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
    ).rejects.toThrow();
    for (const ciphers of ['AES256-GCM-SHA384', 'ECDHE-RSA-AES256-SHA384', 'AES128-SHA'])
      await expect(negotiate(port, { maxVersion: 'TLSv1.2', ciphers }), ciphers).rejects.toThrow();
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }, (r) =>
        resolve(r.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});

describe('stopping', () => {
  it('lets a running request finish, takes no new ones, and closes kept connections', async () => {
    let finish = (): void => {};
    const arrived = Promise.withResolvers<void>();
    const listening = await start((_request, response) => {
      finish = () => response.end('finished');
      arrived.resolve();
    }, address);
    const agent = new Agent({ keepAlive: true });
    const answer = new Promise<string>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port: listening.port, agent }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      })
        .on('error', reject)
        .end();
    });
    await arrived.promise;
    const stopped = listening.stop();
    await expect(listen(() => {}, { ...address, port: listening.port }).then((l) => l.stop())).resolves.toBeUndefined();
    finish();
    expect(await answer).toBe('finished');
    await stopped;
    agent.destroy();
  });

  it('does not wait for ever for a request that does not end', async () => {
    const arrived = Promise.withResolvers<void>();
    const listening = await start(() => arrived.resolve(), address);
    const cut = new Promise((resolve) => {
      httpRequest({ host: '127.0.0.1', port: listening.port, agent: false }).on('error', resolve).end();
    });
    await arrived.promise;
    await listening.stop(20);
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
  });

  it('says so when the address is taken', async () => {
    const { port } = await start(() => {}, address);
    await expect(listen(() => {}, { ...address, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
