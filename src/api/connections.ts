/** Connections, to read: never a secret (CON-12). */
import type { Connection, Connections } from '../directory/connections/connections.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Organization } from '../directory/organizations.ts';
import { pageOf } from './cursors.ts';
import type { HandlersOf } from './handlers.ts';

export interface ConnectionsOptions {
  connections: Pick<Connections, 'list' | 'find'>;
}

export function connectionsHandlers({ connections }: ConnectionsOptions) {
  return {
    'GET /api/v1/organizations/{customerId}/connections': async ({ organization, page }) => {
      const found = await connections.list(organization.id);
      const { items, last } = pageOf(found, ({ name, id }) => [name, id], page);
      return { body: { items: items.map((connection) => describe(connection, organization)) }, last };
    },

    'GET /api/v1/organizations/{customerId}/connections/{connectionId}': async ({ organization, params }) => {
      const connection = await connections.find(params.connectionId ?? '');
      if (connection?.organizationId !== organization.id)
        throw new DirectoryError('not_found', 'There is no such connection');
      return { body: { ...describe(connection, organization), settings: { ...connection.settings } } };
    },
  } satisfies HandlersOf<`${string}/connections${string}`>;
}

function describe(connection: Connection, organization: Organization) {
  return {
    id: connection.id,
    kind: connection.kind,
    name: connection.name,
    state: connection.state,
    forSubscribers: connection.forSubscribers,
    forAdministrators: connection.forAdministrators,
    isWorkspaceMethod: organization.subscriberConnectionId === connection.id,
    identifier: connection.identifier,
    hasSecrets: connection.hasSecrets,
    createdAt: new Date(connection.createdAt).toISOString(),
    updatedAt: new Date(connection.updatedAt).toISOString(),
  };
}
