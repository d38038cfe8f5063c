/**
 * Processes of the demo: the parent asks, one thing at a time, and the child answers. A child ends as soon as its parent
 * is gone, whatever ended it, because the channel between them closes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

interface Question {
  ask: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the handler of this question takes
  given: any;
}
type Answer = { answer: unknown } | { failed: { code?: string; message: string } };

/** In the child: answers the parent's questions, each by the handler of its name. */
export function serveParent(handlers: Readonly<Record<string, (given: Question['given']) => Promise<unknown>>>): void {
  process.on('message', async ({ ask, given }: Question) => {
    const reply = (answer: Answer) => process.send?.(answer);
    try {
      reply({ answer: (await handlers[ask]?.(given)) ?? null });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      reply({ failed: { message, ...(code !== undefined && { code }) } });
    }
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group; the parent decides about the order.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => process.exit(143));
}

export interface Child {
  ask(question: string, given: unknown): Promise<unknown>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** As people read it. */
  name: string;
  /** `quiet`: what it writes is shown only when it ends by itself. */
  output: 'shown' | 'quiet';
  /** It has ended although nobody asked it to. */
  onCrash(message: string): void;
}

/** `file`: the URL of a module that calls `serveParent`. */
export function startChild(file: URL, { name, output, onCrash }: ChildOptions): Child {
  const stdio = output === 'shown' ? 'inherit' : 'pipe';
  // Nothing of the person's environment may configure the demo.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('SEKISHO_')));
  const child = fork(fileURLToPath(file), [], { stdio: ['ignore', stdio, stdio, 'ipc'], execArgv: [], env });
  const gone = once(child, 'exit');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part) => {
      said = (said + String(part)).slice(-4000);
    });
  let isStopping = false;
  gone.then(([code, signal]) => {
    if (isStopping) return;
    onCrash(`The ${name} has ended (${signal ?? `code ${code}`}).${said === '' ? '' : `\n${said.trim()}`}`);
  });

  async function ask(question: string, given: unknown): Promise<unknown> {
    child.send({ ask: question, given } satisfies Question);
    const [reply] = (await Promise.race([once(child, 'message'), gone.then(() => [])])) as [Answer?];
    if (reply === undefined) throw new Error(`The ${name} has ended.${said === '' ? '' : `\n${said.trim()}`}`);
    if ('failed' in reply) throw Object.assign(new Error(`The ${name}: ${reply.failed.message}`), reply.failed);
    return reply.answer;
  }

  async function stop(): Promise<void> {
    isStopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const patience = setTimeout(() => child.kill('SIGKILL'), 3000);
    if (child.connected) child.disconnect();
    await gone;
    clearTimeout(patience);
  }

  return { ask, stop };
}
