/** Set-up links of a connection (`directory/connections/setup-links.ts`): the link itself is in the answer that made it, only. */
import type { Connections } from '../directory/connections/connections.ts';
import type { ConnectionEditor } from '../directory/connections/editor.ts';
import type { SetupLink, SetupLinkCreator, SetupLinks } from '../directory/connections/setup-links.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { HandlersOf } from './handlers.ts';
import { ApiProblem } from './problems.ts';
import type { OrganizationCall } from './route.ts';

export interface SetupLinksOptions {
  connections: Pick<Connections, 'find'>;
  setupLinks: Pick<SetupLinks, 'create' | 'list' | 'revoke'>;
}

export function setupLinksHandlers(
  { connections, setupLinks }: SetupLinksOptions,
  editorOf: (call: OrganizationCall) => Promise<ConnectionEditor>,
) {
  /** Throws `not_found` for another organization's exactly as for one that does not exist (CON-08). */
  async function requireOwn(organizationId: string, connectionId = ''): Promise<string> {
    const connection = await connections.find(connectionId);
    if (connection?.organizationId !== organizationId)
      throw new DirectoryError('not_found', 'There is no such connection');
    return connection.id;
  }

  async function creatorOf(call: OrganizationCall): Promise<SetupLinkCreator> {
    const { caller } = call;
    const editor = await editorOf(call);
    if (caller.kind === 'person') return { ...editor, accountId: caller.state.session.accountId };
    const { clientId, creator } = caller.client;
    return { ...editor, accountId: creator.accountId, clientId };
  }

  return {
    'GET /api/v1/organizations/{customerId}/connections/{connectionId}/setup-links': async ({
      organization,
      params,
    }) => {
      const found = await setupLinks.list(organization.id, await requireOwn(organization.id, params.connectionId));
      return { body: { items: found.map(describe) } };
    },

    'POST /api/v1/organizations/{customerId}/connections/{connectionId}/setup-links': async (call) => {
      const { organization, params, body } = call;
      const connectionId = await requireOwn(organization.id, params.connectionId);
      // Whoever holds it could make live what signs administrators in, and so give more than a client may (CON-06).
      if (call.caller.kind === 'client' && body.mayFinish) throw new ApiProblem('full-access-by-persons');
      const { link, url } = await setupLinks.create(await creatorOf(call), organization.id, { ...body, connectionId });
      const location = `/api/v1/organizations/${organization.customerId}/connections/${connectionId}/setup-links`;
      return { body: { ...describe(link), url }, location };
    },

    'DELETE /api/v1/organizations/{customerId}/connections/{connectionId}/setup-links/{linkId}': async (call) => {
      const { organization, params } = call;
      const connectionId = await requireOwn(organization.id, params.connectionId);
      await setupLinks.revoke(await editorOf(call), organization.id, connectionId, params.linkId ?? '');
      return {};
    },
  } satisfies HandlersOf<`${string}/setup-links${string}`>;
}

function describe(link: SetupLink) {
  const timeOf = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    id: link.id,
    state: link.state,
    email: link.email,
    mayFinish: link.mayFinish,
    outcome: link.outcome,
    createdBy: link.createdBy,
    createdAt: new Date(link.createdAt).toISOString(),
    expiresAt: new Date(link.expiresAt).toISOString(),
    openedFirstAt: timeOf(link.openedFirstAt),
    openedLastAt: timeOf(link.openedLastAt),
    finishedAt: timeOf(link.finishedAt),
  };
}
