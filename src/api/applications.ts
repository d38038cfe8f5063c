/** Applications of the organization, to read. Those of the whole installation are the operator's. */
import type { Application, Applications } from '../directory/applications.ts';
import { DirectoryError } from '../directory/errors.ts';
import { pageOf } from './cursors.ts';
import type { HandlersOf } from './handlers.ts';

export interface ApplicationsOptions {
  applications: Pick<Applications, 'list' | 'find'>;
}

export function applicationsHandlers({ applications }: ApplicationsOptions) {
  return {
    'GET /api/v1/organizations/{customerId}/applications': async ({ organization, page }) => {
      const found = await applications.list(organization.id);
      const { items, last } = pageOf(found, ({ name, clientId }) => [name, clientId], page);
      return { body: { items: items.map(describe) }, last };
    },

    'GET /api/v1/organizations/{customerId}/applications/{applicationId}': async ({ organization, params }) => {
      const application = await applications.find(params.applicationId ?? '');
      if (application?.organizationId !== organization.id)
        throw new DirectoryError('not_found', 'There is no such application');
      return { body: describe(application) };
    },
  } satisfies HandlersOf<`${string}/applications${string}`>;
}

function describe({ clientId, name, metadata, secretHash, createdAt, updatedAt }: Application) {
  return {
    clientId,
    name,
    applicationType: metadata.application_type,
    redirectUris: metadata.redirect_uris,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris,
    tokenEndpointAuthMethod: metadata.token_endpoint_auth_method,
    hasSecret: secretHash !== null,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
