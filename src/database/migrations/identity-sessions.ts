/** Since when sessions of an identity count: earlier ones have ended, wherever they were opened (SPEC CIT-8). */
import { type AnySchema, createIndex } from './migration.ts';

export async function createIdentitySessions(db: AnySchema): Promise<void> {
  await db.schema
    .alterTable('identities')
    .addColumn('sessions_not_before', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await createIndex(db, 'identities', ['sessions_not_before']);
}
