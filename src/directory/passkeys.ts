/**
 * Passkeys of identities: which there are, what they are called, which were removed (SPEC CIT-4).
 *
 * Owns the row `passkeys`. Does not own: challenges and proofs (`passkey-ceremonies.ts`), the order of a sign-in, asking
 * for a fresh proof before a change (`console/`). Called by `console/` and `passkey-ceremonies.ts`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { randomToken } from '../core/random.ts';
import type { Database, PasskeyRow } from '../database/schema.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { Act, EventDetail, SystemEvent } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { DirectoryError } from './errors.ts';
import { recordOfIdentity } from './identity-organizations.ts';

/** Of one identity: more are a list that nobody reads, and a page that gets slower. */
const mostPasskeys = 20;
const longestName = 60;

export interface Passkey {
  id: string;
  name: string;
  /** May be copied to the person's other devices; otherwise it stays on one. */
  synced: boolean;
  createdAt: number;
  usedAt: number | null;
}

/** What an authenticator has made and we have verified. */
export interface NewCredential {
  credentialId: string;
  publicKey: string;
  counter: number;
  transports: readonly string[];
  aaguid: string;
  backupEligible: boolean;
  backedUp: boolean;
}

/** Whose passkeys. */
export interface PasskeyOwner {
  identityId: string;
}

export type Passkeys = ReturnType<typeof createPasskeys>;

