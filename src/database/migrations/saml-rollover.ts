/** Our SAML key rolls over connection by connection: who has seen which certificate, who signs with which. */
import type { AnySchema } from './migration.ts';

export async function createSamlRollover(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('saml_key_sightings')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('hinted_at', 'bigint')
    .addColumn('fetched_at', 'bigint')
    .addColumn('used_at', 'bigint')
    .addPrimaryKeyConstraint('saml_key_sightings_primary', ['connection_id', 'kid'])
    .execute();

  await db.schema
    .createTable('saml_signing_choices')
    .addColumn('connection_id', 'text', (column) => column.primaryKey())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('chosen_at', 'bigint', (column) => column.notNull())
    .addColumn('chosen_by', 'text')
    .addColumn('how', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('saml_rollovers')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('planned_at', 'bigint', (column) => column.notNull())
    .execute();
}
