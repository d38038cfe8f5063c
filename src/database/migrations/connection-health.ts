/** How a connection is doing beside its settings, and the indexes that a list of ten thousand connections needs. */
import { type AnySchema, createIndex } from './migration.ts';

export async function createConnectionHealth(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('connection_health')
    .addColumn('connection_id', 'text', (column) => column.primaryKey().references('connections.id'))
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('level', 'text')
    .addColumn('code', 'text')
    .addColumn('since', 'bigint')
    .addColumn('last_worked_at', 'bigint')
    .execute();
  await createIndex(db, 'connection_health', ['organization_id', 'level']);
  await createIndex(db, 'connections', ['organization_id', 'kind', 'name']);
  await createIndex(db, 'connections', ['organization_id', 'state', 'name']);
  await createIndex(db, 'identifiers', ['organization_id']);
}
