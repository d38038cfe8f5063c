/** The real server, measured. Ends with its parent. */
import { createPasswordHasher } from '../../src/directory/credentials.ts';
import { startServer } from '../../src/server.ts';
import { serveMeasured } from './measured-process.ts';

serveMeasured({
  async start(env: Record<string, string>) {
    await startServer(env);
  },
  /** Compares so many passwords: argon2's share in a sign-in. */
  async comparePasswords(times: number) {
    const { matches } = createPasswordHasher();
    for (let time = 0; time < times; time++) await matches(undefined, 'a password of nobody');
  },
});
