/** Everybody who is signed in to this organization: finding, ending one, ending all (SPEC SES-8; full access only). */
import type { ConnectionList } from '../directory/connections/connection-list.ts';
import { readQuery } from '../http/forms.ts';
import { personOf } from '../http/session-models.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import { type EndingOptions, endingHandlers } from './ending-sessions.ts';
import type { ConsoleRoute } from './rules.ts';
import { toRow } from './session-rows.ts';
import { type OrganizationSessionRow, organizationSessionsPage } from './views/sessions-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface OrganizationSessionsOptions extends EndingOptions {
  sessions: Pick<Sessions, 'listOfOrganization' | 'end' | 'endAll'>;
  connectionList: Pick<ConnectionList, 'namesOf'>;
  labelOf(kind: string): string;
}

const paths = {
  list: '/organization-sessions',
  one: '/organization-sessions/end',
  all: '/organization-sessions/end-all',
};
const rowsPerPage = 50;

export function organizationSessionsRoutes(options: OrganizationSessionsOptions) {
  const { sessions, connectionList, labelOf, csrf, show } = options;
  const everybody = ({ organization }: Visit): Promise<SessionState[]> => sessions.listOfOrganization(organization.id);

  const showList: Handler = async (visit) => {
    const query = readQuery(visit.request.url);
    const search = query.search?.slice(0, 100).trim() || undefined;
    const found = (await everybody(visit)).filter(matches(search));
    const pages = Math.max(1, Math.ceil(found.length / rowsPerPage));
    const page = Math.min(Math.max(Math.trunc(Number(query.page)) || 1, 1), pages);
    const shown = found.slice((page - 1) * rowsPerPage, page * rowsPerPage);
    const usedIds = shown.map(({ session }) => session.connectionId);
    const names = await connectionList.namesOf(visit.organization.id, usedIds);
    const rows = shown.map(
      (state): OrganizationSessionRow => ({
        ...toRow(state, visit.state.session.uid),
        person: personOf(state.session),
        kind: state.session.realm === administratorsRealm ? 'administrator' : 'subscriber',
        provider: names.get(state.session.connectionId) ?? labelOf(state.session.idp),
      }),
    );
    const pageHref = (number: number): string =>
      visit.url(`${paths.list}?${new URLSearchParams({ ...(search && { search }), page: String(number) })}`);
    const model = {
      rows,
      endAction: visit.url(paths.one),
      csrf: csrf.tokenFor(visit.state.session.uid),
      endAllHref: visit.url(paths.all),
      searchAction: visit.url(paths.list),
      ...(search !== undefined && { search }),
      ...(page > 1 && { previousHref: pageHref(page - 1) }),
      ...(page < pages && { nextHref: pageHref(page + 1) }),
    };
    show(visit, (context, frame) => organizationSessionsPage(context, frame, model));
  };

  const ending = endingHandlers(options, {
    page: 'organization_sessions',
    paths,
    listed: everybody,
    describe: ({ session }) => personOf(session).name,
    all: {
      act: 'end_organization_sessions',
      target: ({ organization: { id, name } }) => ({ type: 'organization', id, name }),
    },
  });

  return {
    'GET /organization-sessions': showList,
    'GET /organization-sessions/end': ending.confirmOne,
    'POST /organization-sessions/end': ending.endOne,
    'GET /organization-sessions/end-all': ending.confirmAll,
    'POST /organization-sessions/end-all': ending.endAll,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

/** Part of the name or of the address, without case; a plain comparison, whatever is typed (CON-19). */
function matches(search: string | undefined): (state: SessionState) => boolean {
  if (search === undefined) return () => true;
  const wanted = search.normalize('NFKC').toLowerCase();
  return ({ session }) => {
    const { name, email } = personOf(session);
    const { cip_upn: upn } = session.claims;
    return [name, email, typeof upn === 'string' ? upn : ''].some((text) =>
      text.normalize('NFKC').toLowerCase().includes(wanted),
    );
  };
}
