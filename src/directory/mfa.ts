/**
 * Proving the second factor, compulsory for every identity (SPEC CIT-4, CIT-6): a code of the authenticator app, a backup
 * code, or a code by email.
 *
 * Owns that all of them share one limit, and that the person hears of the unusual ones. Does not own the order of a
 * sign-in, nor the factors themselves (`totp-devices.ts`, `backup-codes.ts`, `email-codes.ts`; changes of them are in
 * `mfa-changes.ts`). Called by `signin/` and `console/`.
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import type { Language } from '../core/language.ts';
import type { Database } from '../database/schema.ts';
import { type FactorCodePurpose, factorCode } from '../mail/letters/factor-code.ts';
import type { Mails } from '../mail/mails.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { Store } from '../store/store.ts';
import type { Act, SystemEvent } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { createBackupCodes } from './backup-codes.ts';
import { createEmailCodes, emailCodeLifetime } from './email-codes.ts';
import { createFactorTries } from './factor-tries.ts';
import { recordOfIdentity } from './identity-organizations.ts';
import { isMailboxInDoubt, trustMailbox } from './resets-by-mail.ts';
import { createTotpDevices } from './totp-devices.ts';

export const factorMethods = ['otp', 'backup_code', 'email_code'] as const;
export type FactorMethod = (typeof factorMethods)[number];

/** `challenge_spent`: five wrong codes, begin again. `throttled`: too many within an hour. */
export type CodeOutcome = 'accepted' | 'wrong' | 'challenge_spent' | 'throttled';

/** Whose factor, in which challenge, in which request. */
export interface FactorRequest {
  identityId: string;
  /** Unguessable; of one sign-in that has proved the password, or of one session. Tries are counted under it. */
  challengeId: string;
  act: Act;
  /** The reader's, for mails. Absent: both. */
  language?: Language;
}

export interface CodeTry extends FactorRequest {
  method: FactorMethod;
  /** As typed. */
  code: string;
}

export interface MfaNeeds {
  db: Database;
  store: Store;
  clock: Clock;
  sealer: Sealer;
  mails: Pick<Mails, 'queue'>;
  tellPerson: TellPerson;
  systemLog: Pick<SystemLog, 'record'>;
}

export type Mfa = ReturnType<typeof createMfa>;

export function createMfa({ db, store, clock, sealer, mails, tellPerson, systemLog }: MfaNeeds) {
  const devices = createTotpDevices({ db, clock, sealer });
  const backupCodes = createBackupCodes({ db, clock });
  const emailCodes = createEmailCodes({ store, clock });
  const tries = createFactorTries({ store, clock });

  const verifyCode = (attempt: CodeTry): Promise<CodeOutcome> => counted(attempt, () => use(attempt));

  /** A code by email for who has no factor yet: nothing that anybody has to be told of. Counted like the others. */
  const verifyFirstCode = (attempt: FactorRequest & { code: string }): Promise<CodeOutcome> =>
    counted(attempt, () => emailCodes.use(attempt, attempt.code));

  async function counted(request: FactorRequest, isRight: () => Promise<boolean>): Promise<CodeOutcome> {
    const { identityId, challengeId, act } = request;
    const counts = { identityId, challengeId, address: act.clientAddress };
    const started = await tries.begin(counts);
    if (!started.may) return started.why;
    if (await isRight()) {
      await tries.succeeded(counts);
      return 'accepted';
    }
    if (await tries.failed(counts, started.tries)) await alert(request);
    return 'wrong';
  }

  function use(attempt: CodeTry): Promise<boolean> {
    if (attempt.method === 'otp') return devices.useCode(attempt.identityId, attempt.code);
    return attempt.method === 'backup_code' ? useBackupCode(attempt) : useEmailCode(attempt);
  }

  async function useBackupCode(attempt: CodeTry): Promise<boolean> {
    const { identityId } = attempt;
    const matched = await backupCodes.match(identityId, attempt.code);
    if (matched === undefined) return false;
    return db.transaction().execute(async (trx) => {
      if (!(await backupCodes.spend(trx, identityId, matched))) return false;
      const left = await backupCodes.left(identityId, trx);
      await note(trx, attempt, 'platform/backupcodes/use', { left });
      await tell(trx, attempt, { kind: 'backup_code_used', left });
      return true;
    });
  }

  /** Not after a reset by mail (ID-08). */
  const mayUseMail = async (identityId: string): Promise<boolean> => !(await isMailboxInDoubt(db, identityId));

  async function useEmailCode(attempt: CodeTry): Promise<boolean> {
    if (!(await mayUseMail(attempt.identityId))) return false;
    if (!(await emailCodes.use(attempt, attempt.code))) return false;
    await db.transaction().execute(async (trx) => {
      await note(trx, attempt, 'platform/recoverycode/use');
      await tell(trx, attempt, { kind: 'email_code_used' });
    });
    return true;
  }

  /**
   * Writes six digits to the identity's address. `throttled`: too many mails within an hour; the ones before still count
   * until they run out. `refused`: it would prove nothing now (`mayUseMail`); for an enrolment it always does, there is
   * nothing else yet.
   */
  async function sendCode(
    request: FactorRequest,
    purpose: FactorCodePurpose,
  ): Promise<'sent' | 'throttled' | 'refused'> {
    if (purpose !== 'enrolment' && !(await mayUseMail(request.identityId))) return 'refused';
    const { email } = await personOf(db, request.identityId);
    const made = await emailCodes.make(request);
    if (!made) return 'throttled';
    const minutes = emailCodeLifetime / 60_000;
    const letter = factorCode(request.language, { code: made.code, purpose, email, minutes });
    await db.transaction().execute(async (trx) => {
      await note(trx, request, 'platform/recoverycode/send', { purpose });
      await mails.queue({ to: email, letter, expiresAt: made.expiresAt }, trx);
    });
    return 'sent';
  }

  /** Somebody who has given the password guesses at the factor. */
  async function alert(request: FactorRequest): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await note(trx, request, 'platform/authenticationcode/limit');
      await tell(trx, request, { kind: 'codes_guessed' });
    });
  }

  async function tell(
    trx: Database,
    { identityId, act }: FactorRequest,
    what: Pick<Parameters<TellPerson>[0], 'kind' | 'left'>,
  ): Promise<void> {
    const { email } = await personOf(trx, identityId);
    // In both languages: the request's own is that of whoever made it, and this is for who did not.
    await tellPerson({ ...what, email, act }, trx);
  }

  async function note(
    trx: Database,
    { identityId, act }: FactorRequest,
    event: SystemEvent,
    detail: Readonly<Record<string, string | number>> = {},
  ): Promise<void> {
    const { name } = await personOf(trx, identityId);
    await recordOfIdentity(trx, systemLog, act, { event, detail, identity: { id: identityId, name } });
  }

  const isCodeWaiting = (request: Pick<FactorRequest, 'identityId' | 'challengeId'>) => emailCodes.isWaiting(request);

  /** Somebody came in with the password and another factor than their mail, in a sign-in begun at `startedAt`. */
  const cameInWithoutMail = (identityId: string, startedAt: number) => trustMailbox(db, identityId, startedAt);

  return { verifyCode, verifyFirstCode, sendCode, isCodeWaiting, mayUseMail, cameInWithoutMail };
}

/** Throws when the identity is gone. */
export async function personOf(db: Database, identityId: string): Promise<{ email: string; name: string }> {
  const row = await db
    .selectFrom('identities')
    .select(['email', 'display_name'])
    .where('id', '=', identityId)
    .executeTakeFirstOrThrow();
  return { email: row.email, name: row.display_name };
}
