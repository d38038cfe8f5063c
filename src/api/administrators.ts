/** Administrators: inviting, access, removal, by the functions of the console's pages (ADM-1 to ADM-4). */
import type { Clock } from '../core/clock.ts';
import { type Administrator, isGroup, statusOf } from '../directory/administrator-rows.ts';
import type { Administrators } from '../directory/administrators.ts';
import type { Authority } from '../directory/authority.ts';
import type { Invitations } from '../directory/invitations.ts';
import type { Access } from '../directory/permissions.ts';
import { pageOf } from './cursors.ts';
import { requireMatch } from './etags.ts';
import type { HandlersOf } from './handlers.ts';
import type { OrganizationCall } from './route.ts';

export interface AdministratorsOptions {
  administrators: Pick<Administrators, 'list' | 'find' | 'changeAccess' | 'remove'>;
  invitations: Pick<Invitations, 'invite' | 'resend'>;
  clock: Clock;
}

export function administratorsHandlers({ administrators, invitations, clock }: AdministratorsOptions) {
  const answerOf = (administrator: Administrator) => ({
    body: describe(administrator, clock.now()),
    etag: etagOf(administrator),
  });

  return {
    'GET /api/v1/organizations/{customerId}/administrators': async ({ organization, page }) => {
      const found = await administrators.list(organization.id);
      const { items, last } = pageOf(found, ({ displayName, id }) => [displayName, id], page);
      return { body: { items: items.map((administrator) => describe(administrator, clock.now())) }, last };
    },

    'POST /api/v1/organizations/{customerId}/administrators': async (call) => {
      const { organization, body } = call;
      // The link is for the mail alone: whoever holds it accepts the invitation.
      const { administrator } = await invitations.invite(
        { organizationId: organization.id, email: body.email, access: body.access },
        authorityOf(call),
      );
      const location = `/api/v1/organizations/${organization.customerId}/administrators/${administrator.id}`;
      return { ...answerOf(administrator), location };
    },

    'GET /api/v1/organizations/{customerId}/administrators/{administratorId}': async ({ organization, params }) =>
      answerOf(await administrators.find(organization.id, params.administratorId ?? '')),

    'PATCH /api/v1/organizations/{customerId}/administrators/{administratorId}': async (call) => {
      const { organization, params, body, matches } = call;
      const before = await administrators.find(organization.id, params.administratorId ?? '');
      requireMatch(matches, etagOf(before));
      const change = { access: body.access, version: before.version };
      return answerOf(await administrators.changeAccess(organization.id, before.id, change, authorityOf(call)));
    },

    'DELETE /api/v1/organizations/{customerId}/administrators/{administratorId}': async (call) => {
      const { organization, params, matches } = call;
      const before = await administrators.find(organization.id, params.administratorId ?? '');
      requireMatch(matches, etagOf(before));
      await administrators.remove(organization.id, before.id, authorityOf(call), { version: before.version });
      return {};
    },

    'POST /api/v1/organizations/{customerId}/administrators/{administratorId}/resend': async (call) => {
      const { organization, params } = call;
      const id = params.administratorId ?? '';
      return answerOf((await invitations.resend(organization.id, id, authorityOf(call))).administrator);
    },
  } satisfies HandlersOf<`${string}/administrators${string}`>;
}

/** A client acts by its creator's rows. */
function authorityOf({ act, administratorIds }: OrganizationCall): Authority {
  return { act, as: administratorIds };
}

function etagOf({ version }: Administrator): string {
  return `v${version}`;
}

function describe(administrator: Administrator, now: number) {
  const { invitation, kind, access } = administrator;
  const time = (at: number): string => new Date(at).toISOString();
  return {
    id: administrator.id,
    kind,
    connectionId: administrator.connectionId,
    groupId: isGroup(kind) ? administrator.subject : null,
    displayName: administrator.displayName,
    email: administrator.email,
    access: plainAccess(access),
    status: statusOf(administrator, now),
    invitation: invitation && { sentAt: time(invitation.sentAt), expiresAt: time(invitation.expiresAt) },
    createdAt: time(administrator.createdAt),
    updatedAt: time(administrator.updatedAt),
  };
}

function plainAccess(access: Access) {
  return access.access === 'full' ? access : { access: access.access, permissions: [...access.permissions] };
}
