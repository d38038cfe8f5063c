/** What the watched metadata of identity providers says, and which certificate signed answers when. */
import type { AnySchema } from './migration.ts';

export async function createMetadataWatches(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('metadata_watches')
    .addColumn('connection_id', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('url', 'text')
    .addColumn('next_check_at', 'bigint')
    .addColumn('etag', 'text')
    .addColumn('last_modified', 'text')
    .addColumn('checked_at', 'bigint')
    .addColumn('good_at', 'bigint')
    .addColumn('failing_since', 'bigint')
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('failure', 'text')
    .addColumn('found', 'text')
    .addColumn('missing', 'text', (column) => column.notNull())
    .addColumn('kept', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('metadata_watches_due').on('metadata_watches').column('next_check_at').execute();

  await db.schema
    .createTable('certificate_uses')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('first_used_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('certificate_uses_key', ['connection_id', 'fingerprint'])
    .execute();
}
