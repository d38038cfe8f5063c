/** `npm start`: configuration → stores → app → listen, and a graceful end. */
import { refuseOldNode } from './core/node-version.ts';

refuseOldNode(process.versions.node);
const { startServer } = await import('./server.ts');
try {
  await startServer(process.env);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
