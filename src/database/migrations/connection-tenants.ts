/** Whose tenant a connection speaks for, as its administrator there has proven (AAD-1). */
import type { AnySchema } from './migration.ts';

export async function createConnectionTenants(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('connection_tenants')
    .addColumn('connection_id', 'text', (column) => column.primaryKey().references('connections.id'))
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('proven_at', 'bigint', (column) => column.notNull())
    .addColumn('proven_by', 'text')
    .execute();
}
