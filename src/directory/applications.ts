/**
 * Applications: the relying parties of our OpenID Provider.
 *
 * Owns the row `applications` and secrets made for it. Does not own what metadata is allowed (`client-metadata.ts`)
 * or how a client authenticates (`op/`). Called by `op/`, `console/`, `cli/`.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import { prepareFind } from '../database/prepared.ts';
import type { ApplicationRow, Database } from '../database/schema.ts';
import { type ClientMetadata, type ClientMetadataInput, clientMetadataSchema } from './client-metadata.ts';
import { DirectoryError, problemsOf } from './errors.ts';

export interface Application {
  clientId: string;
  /** Null: belongs to the installation, serves every organization. */
  organizationId: string | null;
  name: string;
  metadata: ClientMetadata;
  /** SHA-256, base64url; null for `none` and `private_key_jwt`. */
  secretHash: string | null;
  createdAt: number;
  updatedAt: number;
}

export interface ApplicationDraft {
  organizationId: string | null;
  name: string;
  /** A random UUID unless given. */
  clientId?: string;
  metadata: ClientMetadataInput;
}

export type Applications = ReturnType<typeof createApplications>;

export function createApplications(needs: { db: Database; clock: Clock }) {
  const { db, clock } = needs;

  /**
   * `secret`: 256 random bits, told this once and kept as a hash only. Throws `client_metadata_invalid` with every
   * problem, `name_invalid`, `name_taken` (client id), `not_found` (organization).
   */
  async function add(draft: ApplicationDraft): Promise<{ application: Application; secret: string | null }> {
    const metadata = clientMetadataSchema.safeParse(draft.metadata);
    if (!metadata.success)
      throw new DirectoryError(
        'client_metadata_invalid',
        'The application is not possible',
        problemsOf(metadata.error),
      );
    const name = requireApplicationName(draft.name);
    const clientId = requireClientId(draft.clientId ?? randomUUID());
    await requireOrganization(db, draft.organizationId);
    await requireAudiences(db, draft.organizationId, metadata.data.audiences);
    const hasSecret = metadata.data.token_endpoint_auth_method.startsWith('client_secret_');
    const secret = hasSecret ? randomToken(32) : null;
    const now = clock.now();
    const row = await db
      .insertInto('applications')
      .values({
        client_id: clientId,
        organization_id: draft.organizationId,
        name,
        metadata: JSON.stringify(metadata.data),
        secret_hash: secret && hashOfToken(secret),
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('client_id').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) throw new DirectoryError('name_taken', `There is already an application with the client id ${clientId}`);
    return { application: toApplication(row), secret };
  }

  const select = prepareFind(db, db.selectFrom('applications').selectAll().where('client_id', '=', ''));
  async function find(clientId: string): Promise<Application | undefined> {
    const row = await select(clientId);
    return row && toApplication(row);
  }

  /** Of one organization, or (null) the installation's own, or (undefined) all; by name. */
  async function list(organizationId?: string | null): Promise<Application[]> {
    const rows = await db
      .selectFrom('applications')
      .selectAll()
      .$if(organizationId === null, (query) => query.where('organization_id', 'is', null))
      .$if(typeof organizationId === 'string', (query) => query.where('organization_id', '=', organizationId!))
      .orderBy('name')
      .orderBy('client_id')
      .execute();
    return rows.map(toApplication);
  }

  /** Throws `not_found`. Tokens that it has live as long as `op/` lets tokens of an unknown client live: not at all. */
  async function remove(clientId: string): Promise<Application> {
    const row = await db.deleteFrom('applications').where('client_id', '=', clientId).returningAll().executeTakeFirst();
    if (!row) throw new DirectoryError('not_found', 'There is no such application');
    return toApplication(row);
  }

  return { add, find, list, remove };
}

/** In constant time. False for an application without secret. */
export function isSecretOf(application: Pick<Application, 'secretHash'>, secret: string): boolean {
  if (application.secretHash === null) return false;
  const known = Buffer.from(application.secretHash);
  const given = Buffer.from(hashOfToken(secret));
  return known.length === given.length && timingSafeEqual(known, given);
}

async function requireOrganization(db: Database, id: string | null): Promise<void> {
  if (id === null) return;
  const organization = await db.selectFrom('organizations').select('id').where('id', '=', id).executeTakeFirst();
  if (!organization) throw new DirectoryError('not_found', 'There is no such organization');
}

/** OP-17: only applications of the same organization may look into each other's tokens. */
async function requireAudiences(db: Database, organizationId: string | null, audiences: string[]): Promise<void> {
  if (audiences.length === 0) return;
  const rows = await db
    .selectFrom('applications')
    .select('client_id')
    .where('client_id', 'in', audiences)
    .where('organization_id', organizationId === null ? 'is' : '=', organizationId)
    .execute();
  const known = new Set(rows.map((row) => row.client_id));
  const problems = audiences.flatMap((clientId, index) =>
    known.has(clientId) ? [] : [{ path: `audiences.${index}`, message: 'is no application of this organization' }],
  );
  if (problems.length > 0)
    throw new DirectoryError('client_metadata_invalid', 'The application is not possible', problems);
}

/** Those that the broker's own relying parties have: `console`, `workspace:<customer>`. */
function requireClientId(clientId: string): string {
  if (!/^[A-Za-z0-9._-]{3,64}$/.test(clientId) || ['console', 'citrix', 'workspace'].includes(clientId.toLowerCase()))
    throw new DirectoryError('name_invalid', 'A client id is 3 to 64 of A-Z a-z 0-9 . _ - and not one of our own');
  return clientId;
}

function requireApplicationName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > 100 || /\p{Cc}/u.test(trimmed))
    throw new DirectoryError('name_invalid', 'An application needs a name of at most 100 characters');
  return trimmed;
}

function toApplication(row: Selectable<ApplicationRow>): Application {
  return {
    clientId: row.client_id,
    organizationId: row.organization_id,
    name: row.name,
    metadata: JSON.parse(row.metadata),
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
