/** Organizations, people, applications, keys and the log: the schema that the first release began with. */
import { sql } from 'kysely';
import { type AnySchema, createIndex } from './migration.ts';

export async function createFirstSchema(db: AnySchema): Promise<void> {
  await createOrganizationTables(db);
  await createPeopleTables(db);
  await createInstallationTables(db);
}

async function createOrganizationTables(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('organizations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('org_id', 'text', (column) => column.notNull().unique())
    .addColumn('customer_id', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('subscriber_connection_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('workspace_names')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('retired_at', 'bigint')
    .execute();
  // An organization has one current name: a second is a bug or a race, refused here.
  await sql`create unique index workspace_names_current on workspace_names (organization_id) where retired_at is null`.execute(
    db,
  );

  await db.schema
    .createTable('connections')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('for_subscribers', 'integer', (column) => column.notNull())
    .addColumn('for_administrators', 'integer', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('secrets_sealed', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addUniqueConstraint('connections_organization_name', ['organization_id', 'name'])
    .execute();

  await db.schema
    .createTable('identifiers')
    .addColumn('identifier', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('connection_id', 'text', (column) => column.references('connections.id'))
    .addColumn('released_at', 'bigint')
    .execute();
  await createIndex(db, 'identifiers', ['connection_id']);
}

async function createPeopleTables(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('identities')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('email_normalized', 'text', (column) => column.notNull().unique())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('given_name', 'text')
    .addColumn('family_name', 'text')
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('password_changed_at', 'bigint', (column) => column.notNull())
    .addColumn('password_used_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('totp_devices')
    .addColumn('identity_id', 'text', (column) => column.primaryKey().references('identities.id'))
    .addColumn('secret_sealed', 'text', (column) => column.notNull())
    .addColumn('last_step', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('organization_id', 'text', (column) => column.references('organizations.id'))
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('claims', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('signed_in_at', 'bigint', (column) => column.notNull())
    // One connection may serve both: the same person is then a subscriber and an administrator, two accounts.
    .addUniqueConstraint('accounts_person', ['connection_id', 'subject', 'kind'])
    .execute();
  await createIndex(db, 'accounts', ['organization_id']);

  await db.schema
    .createTable('administrators')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('email', 'text')
    .addColumn('access', 'text', (column) => column.notNull())
    .addColumn('permissions', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('administrators_person', ['connection_id', 'subject', 'organization_id'])
    .execute();
  await createIndex(db, 'administrators', ['organization_id']);
}

async function createInstallationTables(db: AnySchema): Promise<void> {
  await db.schema
    .createTable('applications')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.references('organizations.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await createIndex(db, 'applications', ['organization_id']);

  await db.schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('use', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('public_jwk', 'text', (column) => column.notNull())
    .addColumn('private_key_sealed', 'text', (column) => column.notNull())
    .addColumn('certificate', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('retired_at', 'bigint')
    .execute();
  // One current and one next key for each use: of two processes that start at once, one makes them.
  await sql`create unique index signing_keys_in_service on signing_keys ("use", state) where state <> 'retired'`.execute(
    db,
  );

  await db.schema
    .createTable('versions')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('system_log')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addColumn('organization_id', 'text')
    .addColumn('actor_type', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('actor_name', 'text')
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('target_type', 'text')
    .addColumn('target_id', 'text')
    .addColumn('target_name', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('reference', 'text')
    .addColumn('client_address', 'text')
    .addColumn('user_agent', 'text')
    .execute();
  await createIndex(db, 'system_log', ['organization_id', 'recorded_at']);
  await createIndex(db, 'system_log', ['recorded_at']);
  // Most rows carry no reference: only those that do are indexed.
  await sql`create index system_log_reference on system_log (reference) where reference is not null`.execute(db);
}
