/** Secure clients: credentials by which programs call the API in an administrator's name (ADM-5). */
import { type AnySchema, createIndex } from './migration.ts';

export async function createSecureClients(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('secure_clients')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('creator_account_id', 'text', (column) => column.notNull())
    .addColumn('creator_name', 'text', (column) => column.notNull())
    .addColumn('administrator_ids', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
  await createIndex(db, 'secure_clients', ['organization_id', 'creator_account_id']);
}
