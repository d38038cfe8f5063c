/** Everything that expires, and the calendar feed of it. Full access: it tells which connections there are. */
import type { Sites } from '../config/sites.ts';
import type { ExpiryFeeds } from '../directory/expiry-feeds.ts';
import type { Csrf } from '../http/csrf.ts';
import type { ExpiryRegister } from '../upkeep/expiry-register.ts';
import { authorityOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { type ExpiryPage, expiryPage } from './views/expiry-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface ExpiryOptions {
  sites: Sites;
  expiryRegister: Pick<ExpiryRegister, 'ofOrganization'>;
  expiryFeeds: Pick<ExpiryFeeds, 'find' | 'create' | 'revoke'>;
  csrf: Csrf;
  show: Show;
}

const path = '/expiry';

export function expiryRoutes({ sites, expiryRegister, expiryFeeds, csrf, show }: ExpiryOptions) {
  async function showPage(visit: Visit, token?: string): Promise<void> {
    const { organization, now } = visit;
    const { items, undated } = await expiryRegister.ofOrganization(organization.id);
    const feed = await expiryFeeds.find(organization.id);
    const datesHref = (connectionId: string) => visit.url(`/connections/${connectionId}/expiry`);
    const model: ExpiryPage = {
      now,
      items: items.map((item) => ({
        ...item,
        ...(item.connection && { connectionHref: visit.url(`/connections/${item.connection.id}`) }),
        ...(item.kind === 'secret' && item.connection && { datesHref: datesHref(item.connection.id) }),
      })),
      undated: undated.map((secret) => ({ ...secret, datesHref: datesHref(secret.connection.id) })),
      csrf: csrf.tokenFor(visit.state.session.uid),
      actions: { create: visit.url(`${path}/calendar`), revoke: visit.url(`${path}/calendar/revoke`) },
      ...(feed && { feed }),
      ...(token !== undefined && { feedUrl: feedUrl(organization.customerId, token) }),
    };
    show(visit, (context, frame) => expiryPage(context, frame, model));
  }

  const feedUrl = (customerId: string, token: string) =>
    sites.apiUrl(`/api/v1/organizations/${customerId}/expiry.ics?token=${token}`);

  const create: Handler = async (visit) => {
    const language = visit.form.language === 'ja' ? 'ja' : 'en';
    // The token is in this answer and in no address of ours, so it cannot be the target of a redirect.
    await showPage(visit, await expiryFeeds.create(authorityOf(visit), visit.organization.id, language));
  };

  const revoke: Handler = async (visit) => {
    const was = await expiryFeeds.revoke(authorityOf(visit), visit.organization.id);
    finish(visit, path, was ? 'calendar_revoked' : 'unchanged');
  };

  return {
    'GET /expiry': (visit) => showPage(visit),
    'POST /expiry/calendar': create,
    'POST /expiry/calendar/revoke': revoke,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
