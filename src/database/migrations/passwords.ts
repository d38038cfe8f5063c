/** Former passwords (CIT-2), and the way to a new one for somebody who has forgotten theirs (CIT-8). */
import { type AnySchema, createIndex } from './migration.ts';

export async function createPasswords(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('password_history')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('identity_id', 'text', (column) => column.notNull().references('identities.id').onDelete('cascade'))
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('replaced_at', 'bigint', (column) => column.notNull())
    .execute();
  await createIndex(db, 'password_history', ['identity_id', 'replaced_at']);

  await db.schema
    .createTable('password_reset_requests')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email_normalized', 'text', (column) => column.notNull())
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('client_address', 'text')
    .addColumn('user_agent', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await createIndex(db, 'password_reset_requests', ['created_at']);

  await db.schema
    .createTable('password_resets')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('identity_id', 'text', (column) =>
      column.notNull().unique().references('identities.id').onDelete('cascade'),
    )
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
}
