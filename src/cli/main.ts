/** `npm run sekisho -- <command> [options]`; what there is, `run.ts` lists. */
import '../core/refuse-old-node.js';
import { keepCompiled } from '../core/compile-cache.ts';

keepCompiled();
const { runCli } = await import('./run.ts');
process.exitCode = await runCli(process.argv.slice(2), process.env);
