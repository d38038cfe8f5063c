/** Many small GETs on raw sockets: an HTTP client would need more of its core than the server of its own. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawLoad {
  port: number;
  path: string;
  /** One socket for each; the Cookie header that it sends. */
  cookies: readonly string[];
  requests: number;
}

/** Each socket asks again when it has been answered. Rejects at the first answer that is not 200. */
export async function loadRaw({ port, path, cookies, requests }: RawLoad): Promise<void> {
  let left = requests;
  const takeOne = () => left-- > 0;
  const sleep = stayAwake();
  await Promise.all(cookies.map((cookie) => ask(port, requestOf(port, path, cookie), takeOne))).finally(sleep);
}

/**
 * A server that writes to a sleeping client pays for waking it, and the slower of two servers more often. So nobody sleeps.
 * Returns what ends it.
 */
function stayAwake(): () => void {
  let isOver = false;
  const turn = (): void => {
    if (!isOver) setImmediate(turn);
  };
  turn();
  return () => {
    isOver = true;
  };
}

async function ask(port: number, text: string, takeOne: () => boolean): Promise<void> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    let received = '';
    const next = () => {
      if (takeOne()) socket.write(text);
      else resolve();
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${received}`)));
    socket.on('data', (part) => {
      received += part.toString('latin1');
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
      if (received.length < head + 4 + length) return;
      if (!received.startsWith('HTTP/1.1 200 ')) return reject(new Error(received));
      received = '';
      next();
    });
    next();
  }).finally(() => socket.destroy());
}

/** As a person's browser asks: a navigation, so that activity is recorded. */
function requestOf(port: number, path: string, cookie: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    'Accept: text/html,application/json',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Dest: document',
    `Cookie: ${cookie}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
