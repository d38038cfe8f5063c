/**
 * Browsing the people and groups of a live connection that can look them up (Azure AD, Okta): to see what an administrator
 * may choose from, and that the directory answers. Reads only.
 */
import { ProviderError } from '../../../providers/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import { DirectoryError } from '../../directory/errors.ts';
import { readQuery } from '../../http/forms.ts';
import type { RateLimiter } from '../../http/rate-limit.ts';
import type { DirectoryBrowsing } from '../../signin/directory-browsing.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler } from '../visit.ts';
import { headOf } from './connection.ts';
import { type ConnectedDirectoryPage, type DirectoryContent, directoryPage } from './directory-page.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';

export interface DirectoryOptions {
  connections: Pick<Connections, 'find'>;
  directoryBrowsing: Pick<DirectoryBrowsing, 'browserOf'>;
  rateLimiter: Pick<RateLimiter, 'count'>;
  labelOf(kind: string): string;
  show: Show;
}

/** Of one organization: the directory has limits of its own, which sign-ins need too. */
export const searches = { name: 'directory-search', max: 120, window: 600_000 };

export function directoryRoutes({ connections, directoryBrowsing, rateLimiter, labelOf, show }: DirectoryOptions) {
  const browse: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const query = readQuery(visit.request.url);
    const typed = (query.q ?? '').slice(0, 100);
    const of = query.of === 'groups' ? 'groups' : 'users';
    const shown = await look(connection, of, typed, query.page, () =>
      rateLimiter.count(searches, visit.organization.id),
    );
    const path = connectionPath(connection.id, '/directory');
    const href = (more: Readonly<Record<string, string>>): string => `${visit.url(path)}?${new URLSearchParams(more)}`;
    const next = shown.is === 'found' ? shown.page.next : undefined;
    const model: ConnectedDirectoryPage = {
      ...headOf(visit, connection),
      provider: labelOf(connection.kind),
      action: visit.url(path),
      typed,
      shown,
      ...(query.page !== undefined && { firstHref: href({ of, q: typed }) }),
      ...(next !== undefined && { nextHref: href({ of, q: typed, page: next }) }),
    };
    show(visit, (context, frame) => directoryPage(context, frame, model));
  };

  async function look(
    connection: Connection,
    of: 'users' | 'groups',
    typed: string,
    page: string | undefined,
    count: () => Promise<void>,
  ): Promise<DirectoryContent> {
    if (connection.state !== 'live') return { of, is: 'notLive' };
    try {
      const directory = await directoryBrowsing.browserOf(connection);
      if (!directory) return { of, is: 'unable' };
      await count();
      const found = of === 'users' ? directory.searchUsers(typed, page) : directory.searchGroups(typed, page);
      return { of, is: 'found', page: await found };
    } catch (error) {
      if (error instanceof ProviderError) return { of, is: 'refused', error };
      // AAD-1: nothing is asked of a directory whose administrator has not let us in
      if (error instanceof DirectoryError && error.code === 'tenant_not_proven') return { of, is: 'notProven' };
      throw error;
    }
  }

  return { 'GET /connections/:connectionId/directory': browse } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
