/** Processes of the bench, each on one core: what is measured has a core to itself, and whoever makes the load another. */
import { type ChildProcess, execFileSync, fork, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

export const serverCore = 0;
export const loadCore = 1;

/** Without `taskset` (util-linux) or a second core nothing is pinned, and the figures say less. */
export const canPin = availableParallelism() > 1 && hasTaskset();

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Moves this process, and with it every child that is not given a core of its own. */
export function pinThisProcess(core: number): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)], { stdio: 'ignore' });
}

export interface PinnedProcess {
  /** The answer of the child's handler of this name (test/demo/child.ts). */
  ask<Answer>(question: string, given?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

/** `file`: a module that calls `serveParent`. Its output goes to `logFile`, as a server's would. */
export function startPinned(file: URL, core: number, logFile: string): PinnedProcess {
  const log = openSync(logFile, 'a');
  const stdio: StdioOptions = ['ignore', log, log, 'ipc'];
  const env = environment({});
  const child = canPin
    ? fork(fileURLToPath(file), [], { stdio, env, execPath: 'taskset', execArgv: taskset(core) })
    : fork(fileURLToPath(file), [], { stdio, env, execArgv: [...serverFlags] });
  closeSync(log);
  const gone = once(child, 'exit');

  async function ask<Answer>(question: string, given: unknown = null): Promise<Answer> {
    child.send({ ask: question, given });
    const [reply] = await Promise.race([once(child, 'message'), gone.then(() => [])]);
    if (reply === undefined) throw new Error(`${file.pathname} has ended; it wrote ${logFile}`);
    if ('failed' in reply) throw new Error(`${question}: ${reply.failed.message}`);
    return reply.answer;
  }

  async function stop(): Promise<void> {
    if (child.connected) child.disconnect();
    await gone;
  }
  return { ask, stop };
}

/** The program as it is really started, with its output for the caller to read. */
export function spawnProgram(file: URL, core: number, settings: Record<string, string>): ChildProcess {
  const [command, ...before] = canPin ? ['taskset', ...taskset(core)] : [process.execPath, ...serverFlags];
  return spawn(command!, [...before, fileURLToPath(file)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(settings),
  });
}

/** The flags of `npm start`: what is measured runs as it is shipped. */
const serverFlags: readonly string[] = manifest.scripts.start.split(' ').filter((word) => /^--max-/.test(word));
const taskset = (core: number) => ['-c', String(core), process.execPath, ...serverFlags];

/** Nothing of the person's environment may configure what is measured. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('SEKISHO_'));
  return { ...Object.fromEntries(inherited), ...settings };
}
