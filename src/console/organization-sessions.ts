/** Everybody who is signed in to this organization: finding, ending one, ending all (SPEC SES-8; full access only). */
import type { Connections } from '../directory/connections.ts';
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import { personOf } from '../http/session-models.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import { entryOf, finish, type RecordEntry } from './acts.ts';
import type { Show } from './frame.ts';
import { ofSession } from './my-sessions.ts';
import type { ConsoleRoute } from './rules.ts';
import { findByRowId, rowIdOf, toRow } from './session-rows.ts';
import { confirmPage } from './views/confirm-page.ts';
import { type OrganizationSessionRow, organizationSessionsPage } from './views/sessions-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface OrganizationSessionsOptions {
  sessions: Pick<Sessions, 'listOfOrganization' | 'end' | 'endAll'>;
  connections: Pick<Connections, 'list'>;
  labelOf(kind: string): string;
  csrf: Csrf;
  record: RecordEntry;
  show: Show;
}

const list = '/organization-sessions';
const one = '/organization-sessions/end';
const all = '/organization-sessions/end-all';
const rowsPerPage = 50;

export function organizationSessionsRoutes(options: OrganizationSessionsOptions) {
  const { sessions, connections, labelOf, csrf, record, show } = options;
  const tokenOf = ({ state }: Visit): string => csrf.tokenFor(state.session.uid);
  const everybody = ({ organization }: Visit): Promise<SessionState[]> => sessions.listOfOrganization(organization.id);
  /** Nobody ends the session that they are looking out of. */
  const everybodyElse = async (visit: Visit): Promise<SessionState[]> =>
    (await everybody(visit)).filter(({ session }) => session.uid !== visit.state.session.uid);

  const showList: Handler = async (visit) => {
    const query = readQuery(visit.request.url);
    const search = query.search?.slice(0, 100).trim() || undefined;
    const found = (await everybody(visit)).filter(matches(search));
    const pages = Math.max(1, Math.ceil(found.length / rowsPerPage));
    const page = Math.min(Math.max(Math.trunc(Number(query.page)) || 1, 1), pages);
    const names = new Map((await connections.list(visit.organization.id)).map(({ id, name }) => [id, name]));
    const rows = found.slice((page - 1) * rowsPerPage, page * rowsPerPage).map(
      (state): OrganizationSessionRow => ({
        ...toRow(state, visit.state.session.uid),
        person: personOf(state.session),
        kind: state.session.realm === administratorsRealm ? 'administrator' : 'subscriber',
        provider: names.get(state.session.connectionId) ?? labelOf(state.session.idp),
      }),
    );
    const pageHref = (number: number): string =>
      visit.url(`${list}?${new URLSearchParams({ ...(search && { search }), page: String(number) })}`);
    const model = {
      rows,
      endAction: visit.url(one),
      csrf: tokenOf(visit),
      endAllHref: visit.url(all),
      searchAction: visit.url(list),
      ...(search !== undefined && { search }),
      ...(page > 1 && { previousHref: pageHref(page - 1) }),
      ...(page < pages && { nextHref: pageHref(page + 1) }),
    };
    show(visit, (context, frame) => organizationSessionsPage(context, frame, model));
  };

  const confirmOne: Handler = async (visit) => {
    const found = findByRowId(await everybodyElse(visit), readQuery(visit.request.url).session);
    if (!found) return finish(visit, list, 'session_gone');
    show(visit, (context, frame) =>
      confirmPage(context, frame, {
        act: 'end_session',
        who: personOf(found.session).name,
        page: 'organization_sessions',
        action: visit.url(one),
        csrf: tokenOf(visit),
        hidden: { session: rowIdOf(found.session.uid), confirmed: 'yes' },
        cancelHref: visit.url(list),
      }),
    );
  };

  const endOne: Handler = async (visit) => {
    const found = findByRowId(await everybodyElse(visit), visit.form.session);
    if (!found) return finish(visit, list, 'session_gone');
    if (visit.form.confirmed !== 'yes') {
      return visit.response.redirect(303, visit.url(`${one}?session=${rowIdOf(found.session.uid)}`));
    }
    const ended = await sessions.end(found.session.uid, 'revoked');
    if (ended) await record(entryOf(visit, ofSession(found)));
    finish(visit, list, ended ? 'session_ended' : 'session_gone');
  };

  const confirmAll: Handler = async (visit) => {
    show(visit, (context, frame) =>
      confirmPage(context, frame, {
        act: 'end_organization_sessions',
        who: visit.organization.name,
        page: 'organization_sessions',
        action: visit.url(all),
        csrf: tokenOf(visit),
        cancelHref: visit.url(list),
      }),
    );
  };

  const endAll: Handler = async (visit) => {
    const count = await sessions.endAll(await everybodyElse(visit), 'revoked');
    const { id, name } = visit.organization;
    const target = { type: 'organization', id, name } as const;
    if (count > 0) {
      await record(entryOf(visit, { event: 'platform/session/end', target, detail: { sessions: count } }));
    }
    finish(visit, list, count > 0 ? 'sessions_ended' : 'session_gone');
  };

  return {
    'GET /organization-sessions': showList,
    'GET /organization-sessions/end': confirmOne,
    'POST /organization-sessions/end': endOne,
    'GET /organization-sessions/end-all': confirmAll,
    'POST /organization-sessions/end-all': endAll,
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
