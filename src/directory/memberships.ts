/**
 * Who may administer which organization now: read anew for every request, because removal acts at once (SES-3).
 *
 * Owns reading the row `administrators` by person. Does not own changing it (`administrators.ts`).
 */
import type { Database } from '../database/schema.ts';
import { accessOfRow, groupKinds } from './administrator-rows.ts';
import { sessionsNotBefore } from './identity-sessions.ts';
import { type Access, addUp } from './permissions.ts';

/** Where a person who signed in may go. */
export interface Membership {
  organizationId: string;
  access: Access;
  /** The rows that it comes from: one's own, or those of one's groups. */
  administratorIds: readonly string[];
}

/** Whoever signed in, as the upstream says. */
export interface SignedInPerson {
  connectionId: string;
  subject: string;
  /** Object ids or SIDs, spelled as the rows spell them. */
  groups?: readonly string[];
  /**
   * When their session last saw a proof of who they are, in milliseconds. Of a Citrix identity whose sessions have been
   * ended since, nothing is left. Absent: the proof is being given now, or there is no session that it hangs on.
   */
  authTime?: number;
}

/** Of more groups than these the first count: a list without end is an attack, not a person. */
const groupLimit = 2000;

export function createMemberships({ db }: { db: Database }) {
  /** Every organization that this person may administer now, own membership and groups added up. */
  async function membershipsOf(person: SignedInPerson): Promise<Membership[]> {
    const groups = [...new Set(person.groups ?? [])].slice(0, groupLimit);
    const rows = await db
      .selectFrom('administrators')
      .select(['id', 'organization_id', 'access', 'permissions'])
      .where('connection_id', '=', person.connectionId)
      .where('state', '=', 'active')
      .where((row) => {
        const own = row.and([row('subject', '=', person.subject), row('kind', 'not in', groupKinds)]);
        if (groups.length === 0) return own;
        // The kind is compared as well: nobody's own subject may pass for a group, nor the other way round.
        return row.or([own, row.and([row('subject', 'in', groups), row('kind', 'in', groupKinds)])]);
      })
      .$if(person.connectionId === 'citrix' && person.authTime !== undefined, (rows) =>
        rows.where(({ exists, selectFrom }) =>
          exists(
            selectFrom('identities')
              .select('identities.id')
              .where('identities.id', '=', person.subject)
              .where('sessions_not_before', '<=', person.authTime!),
          ),
        ),
      )
      .execute();
    const byOrganization = Map.groupBy(rows, (row) => row.organization_id);
    return [...byOrganization].map(([organizationId, members]) => ({
      organizationId,
      access: addUp(members.map(accessOfRow)),
      administratorIds: members.map((member) => member.id),
    }));
  }

  /** Why somebody who was let in has no membership any more. */
  async function lossOf(person: SignedInPerson): Promise<'removed' | 'credentials_changed'> {
    if (person.connectionId !== 'citrix' || person.authTime === undefined) return 'removed';
    const notBefore = await sessionsNotBefore(db, person.subject);
    return notBefore !== null && notBefore > person.authTime ? 'credentials_changed' : 'removed';
  }

  /**
   * Another text whenever somebody was added, changed or removed, or all sessions of an identity were ended, by whatever
   * process.
   */
  async function fingerprint(): Promise<string> {
    const { count, latest } = await db
      .selectFrom('administrators')
      .select(({ fn }) => [fn.countAll().as('count'), fn.max('updated_at').as('latest')])
      .executeTakeFirstOrThrow();
    const { ended } = await db
      .selectFrom('identities')
      .select(({ fn }) => fn.max('sessions_not_before').as('ended'))
      .executeTakeFirstOrThrow();
    return `${count} ${latest} ${ended}`;
  }

  return { membershipsOf, lossOf, fingerprint };
}
