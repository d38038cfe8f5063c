/**
 * What a command of the CLI is, and how its words on the command line become values.
 *
 * Owns: parsing, help texts. Does not own: what a command does (a file per group). Called by `main.ts`.
 */
import { parseArgs } from 'node:util';
import type { Config } from '../config/config.ts';
import type { Installation } from './installation.ts';

export interface Option {
  /** What stands for the value in the help, as in `--file FILE`; absent: a switch. */
  value?: string;
  help: string;
  required?: boolean;
  /** May be given several times. */
  multiple?: boolean;
}

export interface Command {
  /** `organization create` */
  name: string;
  summary: string;
  /** Further lines of `--help`. */
  notes?: string;
  options: Readonly<Record<string, Option>>;
  run(values: Values, io: CommandIo): Promise<Outcome>;
}

export interface CommandIo {
  /** Opened at the first call; closed by `main.ts`. */
  open(): Promise<Installation>;
  /** Without opening anything. */
  config(): Config;
  /** A variable of the environment that is not configuration; undefined when it is not set. */
  environment(name: string): string | undefined;
  /** One line from standard input, hidden where it is typed. */
  askSecret(prompt: string): Promise<string>;
}

export interface Outcome {
  /** Printed as it is, or as JSON with `--json`. */
  text: string;
  json: unknown;
  /** It was done, and what it found is bad: exit code 1. */
  failed?: boolean;
}

/** Values by option name. Reading one that the command did not declare is a bug and throws. */
export interface Values {
  has(option: string): boolean;
  /** Undefined when it was not given. */
  text(option: string): string | undefined;
  /** Of a required option. */
  required(option: string): string;
  texts(option: string): string[];
}

/** The words make no sense: exit code 2. */
export class UsageError extends Error {}

const commonOptions: Readonly<Record<string, Option>> = {
  json: { help: 'Answer as JSON' },
  help: { help: 'Show this' },
};

/** Throws `UsageError` for unknown options, missing values, missing required options and stray words. */
export function readValues(command: Command, words: readonly string[]): Values {
  const declared = { ...command.options, ...commonOptions };
  const options = Object.fromEntries(
    Object.entries(declared).map(([name, { value, multiple }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple ?? false },
    ]),
  );
  let given: Record<string, string | boolean | (string | boolean)[] | undefined>;
  try {
    given = parseArgs({ args: [...words], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const missing = Object.keys(declared).filter((name) => declared[name]?.required && given[name] === undefined);
  if (missing.length > 0 && given.help !== true)
    throw new UsageError(`Missing: ${missing.map((name) => `--${name}`).join(', ')}`);

  const read = (name: string): (string | boolean)[] => {
    if (declared[name] === undefined) throw new Error(`The command "${command.name}" has no option --${name}`);
    const value = given[name];
    return value === undefined ? [] : [value].flat();
  };
  return {
    has: (name) => read(name).length > 0,
    text: (name) => read(name)[0] as string | undefined,
    required: (name) => read(name)[0] as string,
    texts: (name) => read(name) as string[],
  };
}

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) => {
    const flag = `--${name}${option.value === undefined ? '' : ` ${option.value}`}`;
    const marks = [option.required && 'required', option.multiple && 'may be repeated'].filter(Boolean);
    return [flag, `${option.help}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`];
  });
  const notes = command.notes === undefined ? '' : `\n\n${command.notes}`;
  return `sekisho ${command.name}: ${command.summary}\n\n${columns(rows)}${notes}\n`;
}

export function helpOfAll(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary]);
  return `Usage: npm run sekisho -- <command> [options]\n\n${columns(rows)}\n\nEach takes --help and --json. Exit codes: 0 done, 1 refused or failed, 2 not understood.\nConfiguration is read from the same SEKISHO_* variables as the server's.\n`;
}

/** Rows under one another, every column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows
    .map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index]!)).join('  ')}`.trimEnd())
    .join('\n');
}
