/** `npm run demo [-- --port N] [-- --log]`: starts everything, prints the one address to open, ends with Ctrl-C. */
import { parseArgs } from 'node:util';
import '../../src/core/refuse-old-node.js';

const { defaultPort, findFree, highestPort, portsFrom } = await import('./ports.ts');

const usage = `Usage: npm run demo -- [--port N] [--log]
  --port N  Port of the broker (${defaultPort}); the upstreams take the next four, the start page the eighth
  --log     Show what the broker logs, not only its warnings
`;
const { port, log } = readWords();
progress('Starting …');
const { createDemo, PortsTakenError } = await import('./demo.ts');
let isEnding = false;
const demo = createDemo({
  ports: portsFrom(port),
  output: 'shown',
  logLevel: log ? 'info' : 'warn',
  onProgress: (step) => progress(`Starting: ${step} …`),
  onCrash: (message) => end(message, 1),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end('', 0));
try {
  const { startUrl } = await demo.start();
  progress('');
  const seconds = (performance.now() / 1000).toFixed(1);
  console.log(`Sekisho demo, ready in ${seconds} s. Ctrl-C ends it and removes its data.\n\n  Open ${startUrl}\n`);
} catch (error) {
  if (error instanceof PortsTakenError) await refusePorts(error.ports);
  else await end(error instanceof Error ? error.message : String(error), 1);
}

function readWords(): { port: number; log: boolean } {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, log: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const chosen = Number(values.port ?? defaultPort);
    if (!Number.isInteger(chosen) || chosen < 1 || chosen > highestPort)
      throw new Error(`--port takes a number from 1 to ${highestPort}`);
    return { port: chosen, log: values.log ?? false };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}

/** One line that is written over; line by line where it cannot be. */
function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text}`);
  else if (text !== '') console.log(text);
}

async function refusePorts(taken: readonly number[]): Promise<void> {
  const free = await findFree(port);
  const which = taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(', ')} are`;
  const instead =
    free === undefined ? 'choose others with: npm run demo -- --port N' : `use: npm run demo -- --port ${free}`;
  await end(`${which} taken by another program; ${instead}`, 1);
}

/** Once; what the first caller said is why. Children end with this process in any case. */
async function end(message: string, code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  progress('');
  if (message !== '') process.stderr.write(`${message}\n`);
  await demo.stop();
  process.exit(code);
}
