/**
 * By what right somebody changes administrators (SPEC ADM-2, SECURITY CON-06): the operator's command line may; of
 * administrators those with full access, asked of the rows at the moment of the change and not when the page was opened.
 */
import type { Database } from '../database/schema.ts';
import { type Act, entryBy, type SystemLogEntry } from '../system-log/events.ts';
import { DirectoryError } from './errors.ts';

export interface Authority {
  act: Act;
  /** The rows that the person's access comes from (`Membership.administratorIds`). */
  as: 'operator' | 'broker' | readonly string[];
}

/** The command line: whoever can run it owns the database. */
export const operator: Authority = { act: { actor: { type: 'system' } }, as: 'operator' };

/** The broker by itself, by a rule that an administrator has set. */
export const broker: Authority = { act: { actor: { type: 'system' } }, as: 'broker' };

/** Throws `not_permitted`. Within the transaction of the change, after the organization was locked. */
export async function requireFullAccess(trx: Database, organizationId: string, { as }: Authority): Promise<void> {
  if (as === 'operator' || as === 'broker') return;
  const row = await trx
    .selectFrom('administrators')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', 'in', as.length > 0 ? [...as] : [''])
    .where('access', '=', 'full')
    .where('state', '=', 'active')
    .limit(1)
    .executeTakeFirst();
  if (!row) throw new DirectoryError('not_permitted', 'Only an administrator with full access may change this');
}

/** An entry by this authority; what the operator did says so. */
export function entryOf(by: Authority, what: Omit<SystemLogEntry, keyof Act>): SystemLogEntry {
  const detail = { ...(by.as === 'operator' && { via: 'cli' }), ...what.detail };
  return entryBy(by.act, { ...what, detail });
}
