/**
 * One list of migrations for both engines, run in the order of their names; a file each in `migrations/`.
 *
 * Written so that versions N and N+1 can run side by side: a migration adds; what it makes superfluous goes in the
 * release after. Column types are those that both engines understand: text, integer (0 or 1), bigint (milliseconds).
 */
import { type Migration, Migrator } from 'kysely/migration';
import { createConnectionChecks } from './migrations/connection-checks.ts';
import { versionConnectionDetails } from './migrations/connection-details.ts';
import { createConnectionDrafts } from './migrations/connection-drafts.ts';
import { createConnectionHealth } from './migrations/connection-health.ts';
import { createConnectionTenants } from './migrations/connection-tenants.ts';
import { createExpiryRegister } from './migrations/expiry-register.ts';
import { createFirstSchema } from './migrations/first-schema.ts';
import { createIdentitySessions } from './migrations/identity-sessions.ts';
import { createInvitations } from './migrations/invitations.ts';
import { createMails } from './migrations/mails.ts';
import { createMetadataWatches } from './migrations/metadata-watches.ts';
import type { AnySchema } from './migrations/migration.ts';
import { createPasskeys } from './migrations/passkeys.ts';
import { createPasswords } from './migrations/passwords.ts';
import { createResetsByMail } from './migrations/resets-by-mail.ts';
import { createSamlRollover } from './migrations/saml-rollover.ts';
import { createSecondFactors } from './migrations/second-factors.ts';
import { createSecureClients } from './migrations/secure-clients.ts';
import { createSetupLinks } from './migrations/setup-links.ts';
import { createSignInTraces } from './migrations/sign-in-traces.ts';
import { suspendClients } from './migrations/suspended-clients.ts';
import { extendSystemLog } from './migrations/system-log.ts';
import { indexSystemLog } from './migrations/system-log-indexes.ts';
import { createTermsAcceptances } from './migrations/terms-acceptances.ts';
import type { Database } from './schema.ts';

const migrations: Record<string, Migration> = {
  '2026-11-22-first-schema': { up: createFirstSchema },
  '2026-11-23-mails': { up: createMails },
  '2026-11-24-identity-sessions': { up: createIdentitySessions },
  '2026-11-27-secure-clients': { up: createSecureClients },
  '2026-11-25-system-log': { up: extendSystemLog },
  '2026-11-26-passkeys': { up: createPasskeys },
  '2026-11-27-invitations': { up: createInvitations },
  '2026-11-27-terms-acceptances': { up: createTermsAcceptances },
  '2026-11-28-second-factors': { up: createSecondFactors },
  '2026-11-29-passwords': { up: createPasswords },
  '2026-11-29-system-log-indexes': { up: indexSystemLog },
  '2026-11-30-resets-by-mail': { up: createResetsByMail },
  '2026-11-30-suspended-clients': { up: suspendClients },
  '2026-12-01-connection-drafts': { up: createConnectionDrafts },
  '2026-12-08-setup-links': { up: createSetupLinks },
  '2026-12-02-connection-health': { up: createConnectionHealth },
  '2026-12-03-sign-in-traces': { up: createSignInTraces },
  '2026-12-04-connection-tenants': { up: createConnectionTenants },
  '2026-12-06-metadata-watches': { up: createMetadataWatches },
  '2026-12-07-connection-checks': { up: createConnectionChecks },
  '2026-12-04-connection-details': { up: versionConnectionDetails },
  '2026-12-07-expiry-register': { up: createExpiryRegister },
  '2026-12-07-saml-rollover': { up: createSamlRollover },
};

/** Throws with the cause. A schema that a newer version has already migrated further is left as it is. */
export async function migrateToLatest(db: Database): Promise<void> {
  const unknown = (await namesOfExecuted(db)).filter((name) => !(name in migrations));
  const newer = Object.fromEntries(unknown.map((name) => [name, { up: async () => undefined }]));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations, ...newer }) } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error('The database schema could not be migrated', { cause: error });
}

async function namesOfExecuted(db: AnySchema): Promise<string[]> {
  try {
    const rows = await db.selectFrom('kysely_migration').select('name').execute();
    return rows.map((row) => row.name);
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

function isMissingTable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '42P01' || /no such table/.test(message ?? '');
}
