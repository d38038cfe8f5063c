/** When each live connection is checked, and what the last check found. */
import { type AnySchema, createIndex } from './migration.ts';

export async function createConnectionChecks(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('connection_checks')
    .addColumn('connection_id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('next_check_at', 'bigint', (column) => column.notNull())
    .addColumn('checked_at', 'bigint')
    .addColumn('passed_at', 'bigint')
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('failed_at', 'bigint')
    .addColumn('findings', 'text', (column) => column.notNull())
    .addColumn('notified_at', 'bigint')
    .addColumn('announced_at', 'bigint')
    .execute();
  await createIndex(db, 'connection_checks', ['next_check_at']);
  await createIndex(db, 'connection_health', ['level']);
  // Finds what went live since the last look.
  await createIndex(db, 'connections', ['updated_at']);
}
