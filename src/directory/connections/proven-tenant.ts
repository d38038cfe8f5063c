/** What may not happen before a connection's tenant is proven (AAD-1; the proof is kept by `tenants.ts`). */
import type { ProviderDefinition } from '../../../providers/provider.ts';
import type { Database } from '../../database/schema.ts';
import { DirectoryError } from '../errors.ts';

/**
 * Whatever is to be asked or done in the name of these settings. Of the operator's own word (`connection create --live`)
 * it is not asked: see `putLive`. Throws `tenant_not_proven`.
 */
export async function requireProvenTenant(
  db: Database,
  connectionId: string,
  definition: ProviderDefinition,
  settings: object,
): Promise<void> {
  const tenantId = definition.tenantOf?.(settings);
  if (tenantId === undefined) return;
  const row = await db
    .selectFrom('connection_tenants')
    .select('tenant_id')
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  if (row?.tenant_id === tenantId) return;
  throw new DirectoryError(
    'tenant_not_proven',
    'The tenant has to be connected first: by somebody who administers it there and accepts the permissions',
  );
}
