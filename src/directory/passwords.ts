/**
 * The password of a Citrix identity over its life: set anew, no longer used, found compromised (SPEC CIT-2, CIT-3).
 *
 * Owns: which of the rules a new password breaks for this person, `password_history`, the change with everything that
 * belongs to it (former sessions end, log entry, letter to the person, all in one transaction). Does not own: comparing at
 * sign-in (`identities.ts`), links for whoever has forgotten theirs (`password-resets.ts`). Called by `signin/`,
 * `console/`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Language } from '../core/language.ts';
import { prepareFind } from '../database/prepared.ts';
import type { Database, IdentityRow } from '../database/schema.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { Act } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import type { CompromisedPasswords } from './compromised-passwords.ts';
import type { PasswordHasher } from './credentials.ts';
import { recordOfIdentity } from './identity-organizations.ts';
import { endSessionsBefore } from './identity-sessions.ts';
import { type PasswordProblem, problemsOfPassword } from './password-rules.ts';
import { suspendClientsOf } from './secure-clients.ts';

/** CIT-3. */
const unusedMs = 60 * 86_400_000;
/** CIT-2: so many before the current one. */
const remembered = 5;

/** Why another password is demanded at sign-in. */
export type PasswordDue = 'unused' | 'compromised';

/**
 * `changed`: sessions opened before `at` (milliseconds) have ended. `refused`: every rule that the new one breaks. `wrong_current`: not proven. `overtaken`: the password was changed,
 * or the session ended, meanwhile by another request or process.
 */
export type PasswordChange =
  | { outcome: 'changed'; at: number }
  | { outcome: 'refused'; problems: readonly PasswordProblem[] }
  | { outcome: 'wrong_current' | 'overtaken' };

export interface NewPassword {
  identityId: string;
  next: string;
  /** Who sets it, from where. */
  act: Act;
  /** Of the request: the letter is in it. */
  language: Language;
  /** When the session or sign-in in which it happens was last known to count, in milliseconds; ended since: `overtaken`. */
  admittedAt?: number;
}

export interface PasswordsNeeds {
  db: Database;
  clock: Clock;
  hasher: PasswordHasher;
  compromised: CompromisedPasswords;
  systemLog: Pick<SystemLog, 'record'>;
  tellPerson: TellPerson;
}

export type Passwords = ReturnType<typeof createPasswords>;

