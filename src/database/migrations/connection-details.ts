/** A version of a connection's name, uses and identifier, beside the one of its settings. */
import type { AnySchema } from './migration.ts';

export async function versionConnectionDetails(db: AnySchema): Promise<void> {
  await db.schema
    .alterTable('connections')
    .addColumn('details_version', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
}
