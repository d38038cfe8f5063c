/**
 * The second step of what cannot be taken back: the first shows what would happen and a code, which stands for exactly
 * that. Protects from mistakes (another person, a state that has changed since), not from whoever may run the command.
 */
import { createHash } from 'node:crypto';
import { type Outcome, UsageError, type Values } from './command.ts';
import { RefusedError } from './refused-error.ts';

/** For the options of a command that asks for it. */
export const confirmOption = {
  confirm: { value: 'CODE', help: 'The code of the first step; without it nothing is done' },
  reason: { value: 'TEXT', help: 'Why, for the log: a ticket, say', required: true },
} as const;

const hour = 3_600_000;

/** For the log, so never nothing. Throws `UsageError` when there are only spaces. */
export function readReason(values: Values): string {
  const reason = values.required('reason').trim();
  if (reason === '') throw new UsageError('--reason must not be empty: it says in the log why this was done');
  return reason;
}

export interface Question {
  command: string;
  /** What the log will say; another one needs another code. */
  reason: string;
  /** Whatever the answer depends on; a line each, and changed: another code. */
  facts: readonly string[];
  /** What would happen, a sentence each. */
  would: readonly string[];
}

/** Undefined: confirmed, go on. Throws `RefusedError` for a code that does not stand for this. */
export function askToConfirm(values: Values, question: Question, now: number): Outcome | undefined {
  const given = values.text('confirm');
  const window = Math.floor(now / hour);
  if (given === undefined) {
    const code = codeOf(question, window);
    return {
      json: { done: false, would: question.would, confirm: code },
      text: `This would happen:\n${question.would.map((line) => `  - ${line}`).join('\n')}\nNothing has been done yet. To do it, run the same command with --confirm ${code} within the hour.`,
    };
  }
  const typed = given.trim().toUpperCase();
  if (typed !== codeOf(question, window) && typed !== codeOf(question, window - 1))
    throw new RefusedError(
      'This code does not stand for what would happen now. Run the command without --confirm and look again',
    );
  return undefined;
}

/** 40 bits; letters and digits that are not mistaken for others. */
function codeOf({ command, reason, facts, would }: Question, window: number): string {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const digest = createHash('sha256')
    .update(JSON.stringify([command, reason, facts, would, window]))
    .digest();
  const text = [...digest.subarray(0, 8)].map((byte) => alphabet[byte % 32]).join('');
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}
