/**
 * Where a sign-in with the built-in identity stands, and what is still to be done before it is one (SPEC §6).
 *
 * The one list of tasks, in order; the dispatcher shows the first that is due (ARCHITECTURE §3: from stored state to
 * the next page). No task leads to another. Until the last one is done nothing is a session (SECURITY ID-07).
 */
import type { VerifiedPerson } from './person.ts';

/** How the second factor was proven in this sign-in. */
export type Factor = 'otp' | 'passkey';

export interface CitrixProgress {
  /** Unguessable; another after each proof. Tries of codes are counted under it. */
  challengeId: string;
  person: VerifiedPerson;
  /** When the first proof was given, in milliseconds. */
  startedAt: number;
  /** Null: not yet. */
  factor: Factor | null;
}

export type CitrixTask = 'code' | 'terms';

/** What is asked of the directory while deciding; of the identity `person.subject`. */
export interface CitrixFacts {
  /** Sign-ins that began before this (milliseconds) count no more; null: there is no such identity any more. */
  sessionsNotBefore(identityId: string): Promise<number | null>;
  /** CIT-10: the terms of service in force have not been accepted. */
  termsDue(identityId: string): Promise<boolean>;
}

interface TaskRule {
  task: CitrixTask;
  isDue(progress: CitrixProgress, facts: CitrixFacts): boolean | Promise<boolean>;
}

const rules: readonly TaskRule[] = [
  { task: 'code', isDue: ({ factor }) => factor === null },
  { task: 'terms', isDue: ({ person }, facts) => facts.termsDue(person.subject) },
];

/** Whether it may go on: not when all sessions of the identity have been ended meanwhile, by a new password say. */
export async function isStanding({ person, startedAt }: CitrixProgress, facts: CitrixFacts): Promise<boolean> {
  const notBefore = await facts.sessionsNotBefore(person.subject);
  return notBefore !== null && notBefore <= startedAt;
}

/** Undefined: everything is done, the person may come in. */
export async function nextTask(progress: CitrixProgress, facts: CitrixFacts): Promise<CitrixTask | undefined> {
  for (const rule of rules) {
    if (await rule.isDue(progress, facts)) return rule.task;
  }
  return undefined;
}
