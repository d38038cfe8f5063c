/** `npm run sekisho -- <command> [options]`; what there is, `run.ts` lists. */
import { refuseOldNode } from '../core/node-version.ts';

refuseOldNode(process.versions.node);
const { runCli } = await import('./run.ts');
process.exitCode = await runCli(process.argv.slice(2), process.env);
