/**
 * People of the built-in Citrix identity provider: email, password, TOTP device.
 *
 * Owns the row `identities`. Global: an identity belongs to no organization; `administrators.ts` says where it may do
 * what. Called by `providers/citrix` (through `credential-store.ts`), `accounts/`, `cli/`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { normalizeEmail, readEmail } from '../core/email-address.ts';
import { prepareFind } from '../database/prepared.ts';
import type { Database, IdentityRow } from '../database/schema.ts';
import { type CompromisedPasswords, createCompromisedPasswords } from './compromised-passwords.ts';
import type { PasswordHasher } from './credentials.ts';
import { DirectoryError } from './errors.ts';
import { passwordProblemTexts, problemsOfPassword } from './password-rules.ts';
import { totpContext } from './totp-devices.ts';

export interface Identity {
  id: string;
  /** As it was given. */
  email: string;
  displayName: string;
  givenName: string | null;
  familyName: string | null;
  createdAt: number;
}

export interface IdentityDraft {
  email: string;
  displayName: string;
  givenName?: string;
  familyName?: string;
  password: string;
  /** Base32 (`generateTotpKey`). Without it the person cannot sign in before a device is enrolled. */
  totpKey?: string;
}

export type Identities = ReturnType<typeof createIdentities>;

/** `compromised`: what a first password is looked up in. */
export function createIdentities(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  hasher: PasswordHasher;
  compromised?: CompromisedPasswords;
}) {
  const { db, clock, sealer, hasher, compromised = createCompromisedPasswords() } = needs;

  /**
   * Throws `email_invalid`, `email_taken`, `name_invalid`, `password_refused` (every rule it breaks), `too_busy`.
   * `together`: what must happen in the same transaction; when it throws there is no identity either.
   */
  async function create(
    draft: IdentityDraft,
    together?: (trx: Database, identity: Identity) => Promise<void>,
  ): Promise<Identity> {
    const email = readEmail(draft.email);
    if (!email) throw new DirectoryError('email_invalid', `"${draft.email}" is no email address`);
    const displayName = requirePersonName(draft.displayName);
    await requirePassword(draft, compromised);
    // Slow, so before the transaction.
    const passwordHash = await hasher.hash(draft.password);
    const id = randomUUID();
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      const row = await trx
        .insertInto('identities')
        .values({
          id,
          email: email.mailbox,
          email_normalized: email.normalized,
          display_name: displayName,
          given_name: draft.givenName ? requirePersonName(draft.givenName) : null,
          family_name: draft.familyName ? requirePersonName(draft.familyName) : null,
          password_hash: passwordHash,
          password_changed_at: now,
          password_used_at: null,
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) => conflict.column('email_normalized').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new DirectoryError('email_taken', `There is already an identity with the email ${draft.email}`);
      if (draft.totpKey !== undefined) {
        const secret = sealer.seal(draft.totpKey, totpContext(id));
        await trx
          .insertInto('totp_devices')
          .values({ identity_id: id, secret_sealed: secret, last_step: 0, created_at: now })
          .execute();
      }
      await together?.(trx, toIdentity(row));
      return toIdentity(row);
    });
  }

  async function find(id: string): Promise<Identity | undefined> {
    const row = await db.selectFrom('identities').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toIdentity(row);
  }

  async function findByEmail(email: string): Promise<Identity | undefined> {
    const row = await rowOf(email);
    return row && toIdentity(row);
  }

  /**
   * Undefined: no such email or another password; same time either way (CIT-1, SECURITY ID-02). Throws `too_busy`.
   * How often somebody may try is the caller's to ask first (`password-throttle.ts`).
   */
  async function authenticate(email: string, password: string): Promise<Identity | undefined> {
    const row = await rowOf(email);
    if (!(await hasher.matches(row?.password_hash, password)) || !row) return undefined;
    if (hasher.isWeaker(row.password_hash)) await strengthen(row, password);
    return toIdentity(row);
  }

  /** Hashes the password again, at today's cost. Whatever stands in the way stands there at the next sign-in no more. */
  async function strengthen(row: Selectable<IdentityRow>, password: string): Promise<void> {
    const passwordHash = await hasher.hash(password).catch(() => undefined);
    if (passwordHash === undefined) return;
    await db
      .updateTable('identities')
      .set({ password_hash: passwordHash })
      .where('id', '=', row.id)
      .where('password_hash', '=', row.password_hash)
      .execute();
  }

  const selectByEmail = prepareFind(db, db.selectFrom('identities').selectAll().where('email_normalized', '=', ''));
  // What is no address is looked up too, as a name that nobody has: the way is the same length.
  const rowOf = (email: string) => selectByEmail(normalizeEmail(email) ?? '');

  return { create, find, findByEmail, authenticate };
}

async function requirePassword(draft: IdentityDraft, compromised: CompromisedPasswords): Promise<void> {
  const problems = problemsOfPassword(draft.password, [
    draft.email,
    draft.displayName,
    draft.givenName ?? '',
    draft.familyName ?? '',
  ]);
  if (problems.length === 0 && (await compromised.has(draft.password))) problems.push('compromised');
  if (problems.length === 0) return;
  const texts = problems.map((problem) => ({ path: 'password', message: passwordProblemTexts[problem] }));
  throw new DirectoryError('password_refused', 'This password is not allowed', texts);
}

function requirePersonName(name: string): string {
  const trimmed = name.trim().normalize('NFC');
  if (trimmed.length === 0 || trimmed.length > 200 || /\p{Cc}/u.test(trimmed))
    throw new DirectoryError('name_invalid', 'A name has 1 to 200 characters and no control characters');
  return trimmed;
}

function toIdentity(row: Selectable<IdentityRow>): Identity {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    givenName: row.given_name,
    familyName: row.family_name,
    createdAt: row.created_at,
  };
}
