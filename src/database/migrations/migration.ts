/** What every migration is made with. */
import type { Kysely } from 'kysely';

// biome-ignore lint/suspicious/noExplicitAny: a migration speaks to the schema of its time, not to today's type.
export type AnySchema = Kysely<any>;

/** Named after its columns. */
export async function createIndex(db: AnySchema, table: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}