/** All methods throw `too_busy` when too many passwords are being hashed already. */
export function createPasswords({ db, clock, hasher, compromised, systemLog, tellPerson }: PasswordsNeeds) {
  /** The person knows the current one and sets another. */
  async function change(wanted: NewPassword & { current: string }): Promise<PasswordChange> {
    const row = await find(wanted.identityId);
    if (!row || !(await hasher.matches(row.password_hash, wanted.current))) return { outcome: 'wrong_current' };
    return set(row, wanted, 'platform/password/change');
  }

  /** In a sign-in that has proven the current one and demands another (CIT-3). */
  async function replace(wanted: NewPassword): Promise<PasswordChange> {
    const row = await find(wanted.identityId);
    return row ? set(row, wanted, 'platform/password/change') : { outcome: 'overtaken' };
  }

  /**
   * With something else than the current one as the proof. `claim`: uses that proof up, in the transaction of the change;
   * false when it is gone.
   */
  async function reset(wanted: NewPassword, claim: (trx: Database) => Promise<boolean>): Promise<PasswordChange> {
    const row = await find(wanted.identityId);
    return row ? set(row, wanted, 'platform/password/reset', claim) : { outcome: 'overtaken' };
  }

  /** Sessions opened and sign-ins begun before end in every process; those that are to end at once too, the caller ends. */
  async function set(
    row: Selectable<IdentityRow>,
    { next, act, language, admittedAt }: NewPassword,
    event: 'platform/password/change' | 'platform/password/reset',
    claim?: (trx: Database) => Promise<boolean>,
  ): Promise<PasswordChange> {
    const problems = await problemsOf(row, next);
    if (problems.length > 0) return { outcome: 'refused', problems };
    const passwordHash = await hasher.hash(next);
    const now = clock.now();
    return db
      .transaction()
      .execute(async (trx): Promise<PasswordChange> => {
        if (claim && !(await claim(trx))) return { outcome: 'overtaken' };
        const replaced = await trx
          .updateTable('identities')
          .set({ password_hash: passwordHash, password_changed_at: now, updated_at: now })
          .where('id', '=', row.id)
          .where('password_hash', '=', row.password_hash)
          .$if(admittedAt !== undefined, (query) => query.where('sessions_not_before', '<=', admittedAt!))
          .executeTakeFirst();
        // The proof is not used up then: the transaction is given back whole.
        if (replaced.numUpdatedRows === 0n) throw new Overtaken();
        await remember(trx, row, now);
        await endSessionsBefore(trx, row.id, now);
        // What has been mailed meanwhile opened the old password's door.
        await trx.deleteFrom('password_resets').where('identity_id', '=', row.id).execute();
        await recordOfIdentity(trx, systemLog, act, { event, identity: { id: row.id, name: row.display_name } });
        if (event === 'platform/password/change') {
          await tellPerson({ kind: 'password_changed', email: row.email, language, act }, trx);
        } else {
          const suspended = await suspendClientsOf(trx, row.id, { at: now, act, reason: 'password_reset' }, systemLog);
          await tellPerson({ kind: 'password_reset', email: row.email, language, suspended, act }, trx);
        }
        return { outcome: 'changed', at: now };
      })
      .catch((error: unknown): PasswordChange => {
        if (error instanceof Overtaken) return { outcome: 'overtaken' };
        throw error;
      });
  }

  /** The cheap rules first: what breaks one of them is not worth hashing six times. */
  async function problemsOf(row: Selectable<IdentityRow>, next: string): Promise<readonly PasswordProblem[]> {
    const { email, display_name, given_name, family_name } = row;
    const problems = problemsOfPassword(next, [email, display_name, given_name ?? '', family_name ?? '']);
    if (problems.length > 0) return problems;
    if (await hasher.matches(row.password_hash, next)) return ['same_as_current'];
    for (const { password_hash } of await historyOf(db, row.id))
      if (await hasher.matches(password_hash, next)) return ['used_before'];
    return (await compromised.has(next)) ? ['compromised'] : [];
  }

  /** CIT-3, of a password that has just been proven right; before its use is noted. */
  async function dueOf(identityId: string, password: string): Promise<PasswordDue | null> {
    const row = await find(identityId);
    if (!row) return null;
    const lastUse = Math.max(row.password_used_at ?? 0, row.password_changed_at);
    if (clock.now() - lastUse > unusedMs) return 'unused';
    return (await compromised.has(password)) ? 'compromised' : null;
  }

  /** A sign-in with the password has gone through. */
  async function noteUse(identityId: string): Promise<void> {
    await db.updateTable('identities').set({ password_used_at: clock.now() }).where('id', '=', identityId).execute();
  }

  // On the path of every sign-in with a password.
  const find = prepareFind(db, db.selectFrom('identities').selectAll().where('id', '=', ''));

  return { change, replace, reset, dueOf, noteUse };
}

class Overtaken extends Error {}

/** Newest first. */
async function historyOf(db: Database, identityId: string) {
  return db
    .selectFrom('password_history')
    .select(['id', 'password_hash'])
    .where('identity_id', '=', identityId)
    .orderBy('replaced_at', 'desc')
    .orderBy('id', 'desc')
    .limit(remembered)
    .execute();
}

async function remember(trx: Database, { id, password_hash }: Selectable<IdentityRow>, now: number): Promise<void> {
  const values = { id: randomUUID(), identity_id: id, password_hash, replaced_at: now };
  await trx.insertInto('password_history').values(values).execute();
  const kept = (await historyOf(trx, id)).map((entry) => entry.id);
  await trx.deleteFrom('password_history').where('identity_id', '=', id).where('id', 'not in', kept).execute();
}
