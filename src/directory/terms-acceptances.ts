/**
 * Who has accepted the terms of service (SPEC CIT-10).
 *
 * Owns the row `terms_acceptances`: per identity and version, with the language that was read and the hash of its text,
 * so that what was accepted can be shown later. Does not own the texts (`config/terms-of-service.ts`). Called by the
 * sign-in, `accounts/`, `cli/`.
 */
import type { TermsOfService } from '../config/terms-of-service.ts';
import type { Clock } from '../core/clock.ts';
import type { Language } from '../core/language.ts';
import { hashOfToken } from '../core/random.ts';
import type { Database } from '../database/schema.ts';
import type { Act, SystemEvent } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { recordOfIdentity } from './identity-organizations.ts';

export interface Accepting {
  identity: { id: string; displayName: string };
  /** In which it was read. */
  language: Language;
  /** The version that was shown. */
  version: string;
}

export type TermsAcceptances = ReturnType<typeof createTermsAcceptances>;

export function createTermsAcceptances(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  terms: TermsOfService;
}) {
  const { db, clock, systemLog, terms } = needs;

  /** The version in force has not been accepted. */
  async function isDue(identityId: string): Promise<boolean> {
    const row = await db
      .selectFrom('terms_acceptances')
      .select('version')
      .where('identity_id', '=', identityId)
      .where('version', '=', terms.version)
      .executeTakeFirst();
    return row === undefined;
  }

  /** False when what was shown is not in force (any more): another page is due. Twice is once. */
  async function accept({ identity, language, version }: Accepting, act: Act): Promise<boolean> {
    if (version !== terms.version) return false;
    await db.transaction().execute(async (trx) => {
      const inserted = await trx
        .insertInto('terms_acceptances')
        .values({
          identity_id: identity.id,
          version,
          language,
          text_hash: hashOfToken(terms.texts[language]),
          accepted_at: clock.now(),
        })
        .onConflict((conflict) => conflict.columns(['identity_id', 'version']).doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows === 1n)
        await record('platform/termsofservice/accept', { identity, language, version }, act, trx);
    });
    return true;
  }

  async function decline(what: Accepting, act: Act): Promise<void> {
    await db.transaction().execute((trx) => record('platform/termsofservice/decline', what, act, trx));
  }

  async function record(event: SystemEvent, { identity, language, version }: Accepting, act: Act, trx: Database) {
    const about = { id: identity.id, name: identity.displayName };
    await recordOfIdentity(trx, systemLog, act, { event, detail: { version, language }, identity: about });
  }

  return { terms, isDue, accept, decline };
}
