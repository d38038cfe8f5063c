/** Whom the broker writes to by itself: active administrators with full access and the built-in identity. */
import type { Database } from '../database/schema.ts';

/** Of one organization, each once. What an upstream's directory says of an address is nobody's proof of it. */
export async function fullAccessEmails(db: Database, organizationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('administrators')
    .innerJoin('identities', 'identities.id', 'administrators.subject')
    .select('identities.email')
    .distinct()
    .where('administrators.organization_id', '=', organizationId)
    .where('administrators.kind', '=', 'identity')
    .where('administrators.access', '=', 'full')
    .where('administrators.state', '=', 'active')
    .orderBy('identities.email')
    .execute();
  return rows.map(({ email }) => email);
}
