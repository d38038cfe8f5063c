/**
 * The broker as a process of its own: the real server with the environment that the demo sends. Ends with its parent.
 * Started by `demo.ts` as a child.
 */
import { startServer } from '../../src/server.ts';
import { serveParent } from './child.ts';

serveParent({
  async start(env: Record<string, string>) {
    const { port } = await startServer(env);
    return { port };
  },
});
