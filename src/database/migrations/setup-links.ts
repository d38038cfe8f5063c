/** Links by which somebody without an account prepares the draft of one connection. */
import type { AnySchema } from './migration.ts';

export async function createSetupLinks(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('setup_links')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('browser_hash', 'text')
    .addColumn('email', 'text')
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('may_finish', 'integer', (column) => column.notNull())
    .addColumn('creator_account_id', 'text', (column) => column.notNull())
    .addColumn('client_id', 'text')
    .addColumn('administrator_ids', 'text', (column) => column.notNull())
    .addColumn('signed_in_with', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('opened_first_at', 'bigint')
    .addColumn('opened_last_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('outcome', 'text')
    .addColumn('guide', 'text')
    .addColumn('step', 'integer')
    .execute();
  await db.schema
    .createIndex('setup_links_connection')
    .on('setup_links')
    .columns(['connection_id', 'created_at'])
    .execute();
  await db.schema
    .createIndex('setup_links_organization')
    .on('setup_links')
    .columns(['organization_id', 'created_at'])
    .execute();
}
