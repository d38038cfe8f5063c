/**
 * The operator's command line: `npm run sekisho -- <command> [options]`.
 *
 * Owns: finding the command, printing what it answers, exit codes. Does not own: rules (`directory/`); it calls the
 * functions that the server calls, on the same database, while the server may be running.
 */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SealingKeysError } from '../../certs/sealing-keys.ts';
import { type Config, ConfigError, readConfig } from '../config/config.ts';
import { DirectoryError } from '../directory/errors.ts';
import { administratorCommands } from './administrator.ts';
import { applicationCommands } from './application.ts';
import { asCodeCommands } from './as-code.ts';
import { backupCommands } from './backup.ts';
import { type Command, type CommandIo, helpOf, helpOfAll, readValues, UsageError } from './command.ts';
import { connectionCommands } from './connection.ts';
import { identityCommands } from './identity.ts';
import { identityDeskCommands } from './identity-desk.ts';
import { type Installation, openInstallation } from './installation.ts';
import { keysCommands } from './keys.ts';
import { logCommands } from './log.ts';
import { organizationCommands } from './organization.ts';
import { organizationRecoverCommands } from './organization-recover.ts';
import { passwordsCommands } from './passwords.ts';
import { RefusedError } from './refused-error.ts';
import { sealingKeyCommands } from './sealing-key.ts';

const commands: readonly Command[] = [
  ...organizationCommands,
  ...organizationRecoverCommands,
  ...connectionCommands,
  ...applicationCommands,
  ...identityCommands,
  ...identityDeskCommands,
  ...passwordsCommands,
  ...administratorCommands,
  ...keysCommands,
  ...sealingKeyCommands,
  ...backupCommands,
  ...logCommands,
  ...asCodeCommands,
];

export interface CliStreams {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** `words`: the command line after the program's name. Prints the answer, or what is wrong; returns the exit code. */
export async function runCli(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: CliStreams = process,
): Promise<number> {
  try {
    return await run(words, env, streams);
  } catch (error) {
    return explain(error, words.includes('--json'), streams.stderr);
  }
}

async function run(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: CliStreams,
): Promise<number> {
  const { stdout } = streams;
  if (given.length === 0 || given[0] === '--help' || given[0] === 'help') {
    stdout.write(helpOfAll(commands));
    return given.length === 0 ? 2 : 0;
  }
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => given[index] === word));
  if (!command) throw new UsageError(`There is no command "${given.slice(0, 2).join(' ')}"; see --help`);
  const values = readValues(command, given.slice(command.name.split(' ').length));
  if (values.has('help')) {
    stdout.write(helpOf(command));
    return 0;
  }
  const io = createIo(env, streams);
  try {
    const outcome = await command.run(values, io);
    stdout.write(`${values.has('json') ? JSON.stringify(outcome.json, null, 2) : outcome.text}\n`);
    return outcome.failed ? 1 : 0;
  } finally {
    await io.close();
  }
}

function createIo(
  env: Readonly<Record<string, string | undefined>>,
  streams: CliStreams,
): CommandIo & { close(): Promise<void> } {
  let config: Config | undefined;
  let installation: Promise<Installation> | undefined;
  const readOnce = () => {
    config ??= readConfig(env);
    return config;
  };
  return {
    config: readOnce,
    environment: (name) => env[name],
    open() {
      installation ??= openInstallation(readOnce());
      return installation;
    },
    askSecret: (prompt) => askSecret(prompt, streams),
    // One that could not be opened has told its error to the command already.
    close: async () => (await installation?.catch(() => undefined))?.database.close(),
  };
}

/** In a terminal what is typed stays invisible. */
async function askSecret(prompt: string, { stdin, stderr }: CliStreams): Promise<string> {
  const isTyped = stdin.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (isTyped) stderr.write(prompt);
  const lines = createInterface({ input: stdin, output: silent, terminal: isTyped });
  try {
    for await (const line of lines) return line;
    throw new UsageError('Nothing came on standard input');
  } finally {
    lines.close();
    if (isTyped) stderr.write('\n');
  }
}

/** Prints the error and returns the exit code. What we did not foresee comes with its causes, so that it can be reported. */
function explain(error: unknown, asJson: boolean, stderr: NodeJS.WritableStream): number {
  const message = error instanceof Error ? error.message : String(error);
  const problems = error instanceof DirectoryError ? error.problems : [];
  const isForeseen = [UsageError, RefusedError, DirectoryError, ConfigError, SealingKeysError].some(
    (known) => error instanceof known,
  );
  if (asJson) {
    const code = error instanceof DirectoryError ? error.code : error instanceof UsageError ? 'usage' : 'failed';
    stderr.write(`${JSON.stringify({ error: { code, message, problems } })}\n`);
  } else {
    stderr.write(`${isForeseen ? '' : 'Failed: '}${message}\n`);
    for (const problem of problems) stderr.write(`  ${problem.path || '(file)'}: ${problem.message}\n`);
    for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
      stderr.write(`  because: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
