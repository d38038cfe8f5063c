/**
 * The secret address of an organization's calendar of what expires: one each, read-only, revocable at once.
 *
 * Owns: the rows `expiry_feeds`. What it opens is dates and names, no setting and no secret. Does not own: what stands in
 * the calendar (`upkeep/`).
 */
import type { Clock } from '../core/clock.ts';
import type { Language } from '../core/language.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Database } from '../database/schema.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { type Authority, entryOf, requireFullAccess } from './authority.ts';

export interface ExpiryFeed {
  /** In which its entries are written. */
  language: Language;
  createdBy: string | null;
  createdAt: number;
  /** When a calendar program fetched it last, give or take an hour. */
  fetchedAt: number | null;
}

const lagMs = 3_600_000;

export type ExpiryFeeds = ReturnType<typeof createExpiryFeeds>;

export function createExpiryFeeds(needs: { db: Database; clock: Clock; systemLog: Pick<SystemLog, 'record'> }) {
  const { db, clock, systemLog } = needs;

  async function find(organizationId: string): Promise<ExpiryFeed | undefined> {
    const row = await db
      .selectFrom('expiry_feeds')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    return (
      row && {
        language: row.language,
        createdBy: row.created_by,
        createdAt: row.created_at,
        fetchedAt: row.fetched_at,
      }
    );
  }

  /** The token, this once; an earlier one opens nothing any more. Throws `not_permitted`. */
  async function create(by: Authority, organizationId: string, language: Language): Promise<string> {
    const token = randomToken();
    await db.transaction().execute(async (trx) => {
      await requireFullAccess(trx, organizationId, by);
      const row = {
        token_hash: hashOfToken(token),
        language,
        created_by: by.act.actor.type === 'system' ? null : (by.act.actor.name ?? null),
        created_at: clock.now(),
        fetched_at: null,
      };
      await trx
        .insertInto('expiry_feeds')
        .values({ organization_id: organizationId, ...row })
        .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(row))
        .execute();
      await systemLog.record(entryOf(by, { event: 'platform/expirycalendar/create', organizationId }), trx);
    });
    return token;
  }

  /** False: there was none. Throws `not_permitted`. */
  async function revoke(by: Authority, organizationId: string): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      await requireFullAccess(trx, organizationId, by);
      const { numDeletedRows } = await trx
        .deleteFrom('expiry_feeds')
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await systemLog.record(entryOf(by, { event: 'platform/expirycalendar/delete', organizationId }), trx);
      return true;
    });
  }

  /** What this token opens of this organization; undefined: nothing, whatever the reason. */
  async function open(organizationId: string, token: string): Promise<ExpiryFeed | undefined> {
    const now = clock.now();
    const tokenHash = hashOfToken(token);
    const row = await db
      .selectFrom('expiry_feeds')
      .select('fetched_at')
      .where('organization_id', '=', organizationId)
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    if (!row) return undefined;
    if (row.fetched_at === null || row.fetched_at <= now - lagMs)
      await db
        .updateTable('expiry_feeds')
        .set({ fetched_at: now })
        .where('organization_id', '=', organizationId)
        .where('token_hash', '=', tokenHash)
        .execute();
    return find(organizationId);
  }

  return { find, create, revoke, open };
}
