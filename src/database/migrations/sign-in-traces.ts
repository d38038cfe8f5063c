/** What happened at each sign-in by a connection, for 14 days; links to show one of them; and how many there were by hour. */
import { sql } from 'kysely';
import { type AnySchema, createIndex } from './migration.ts';

export async function createSignInTraces(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('sign_in_counts')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('hour', 'bigint', (column) => column.notNull())
    .addColumn('begun', 'integer', (column) => column.notNull())
    .addColumn('came_back', 'integer', (column) => column.notNull())
    .addColumn('succeeded', 'integer', (column) => column.notNull())
    .addColumn('failed', 'integer', (column) => column.notNull())
    .addColumn('refused', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('sign_in_counts_pk', ['connection_id', 'hour'])
    .execute();
  await createIndex(db, 'sign_in_counts', ['hour']);

  // Ids are in the order of time: a page of the list and what is to be forgotten are found by them.
  await db.schema
    .createTable('sign_in_traces')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text')
    .addColumn('connection_version', 'integer')
    .addColumn('kind', 'text')
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('realm', 'text', (column) => column.notNull())
    .addColumn('began_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('went_wrong', 'integer', (column) => column.notNull())
    .addColumn('steps', 'text', (column) => column.notNull())
    .addColumn('software', 'text', (column) => column.notNull())
    .execute();
  await createIndex(db, 'sign_in_traces', ['reference']);
  await createIndex(db, 'sign_in_traces', ['organization_id', 'id']);
  await createIndex(db, 'sign_in_traces', ['connection_id', 'id']);
  // What somebody looks for is what went wrong, and most did not.
  await sql`create index sign_in_traces_wrong on sign_in_traces (organization_id, id) where went_wrong = 1`.execute(db);

  await db.schema
    .createTable('trace_links')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('trace_id', 'text', (column) => column.notNull())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('opened_at', 'bigint')
    .execute();
  await createIndex(db, 'trace_links', ['trace_id']);
  await createIndex(db, 'trace_links', ['expires_at']);
}
