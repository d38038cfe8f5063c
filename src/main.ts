/** `npm start`: configuration → stores → app → listen, and a graceful end. */
import './core/refuse-old-node.js';
import { keepCompiled } from './core/compile-cache.ts';

const writeCompiled = keepCompiled();
const { startServer } = await import('./server.ts');
try {
  await startServer(process.env);
  writeCompiled();
} catch (error) {
  process.stderr.write(`${sentenceFor(error)}\n`);
  process.exit(1);
}

function sentenceFor(error: unknown): string {
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== 'EADDRINUSE') return message ?? String(error);
  return `${address}:${port} is taken by another program; choose another address with SEKISHO_LISTEN`;
}
