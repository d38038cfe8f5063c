/** Who has accepted which version of the terms of service (SPEC CIT-10). */
import type { AnySchema } from './migration.ts';

export async function createTermsAcceptances(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('terms_acceptances')
    .addColumn('identity_id', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('text_hash', 'text', (column) => column.notNull())
    .addColumn('accepted_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('terms_acceptances_primary', ['identity_id', 'version'])
    .execute();
}
