/** Drafts of connections beside their live settings, and the versions that were live. */
import type { AnySchema } from './migration.ts';

export async function createConnectionDrafts(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('connection_drafts')
    .addColumn('connection_id', 'text', (column) => column.primaryKey().references('connections.id'))
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('secrets_sealed', 'text')
    .addColumn('based_on', 'integer')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('passed_revision', 'integer')
    .addColumn('passed_at', 'bigint')
    .addColumn('updated_by', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('connection_versions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('secrets_sealed', 'text')
    .addColumn('live_at', 'bigint', (column) => column.notNull())
    .addColumn('live_by', 'text')
    .addColumn('how', 'text', (column) => column.notNull())
    .addColumn('rolled_back_to', 'integer')
    .addUniqueConstraint('connection_versions_number', ['connection_id', 'number'])
    .execute();
}
