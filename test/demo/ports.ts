/** Which ports the demo takes: the broker's, and a few above it. All on 127.0.0.1. */
import { createServer } from 'node:net';

const offsets = { broker: 0, okta: 1, entra: 2, gateway: 3, saml: 4, startPage: 8 } as const;
export type Listener = keyof typeof offsets;
export type Ports = Readonly<Record<Listener, number>>;

export const defaultPort = 8080;
export const highestPort = 65_535 - offsets.startPage;

export function portsFrom(broker: number): Ports {
  const entries = Object.entries(offsets).map(([name, offset]) => [name, broker + offset]);
  return Object.fromEntries(entries) as Record<Listener, number>;
}

/** Those that somebody else listens on, on either loopback address: a browser may try ::1 first for a name below localhost. */
export async function findTaken(ports: Ports): Promise<number[]> {
  const checked = await Promise.all(
    Object.values(ports).map(async (port) => ({
      port,
      taken: (await isTaken(port, '127.0.0.1')) || (await isTaken(port, '::1')),
    })),
  );
  return checked.filter(({ taken }) => taken).map(({ port }) => port);
}

/** The first broker port above `after` whose whole row is free; undefined when there is none nearby. */
export async function findFree(after: number): Promise<number | undefined> {
  for (let port = after + 100; port <= Math.min(after + 2000, highestPort); port += 100)
    if ((await findTaken(portsFrom(port))).length === 0) return port;
  return undefined;
}

function isTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // A machine without IPv6 has nobody listening there.
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' || error.code === 'EACCES'),
    );
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}
