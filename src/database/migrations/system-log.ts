/** The system log's seal (SECURITY CON-14), what changed by an event (LOG-4), and webhooks that are told (LOG-3). */
import { sql } from 'kysely';
import { type AnySchema, createIndex } from './migration.ts';

export async function extendSystemLog(db: AnySchema): Promise<void> {
  const added = {
    target_email: 'text',
    before_changes: 'text',
    after_changes: 'text',
    sequence: 'bigint',
    seal: 'text',
    actor_salt: 'text',
    actor_hash: 'text',
    target_salt: 'text',
    target_hash: 'text',
  } as const;
  for (const [name, type] of Object.entries(added))
    await db.schema.alterTable('system_log').addColumn(name, type).execute();

  // A page of the log reads this one from its end; the shorter one that it replaces would only cost.
  await createIndex(db, 'system_log', ['organization_id', 'recorded_at', 'id']);
  await db.schema.dropIndex('system_log_organization_id_recorded_at').execute();
  // What is rare among ninety days of sign-ins is what somebody looks for.
  await createIndex(db, 'system_log', ['organization_id', 'event', 'recorded_at', 'id']);
  await sql`create index system_log_sequence on system_log (organization_id, sequence) where sequence is not null`.execute(
    db,
  );
  await sql`create index system_log_unsealed on system_log (organization_id, recorded_at) where sequence is null`.execute(
    db,
  );
  // Erasing a person must not read ninety days of everybody.
  for (const column of ['actor_id', 'target_id'])
    await sql`create index ${sql.raw(`system_log_${column}`)} on system_log (${sql.raw(column)}) where ${sql.raw(column)} is not null`.execute(
      db,
    );

  await db.schema
    .createTable('log_chains')
    .addColumn('chain', 'text', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('seal', 'text', (column) => column.notNull())
    .addColumn('streamed', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('log_checkpoints')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('seal', 'text', (column) => column.notNull())
    .addColumn('cut_sequence', 'bigint')
    .addColumn('cut_seal', 'text')
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addColumn('signature', 'text', (column) => column.notNull())
    .addColumn('streamed', 'integer', (column) => column.notNull())
    .execute();
  await createIndex(db, 'log_checkpoints', ['chain', 'made_at']);
  await db.schema
    .createTable('log_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('key_sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('log_webhooks')
    .addColumn('organization_id', 'text', (column) => column.primaryKey().references('organizations.id'))
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('secret_sealed', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('delivered', 'bigint', (column) => column.notNull())
    .addColumn('delivered_at', 'bigint')
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('next_try_at', 'bigint', (column) => column.notNull())
    .addColumn('failing_since', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
}
