/** Authentication: the list of connections, filtered and paged in the database (SPEC §3, NXT-1; full access only). */

import type { ConnectionList, ListedConnection } from '../../directory/connections/connection-list.ts';
import { type ConnectionState, connectionStates } from '../../directory/connections/connection-states.ts';
import type { Csrf } from '../../http/csrf.ts';
import { type Form, readQuery } from '../../http/forms.ts';
import type { Show } from '../frame.ts';
import { type ConsoleRoute, hasRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { type ConnectionListPage, type ConnectionRow, connectionListPage } from './connection-list-page.ts';
import { connectionPath, connectionsPath } from './own-connection.ts';

export interface ConnectionListOptions {
  connectionList: Pick<ConnectionList, 'page' | 'missingKinds'>;
  /** Every kind that can be connected, in the order of the registry. */
  kinds: readonly string[];
  labelOf(kind: string): string;
  csrf: Csrf;
  show: Show;
}

const rowsPerPage = 50;

export function connectionListRoutes({ connectionList, kinds, labelOf, csrf, show }: ConnectionListOptions) {
  const showList: Handler = async (visit) => {
    const { organization, request } = visit;
    const given = readQuery(request.url);
    const query = queryOf(given, kinds);
    const position = { after: given.after?.slice(0, 200), before: given.before?.slice(0, 200) };
    const isFirst = position.after === undefined && position.before === undefined;
    const isWhole = isFirst && Object.values(query).every((value) => value === undefined);
    const [page, missing] = await Promise.all([
      connectionList.page(organization.id, query, position, rowsPerPage),
      isWhole ? connectionList.missingKinds(organization.id, kinds) : [],
    ]);
    const [first, last] = [page.items[0], page.items.at(-1)];
    const pageHref = (to: { after: string } | { before: string }): string => {
      const parameters = Object.entries({ ...query, ...to }).filter(([, value]) => value !== undefined);
      return visit.url(`${connectionsPath}?${new URLSearchParams(parameters as [string, string][])}`);
    };
    const { search, kind, state } = query;
    const model: ConnectionListPage = {
      rows: page.items.map((item) => rowOf(item, visit)),
      csrf: csrf.tokenFor(visit.state.session.uid),
      newHref: visit.url(`${connectionsPath}/new`),
      listHref: visit.url(connectionsPath),
      query: { ...(search && { search }), ...(kind && { kind }), ...(state && { state }) },
      kinds: kinds.map((value) => ({ value, label: labelOf(value) })),
      notConnected: missing.map((value) => ({
        label: labelOf(value),
        href: visit.url(`${connectionsPath}/new/${value}`),
      })),
      ...(page.hasPrevious && first && { previousHref: pageHref({ before: first.name }) }),
      ...(page.hasNext && last && { nextHref: pageHref({ after: last.name }) }),
    };
    show(visit, (context, frame) => connectionListPage(context, frame, model));
  };

  function rowOf(item: ListedConnection, { organization, url }: Visit): ConnectionRow {
    const { finding, lastWorkedAt } = item.health;
    const isComplaint = item.shownState === 'warning' || item.shownState === 'failing';
    return {
      name: item.name,
      kind: labelOf(item.kind),
      state: item.shownState,
      ...(isComplaint && finding && { since: finding.since }),
      lastWorkedAt,
      hasDraft: item.hasDraft && item.state === 'live',
      forAdministrators: item.forAdministrators,
      forSubscribers: item.forSubscribers,
      isWorkspaceMethod: organization.subscriberConnectionId === item.id,
      href: url(connectionPath(item.id)),
      editAction: url(connectionPath(item.id, '/edit')),
      ...((item.hasDraft || item.state === 'live') &&
        hasRoute('GET /connections/:connectionId/test') && { testHref: url(connectionPath(item.id, '/test')) }),
      ...(item.state === 'live' && { disconnectHref: url(connectionPath(item.id, '/disconnect')) }),
    };
  }

  return { 'GET /connections': showList } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function queryOf(given: Form, kinds: readonly string[]) {
  return {
    search: given.search?.slice(0, 100).trim() || undefined,
    kind: kinds.find((kind) => kind === given.kind),
    state: connectionStates.find((state): state is ConnectionState => state === given.state),
  };
}
