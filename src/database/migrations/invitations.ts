/** Invitations of administrators, and a version of each administrator that a change must name (CON-13). */
import { type AnySchema, createIndex } from './migration.ts';

export async function createInvitations(db: AnySchema): Promise<void> {
  await db.schema
    .alterTable('administrators')
    .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();

  await db.schema
    .createTable('invitations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    // No foreign key: an invitation outlives the administrator that it was for, so that its link can say so.
    .addColumn('administrator_id', 'text', (column) => column.notNull().unique())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('email_normalized', 'text', (column) => column.notNull())
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('replaced_hashes', 'text', (column) => column.notNull())
    .addColumn('invited_by', 'text')
    .addColumn('first_sent_at', 'bigint', (column) => column.notNull())
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('closed_at', 'bigint')
    .execute();
  await createIndex(db, 'invitations', ['organization_id', 'email_normalized']);
}