export function createPasskeys(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  tellPerson: TellPerson;
}) {
  const { db, clock, systemLog, tellPerson } = needs;

  /** The oldest first. */
  async function list(identityId: string): Promise<Passkey[]> {
    return (await rowsOf(identityId)).map(toPasskey);
  }

  /** What ceremonies need of all passkeys of one identity. */
  async function rowsOf(identityId: string, within: Database = db): Promise<Selectable<PasskeyRow>[]> {
    return within
      .selectFrom('passkeys')
      .selectAll()
      .where('identity_id', '=', identityId)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  async function has(identityId: string): Promise<boolean> {
    const row = await db
      .selectFrom('passkeys')
      .select('id')
      .where('identity_id', '=', identityId)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async function findByCredential(credentialId: string): Promise<Selectable<PasskeyRow> | undefined> {
    return db.selectFrom('passkeys').selectAll().where('credential_id', '=', credentialId).executeTakeFirst();
  }

  /** The handle of the identity's other passkeys, or a new one. Random: an authenticator tells it to whoever asks. */
  async function userHandleOf(identityId: string): Promise<string> {
    return (await rowsOf(identityId))[0]?.user_handle ?? randomToken();
  }

  /** Throws `passkey_limit`, `passkey_refused` (that credential exists already), `name_invalid`, `not_found`. */
  async function add(
    owner: PasskeyOwner,
    draft: NewCredential & { name: string; userHandle: string },
    act: Act,
  ): Promise<Passkey> {
    const name = requireName(draft.name);
    const { identityId } = owner;
    return db.transaction().execute(async (trx) => {
      const person = await lockIdentity(trx, identityId);
      if ((await rowsOf(identityId, trx)).length >= mostPasskeys)
        throw new DirectoryError('passkey_limit', `An identity has at most ${mostPasskeys} passkeys`);
      const row = await trx
        .insertInto('passkeys')
        .values({
          id: randomUUID(),
          identity_id: identityId,
          credential_id: draft.credentialId,
          user_handle: draft.userHandle,
          public_key: draft.publicKey,
          counter: draft.counter,
          transports: JSON.stringify(draft.transports),
          aaguid: draft.aaguid,
          backup_eligible: draft.backupEligible ? 1 : 0,
          backed_up: draft.backedUp ? 1 : 0,
          name,
          created_at: clock.now(),
          used_at: null,
        })
        .onConflict((conflict) => conflict.column('credential_id').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new DirectoryError('passkey_refused', 'This credential is registered already');
      await record(trx, 'platform/passkey/create', owner, person, act, {
        passkey: name,
        synced: row.backup_eligible === 1,
      });
      await tellPerson({ kind: 'passkey_added', email: person.email, thing: name, act }, trx);
      return toPasskey(row);
    });
  }

  /** Throws `name_invalid`, `not_found` (also for another identity's). */
  async function rename(owner: PasskeyOwner, id: string, newName: string, act: Act): Promise<void> {
    const name = requireName(newName);
    await db.transaction().execute(async (trx) => {
      const person = await lockIdentity(trx, owner.identityId);
      const row = await trx
        .updateTable('passkeys')
        .set({ name })
        .where('id', '=', id)
        .where('identity_id', '=', owner.identityId)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw notFound();
      await record(trx, 'platform/passkey/update', owner, person, act, { passkey: name });
    });
  }

  /** Throws `last_factor` (nothing else would be left to prove oneself with), `not_found` (also for another's). */
  async function remove(owner: PasskeyOwner, id: string, act: Act): Promise<Passkey> {
    const { identityId } = owner;
    return db.transaction().execute(async (trx) => {
      // Of two removals at once the second must see the first.
      const person = await lockIdentity(trx, identityId);
      const row = await trx
        .deleteFrom('passkeys')
        .where('id', '=', id)
        .where('identity_id', '=', identityId)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw notFound();
      if (!(await hasFactor(trx, identityId)))
        throw new DirectoryError('last_factor', 'This passkey is the only second factor of this identity');
      await record(trx, 'platform/passkey/delete', owner, person, act, { passkey: row.name });
      await tellPerson({ kind: 'passkey_removed', email: person.email, thing: row.name, act }, trx);
      return toPasskey(row);
    });
  }

  /**
   * A proof was accepted: false when the authenticator's count did not go up (WebAuthn §6.1.1: a copy of the key is in
   * use), or the passkey is gone. One statement: of two proofs with the same count one gets true.
   */
  async function noteUse(id: string, use: { counter: number; backedUp: boolean }): Promise<boolean> {
    const { counter } = use;
    const updated = await db
      .updateTable('passkeys')
      .set({ counter, backed_up: use.backedUp ? 1 : 0, used_at: clock.now() })
      .where('id', '=', id)
      // An authenticator that keeps no count always says 0.
      .where('counter', counter === 0 ? '=' : '<', counter)
      .executeTakeFirst();
    return updated.numUpdatedRows === 1n;
  }

  /** About the person, so that erasing them takes the passkey's name along, which they have chosen. */
  async function record(
    trx: Database,
    event: SystemEvent,
    { identityId }: PasskeyOwner,
    person: { display_name: string },
    act: Act,
    detail: EventDetail,
  ): Promise<void> {
    const identity = { id: identityId, name: person.display_name };
    await recordOfIdentity(trx, systemLog, act, { event, detail, identity });
  }

  return { list, has, rowsOf, findByCredential, userHandleOf, add, rename, remove, noteUse };
}

/** Changes to one identity's factors happen one after the other. */
async function lockIdentity(trx: Database, id: string): Promise<{ email: string; display_name: string }> {
  const locked = await trx
    .updateTable('identities')
    .set((row) => ({ updated_at: row.ref('updated_at') }))
    .where('id', '=', id)
    .returning(['email', 'display_name'])
    .executeTakeFirst();
  if (!locked) throw new DirectoryError('not_found', 'There is no such identity');
  return locked;
}

async function hasFactor(trx: Database, identityId: string): Promise<boolean> {
  for (const table of ['totp_devices', 'passkeys'] as const) {
    const row = await trx
      .selectFrom(table)
      .select('identity_id')
      .where('identity_id', '=', identityId)
      .limit(1)
      .executeTakeFirst();
    if (row) return true;
  }
  return false;
}

function requireName(text: string): string {
  const name = text.trim().normalize('NFC');
  if (name === '' || [...name].length > longestName || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name))
    throw new DirectoryError('name_invalid', `A passkey's name has 1 to ${longestName} visible characters`);
  return name;
}

function notFound(): DirectoryError {
  return new DirectoryError('not_found', 'This identity has no such passkey');
}

function toPasskey(row: Selectable<PasskeyRow>): Passkey {
  return {
    id: row.id,
    name: row.name,
    synced: row.backup_eligible === 1,
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}
