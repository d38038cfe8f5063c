/** Secure clients: one's own, or with full access everybody's (ADM-2, ADM-5). */
import { DirectoryError } from '../directory/errors.ts';
import { isAllowed } from '../directory/permissions.ts';
import type { SecureClient, SecureClients, Whose } from '../directory/secure-clients.ts';
import { personOf } from '../http/session-models.ts';
import { pageOf } from './cursors.ts';
import type { HandlersOf } from './handlers.ts';
import { ApiProblem } from './problems.ts';
import type { OrganizationCall } from './route.ts';

export interface SecureClientsOptions {
  secureClients: Pick<SecureClients, 'create' | 'list' | 'find' | 'revoke' | 'stateOf'>;
}

export function secureClientsHandlers({ secureClients }: SecureClientsOptions) {
  async function describe(client: SecureClient) {
    return {
      clientId: client.clientId,
      name: client.name,
      createdBy: client.creator.name,
      createdAt: new Date(client.createdAt).toISOString(),
      usedAt: client.usedAt === null ? null : new Date(client.usedAt).toISOString(),
      state: await secureClients.stateOf(client),
    };
  }

  return {
    'GET /api/v1/organizations/{customerId}/secure-clients': async (call) => {
      const found = await secureClients.list(call.organization.id, whoseFor(call));
      const { items, last } = pageOf(found, ({ name, clientId }) => [name, clientId], call.page);
      return { body: { items: await Promise.all(items.map(describe)) }, last };
    },

    'POST /api/v1/organizations/{customerId}/secure-clients': async ({
      caller,
      organization,
      administratorIds,
      act,
      body,
    }) => {
      if (caller.kind !== 'person') throw new ApiProblem('not-for-clients');
      const { session } = caller.state;
      const { client, secret } = await secureClients.create(act, {
        organization,
        creator: { accountId: session.accountId, ...personOf(session), administratorIds },
        name: body.name,
      });
      const location = `/api/v1/organizations/${organization.customerId}/secure-clients/${client.clientId}`;
      return { body: { ...(await describe(client)), secret }, location };
    },

    'GET /api/v1/organizations/{customerId}/secure-clients/{clientId}': async (call) => {
      const client = await secureClients.find(call.organization.id, call.params.clientId ?? '', whoseFor(call));
      if (!client) throw new DirectoryError('not_found', 'There is no such secure client');
      return { body: await describe(client) };
    },

    'DELETE /api/v1/organizations/{customerId}/secure-clients/{clientId}': async (call) => {
      await secureClients.revoke(call.act, call.organization, call.params.clientId ?? '', whoseFor(call));
      return {};
    },
  } satisfies HandlersOf<`${string}/secure-clients${string}`>;
}

/** A client acts in its creator's name: its own are its creator's. */
function whoseFor({ access, caller }: OrganizationCall): Whose {
  if (isAllowed(access, 'full')) return 'everybody';
  const accountId = caller.kind === 'client' ? caller.client.creator.accountId : caller.state.session.accountId;
  return { accountId };
}
