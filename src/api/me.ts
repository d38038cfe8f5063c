/** Who calls, and what is open to them. */
import type { Organizations } from '../directory/organizations.ts';
import { personOf } from '../http/session-models.ts';
import { membershipsOf } from './callers.ts';
import type { HandlersOf } from './handlers.ts';

export interface MeOptions {
  organizations: Pick<Organizations, 'find'>;
}

export function meHandlers({ organizations }: MeOptions) {
  return {
    'GET /api/v1/me': async ({ caller }) => {
      const open = await Promise.all(
        membershipsOf(caller).map(async ({ organizationId, access }) => {
          const organization = await organizations.find(organizationId);
          if (!organization) return [];
          const { customerId, orgId, name } = organization;
          const shown = access.access === 'full' ? access : { ...access, permissions: [...access.permissions] };
          return [{ customerId, orgId, name, access: shown }];
        }),
      );
      if (caller.kind === 'client') {
        const { clientId: id, name } = caller.client;
        return { body: { kind: 'client', id, name, email: null, organizations: open.flat(), csrfToken: null } };
      }
      const { session } = caller.state;
      const { name, email } = personOf(session);
      return {
        body: {
          kind: 'person',
          id: session.accountId,
          name,
          email: email === '' ? null : email,
          organizations: open.flat(),
          csrfToken: caller.csrfToken,
        },
      };
    },
  } satisfies HandlersOf<`${string}/me`>;
}
