/** Everything that expires, to read; and the calendar of it, for whoever has the token. */
import type { Sites } from '../config/sites.ts';
import type { ExpiryFeeds } from '../directory/expiry-feeds.ts';
import type { Organizations } from '../directory/organizations.ts';
import { writeExpiryCalendar } from '../upkeep/expiry-calendar.ts';
import type { ExpiryRegister } from '../upkeep/expiry-register.ts';
import type { HandlersOf } from './handlers.ts';
import { ApiProblem } from './problems.ts';

export interface ExpiryOptions {
  sites: Sites;
  organizations: Pick<Organizations, 'findByCustomerId'>;
  expiryRegister: Pick<ExpiryRegister, 'ofOrganization'>;
  expiryFeeds: Pick<ExpiryFeeds, 'open'>;
}

export function expiryHandlers({ sites, organizations, expiryRegister, expiryFeeds }: ExpiryOptions) {
  return {
    'GET /api/v1/organizations/{customerId}/expiry': async ({ organization }) => {
      const { items, undated } = await expiryRegister.ofOrganization(organization.id);
      return {
        body: {
          items: items.map(({ kind, what, connection, expiresAt }) => ({
            kind,
            name: what.en,
            connection: connection ? { id: connection.id, name: connection.name, prepared: connection.isDraft } : null,
            expiresAt: new Date(expiresAt).toISOString(),
          })),
          undated: undated.map(({ connection, key }) => ({
            connectionId: connection.id,
            connection: connection.name,
            setting: key,
          })),
        },
      };
    },

    /** No token, a wrong or revoked one, no such organization: one answer. */
    'GET /api/v1/organizations/{customerId}/expiry.ics': async ({ params, query, response, now }) => {
      const organization = await organizations.findByCustomerId(params.customerId ?? '');
      const feed =
        organization && query.token !== undefined ? await expiryFeeds.open(organization.id, query.token) : undefined;
      if (!organization || !feed) throw new ApiProblem('not-found');
      const { items } = await expiryRegister.ofOrganization(organization.id);
      const registerUrl = sites.consoleUrl(`/o/${organization.customerId}/expiry`);
      const { language } = feed;
      response
        .status(200)
        .set({ 'Content-Type': 'text/calendar; charset=utf-8', 'Cache-Control': 'private, no-store' })
        .end(writeExpiryCalendar({ organization: organization.name, items, registerUrl, language, now }));
      return {};
    },
  } satisfies HandlersOf<`GET ${string}/expiry${string}`>;
}
