/** The server itself: TLS, timeouts, and an end that lets people finish what they were doing. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** SPEC TLS-1: 1.2 with forward secrecy and AES-GCM, and what 1.3 brings. */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** A slow sender holds a socket, not more; nobody's sign-in takes a minute to arrive. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 32 * 1024,
  requireHostHeader: true,
  keepAlive: true,
} as const;

export interface ListenOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** PEM. */
  tls?: { certificate: string; key: string };
}

export interface Listening {
  /** The port that it really has. */
  port: number;
  server: Server | TlsServer;
  /**
   * Stops accepting, lets running requests finish, closes idle connections at once and all others after `patience`
   * milliseconds (default 10 s). Resolves when everything is closed; may be called again.
   */
  stop(patience?: number): Promise<void>;
}

/** Rejects when the address is in use or not ours. */
export async function listen(listener: RequestListener, options: ListenOptions): Promise<Listening> {
  const { tls } = options;
  let stopping: Promise<void> | undefined;
  const onRequest: RequestListener = (request, response) => {
    if (stopping) response.setHeader('Connection', 'close');
    listener(request, response);
  };
  const server: Server | TlsServer = tls
    ? createTlsServer(
        { ...limits, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2', ciphers, honorCipherOrder: true },
        onRequest,
      )
    : createServer(limits, onRequest);
  // `localhost` may mean ::1 alone to Node, while other programs on this machine ask for 127.0.0.1.
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    stop: (patience = 10_000) => (stopping ??= drain(server, patience)),
  };
}

function drain(server: Server | TlsServer, patience: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection becomes idle whenever its answer is out; the server does not look by itself.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const end = setTimeout(() => server.closeAllConnections(), patience);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(end);
      resolve();
    });
    server.closeIdleConnections();
  });
}
