/** Whose password was last set by whoever reads their mail (SECURITY ID-08). */
import type { AnySchema } from './migration.ts';

export async function createResetsByMail(db: AnySchema): Promise<void> {
  await db.schema.alterTable('identities').addColumn('reset_by_mail_at', 'bigint').execute();
}
