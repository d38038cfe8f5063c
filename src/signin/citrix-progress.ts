/**
 * Where a sign-in with the built-in identity stands, and what is still to be done before it is one (SPEC §6).
 *
 * The one list of tasks, in order; the dispatcher shows the first that is due (ARCHITECTURE §3: from stored state to
 * the next page). No task leads to another. Until the last one is done nothing is a session (SECURITY ID-07).
 */
import type { FactorMethod } from '../directory/mfa.ts';
import type { PasswordDue } from '../directory/passwords.ts';
import type { VerifiedPerson } from './person.ts';

/** How the second factor was proven in this sign-in. */
export type Factor = FactorMethod | 'passkey';

/** What an enrolment has gathered so far; nothing of it is durable before its end (CIT-4). */
export interface PendingEnrolment {
  /** Base32; of the device that is to be. */
  key: string;
  /** Of the code that the new device has shown; null: not yet. */
  step: number | null;
  /** E.164; null: not yet. */
  phone: string | null;
  backupCodes: readonly string[];
  /** "I've saved these codes". */
  saved: boolean;
}

export interface CitrixProgress {
  /** Unguessable; another after each proof. Tries of codes are counted under it. */
  challengeId: string;
  person: VerifiedPerson;
  /** When the first proof was given, in milliseconds. */
  startedAt: number;
  /** Null: not yet. */
  factor: Factor | null;
  /** Why the password that was proven must be replaced before anything else (CIT-3); null: it need not, or there was none. */
  passwordDue: PasswordDue | null;
  /** From the proof that it begins with. */
  enrolment?: PendingEnrolment | undefined;
  /** Somebody came in without the authenticator app: whether they want to enrol another one now is asked, or answered. */
  newDevice?: 'offered' | 'chosen' | undefined;
}

export type CitrixTask = 'code' | 'enrol' | 'new-password' | 'terms';

/** What is asked of the directory while deciding; of the identity `person.subject`. */
export interface CitrixFacts {
  /** Sign-ins that began before this (milliseconds) count no more; null: there is no such identity any more. */
  sessionsNotBefore(identityId: string): Promise<number | null>;
  /** An authenticator app or a passkey. */
  hasFactor(identityId: string): Promise<boolean>;
  /** CIT-10: the terms of service in force have not been accepted. */
  termsDue(identityId: string): Promise<boolean>;
}

interface TaskRule {
  task: CitrixTask;
  isDue(progress: CitrixProgress, facts: CitrixFacts): boolean | Promise<boolean>;
}

const rules: readonly TaskRule[] = [
  {
    task: 'code',
    isDue: async ({ factor, person }, { hasFactor }) => factor === null && (await hasFactor(person.subject)),
  },
  // Who has a factor gets here only by proving one (SECURITY ID-07).
  { task: 'enrol', isDue: ({ factor, newDevice }) => factor === null || newDevice !== undefined },
  { task: 'new-password', isDue: ({ passwordDue }) => passwordDue !== null },
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
