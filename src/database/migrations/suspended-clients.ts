/** Secure clients that rest since their creator's account was taken back by mail or by the desk (ADM-5). */
import type { AnySchema } from './migration.ts';

export async function suspendClients(db: AnySchema): Promise<void> {
  await db.schema.alterTable('secure_clients').addColumn('suspended_at', 'bigint').execute();
}
