/** `Ports` for tests of providers: fetch that reaches loopback only, real randomness, a log that is kept. */
import { randomBytes } from 'node:crypto';
import { ProviderError } from '../../providers/errors.ts';
import type { Ports } from '../../providers/provider.ts';

export interface TestPorts extends Ports {
  /** Everything that was logged, one JSON text a line. */
  lines: string[];
  /** Every URL that was fetched. */
  fetched: string[];
  /** How long somebody wanted to wait, each time. */
  slept: number[];
}

export function testPorts(options: { now?: () => number } = {}): TestPorts {
  const lines: string[] = [];
  const fetched: string[] = [];
  const slept: number[] = [];
  return {
    lines,
    fetched,
    now: options.now ?? Date.now,
    random: (bytes) => randomBytes(bytes),
    // nobody waits in a test
    sleep: async (milliseconds) => void slept.push(milliseconds),
    slept,
    log: {
      info: (fields, message) => lines.push(JSON.stringify({ ...fields, message })),
      warn: (fields, message) => lines.push(JSON.stringify({ ...fields, message })),
    },
    async fetch(url, init = {}) {
      fetched.push(url);
      const { hostname } = new URL(url);
      if (hostname !== '127.0.0.1' && hostname !== 'localhost') throw new ProviderError('upstream_address_refused');
      const { certificateAuthorities: _, onCertificates: _on, redirect: _redirect, body, ...rest } = init;
      try {
        return await fetch(url, {
          ...rest,
          redirect: 'manual',
          ...(body === undefined ? {} : { body: body as string }),
        });
      } catch (cause) {
        throw new ProviderError('upstream_unreachable', { cause });
      }
    },
  };
}
