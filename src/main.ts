/** `npm start`: configuration → stores → app → listen, and a graceful end. */
import './core/refuse-old-node.js';

const { startServer } = await import('./server.ts');
try {
  await startServer(process.env);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
