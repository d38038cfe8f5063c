/** What an identity has beside its authenticator app: backup codes, and the phone that support staff call. */
import { type AnySchema, createIndex } from './migration.ts';

export async function createSecondFactors(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('backup_codes')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('identity_id', 'text', (column) => column.notNull().references('identities.id'))
    .addColumn('salt', 'text', (column) => column.notNull())
    .addColumn('code_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await createIndex(db, 'backup_codes', ['identity_id']);

  await db.schema
    .createTable('recovery_phones')
    .addColumn('identity_id', 'text', (column) => column.primaryKey().references('identities.id'))
    .addColumn('phone_sealed', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
}
