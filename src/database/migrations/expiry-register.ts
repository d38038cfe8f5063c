/** What expires: dates that only people know, who has been told, and the calendar feed. */
import { type AnySchema, createIndex } from './migration.ts';

export async function createExpiryRegister(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('secret_expiries')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('expires_on', 'text', (column) => column.notNull())
    .addColumn('entered_by', 'text')
    .addColumn('entered_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('secret_expiries_primary', ['connection_id', 'key'])
    .execute();
  await createIndex(db, 'secret_expiries', ['organization_id']);

  await db.schema
    .createTable('expiry_notices')
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('days', 'integer', (column) => column.notNull())
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('expiry_notices_primary', ['organization_id', 'item', 'expires_at', 'days'])
    .execute();
  await createIndex(db, 'expiry_notices', ['expires_at']);

  await db.schema
    .createTable('expiry_rounds')
    .addColumn('organization_id', 'text', (column) => column.primaryKey())
    .addColumn('next_at', 'bigint', (column) => column.notNull())
    .execute();
  await createIndex(db, 'expiry_rounds', ['next_at']);

  await db.schema
    .createTable('expiry_feeds')
    .addColumn('organization_id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('fetched_at', 'bigint')
    .execute();
}
