/**
 * Looking people and groups up in the directory behind a connection (AAD-3, OKT-1), and what our applications may do there
 * (AAD-6). Nothing is asked before the connection is live and its tenant proven (AAD-1).
 */
import {
  type ApplicationPermissions,
  type BrowsesDirectory,
  canBrowse,
  canTellPermissions,
  type Provider,
} from '../../providers/provider.ts';
import type { Connection } from '../directory/connections/connections.ts';
import { type DefinitionOf, requireDefinition } from '../directory/connections/new-connection.ts';
import type { ConnectionTenants } from '../directory/connections/tenants.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Upstreams } from './upstreams.ts';

export type DirectoryBrowsing = ReturnType<typeof createDirectoryBrowsing>;

export function createDirectoryBrowsing(needs: {
  upstreams: Upstreams;
  definitionOf: DefinitionOf;
  tenants: Pick<ConnectionTenants, 'requireProven'>;
}) {
  /** Throws `connection_not_live`, `tenant_not_proven`. */
  async function providerOf(connection: Connection): Promise<Provider> {
    if (connection.state !== 'live') throw new DirectoryError('connection_not_live', 'The connection is not live');
    await needs.tenants.requireProven(connection, requireDefinition(needs.definitionOf, connection.kind));
    return needs.upstreams.providerOf(connection);
  }

  return {
    /** Undefined: directories of this kind cannot be browsed. */
    async browserOf(connection: Connection): Promise<BrowsesDirectory | undefined> {
      const provider = await providerOf(connection);
      return canBrowse(provider) ? provider : undefined;
    },

    /** Undefined: there are none to tell. Throws `ProviderError` too, where the directory does not tell. */
    async permissionsOf(connection: Connection): Promise<readonly ApplicationPermissions[] | undefined> {
      const provider = await providerOf(connection);
      return canTellPermissions(provider) ? provider.readPermissions() : undefined;
    },
  };
}
