/** Indexes that fit a whole question, so that SQLite, which plans without statistics, does not read the whole log for it. */
import { sql } from 'kysely';
import type { AnySchema } from './migration.ts';

export async function indexSystemLog(db: AnySchema): Promise<void> {
  await db.schema.dropIndex('system_log_unsealed').execute();
  await sql`create index system_log_unsealed on system_log (organization_id, recorded_at, id) where sequence is null`.execute(
    db,
  );
  await sql`create index system_log_organization_reference on system_log (organization_id, reference, recorded_at, id) where reference is not null`.execute(
    db,
  );
}
