/** The real server, measured. Ends with its parent. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createPasswordHasher } from '../../src/directory/credentials.ts';
import { startServer } from '../../src/server.ts';
import { serveMeasured } from './measured-process.ts';

const lag = monitorEventLoopDelay({ resolution: 1 });

serveMeasured({
  async start(env: Record<string, string>) {
    await startServer(env);
  },
  /** Compares so many passwords: argon2's share in a sign-in. */
  async comparePasswords(times: number) {
    const { matches } = createPasswordHasher();
    // Eight are waiting at any time, as in the load: the hasher takes them in turn.
    let left = times;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await matches(undefined, 'a password of nobody');
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  },
  async watchLag() {
    lag.reset();
    lag.enable();
  },
  /** Since it is watched. */
  async lag() {
    lag.disable();
    return { p99Ms: lag.percentile(99) / 1e6 };
  },
});
