/** The list of administrators, and what is done to several at once (SPEC ADM-3; full access only). */
import {
  type AdministratorQuery,
  administratorSorts,
  administratorStatuses,
  administratorTypes,
  arrange,
} from '../directory/administrator-list.ts';
import { statusOf } from '../directory/administrator-rows.ts';
import type { DirectoryErrorCode } from '../directory/errors.ts';
import { type Form, readQuery, refuseUnknownFields } from '../http/forms.ts';
import { authorityOf, finish } from './acts.ts';
import {
  type AdministratorsOptions,
  administratorChanges,
  administratorsPath,
  isOwn,
} from './administrator-changes.ts';
import { directoryPath } from './directory-people.ts';
import type { Done } from './flash.ts';
import type { ConsoleRoute } from './rules.ts';
import { refusedAdministratorsPage, removeAdministratorsPage } from './views/administrator-forms.ts';
import { refusalText } from './views/administrators-messages.ts';
import { administratorsPage } from './views/administrators-page.ts';
import type { Handler, Visit } from './visit.ts';

const rowsPerPage = 50;

export function administratorsRoutes(options: AdministratorsOptions) {
  const { administrators, invitations, connectionList, labelOf, csrf, show } = options;

  const showList: Handler = async (visit) => {
    const query = readQuery(visit.request.url);
    const wanted = queryOf(query);
    const all = await administrators.list(visit.organization.id);
    const names = await connectionList.namesOf(
      visit.organization.id,
      all.map(({ connectionId }) => connectionId),
    );
    const bringing = await connectionList.forAdministrators(visit.organization.id);
    const hasDirectory = bringing.some(({ kind, state }) => kind === 'azure-ad' && state === 'live');
    const found = arrange(all, wanted, {
      now: visit.now,
      providerOf: (id) => names.get(id) ?? labelOf(id),
    });
    const pages = Math.max(1, Math.ceil(found.length / rowsPerPage));
    const page = Math.min(Math.max(Math.trunc(Number(query.page)) || 1, 1), pages);
    const at = (id: string, rest = '') => visit.url(`${administratorsPath}/${id}${rest}`);
    const rows = found.slice((page - 1) * rowsPerPage, page * rowsPerPage).map((each) => ({
      ...each,
      own: isOwn(visit, each),
      editHref: at(each.id),
      removeHref: at(each.id, '/remove'),
      ...(each.status === 'invite_sent' && { resendAction: at(each.id, '/resend') }),
    }));
    const pageHref = (number: number): string => {
      const parameters = Object.entries({ ...wanted, page: String(number) }).filter(([, value]) => value !== undefined);
      return visit.url(`${administratorsPath}?${new URLSearchParams(parameters as [string, string][])}`);
    };
    const { search, status, type, sort } = wanted;
    const model = {
      rows,
      count: found.length,
      listHref: visit.url(administratorsPath),
      query: { ...(search && { search }), ...(status && { status }), ...(type && { type }), ...(sort && { sort }) },
      inviteHref: visit.url(`${administratorsPath}/invite`),
      ...(hasDirectory && { directoryHref: visit.url(directoryPath) }),
      ...(bringing.length > 0 && { groupHref: visit.url(`${administratorsPath}/group`) }),
      selectedAction: visit.url(`${administratorsPath}/selected`),
      csrf: csrf.tokenFor(visit.state.session.uid),
      ...(page > 1 && { previousHref: pageHref(page - 1) }),
      ...(page < pages && { nextHref: pageHref(page + 1) }),
    };
    show(visit, (context, frame) => administratorsPage(context, frame, model));
  };

  /** Reloaded, or come back to after a proof: what was selected is gone. */
  const backToList: Handler = async (visit) => finish(visit, administratorsPath);

  const actOnSelected: Handler = async (visit) => {
    const { organization, form } = visit;
    refuseUnknownFields(form, ['act', 'confirmed'], /^select-[0-9a-f-]{36}$/);
    const ids = Object.keys(form)
      .filter((name) => name.startsWith('select-'))
      .map((name) => name.slice('select-'.length));
    if (ids.length === 0 || (form.act !== 'resend' && form.act !== 'remove'))
      return finish(visit, administratorsPath, 'nothing_selected');
    if (form.act === 'remove' && form.confirmed !== 'yes') return confirm(visit, ids);
    const before = await namesOf(organization.id);
    const by = authorityOf(visit);
    if (form.act === 'resend') {
      const { resent, refused } = await invitations.resendEach(organization.id, ids, by);
      return conclude(visit, resent.length, refused, before, 'invitations_resent');
    }
    const { removed, refused } = await administrators.removeEach(organization.id, ids, by);
    conclude(visit, removed.length, refused, before, 'administrators_removed');
  };

  async function confirm(visit: Visit, ids: readonly string[]): Promise<void> {
    const all = await administrators.list(visit.organization.id);
    const people = all
      .filter(({ id }) => ids.includes(id))
      .map((each) => ({
        displayName: each.displayName,
        email: each.email,
        status: statusOf(each, visit.now),
      }));
    if (people.length === 0) return finish(visit, administratorsPath, 'nothing_selected');
    const hidden = Object.fromEntries(ids.map((id) => [`select-${id}`, 'on']));
    show(visit, (context, frame) =>
      removeAdministratorsPage(context, frame, {
        people,
        hidden: { ...hidden, act: 'remove', confirmed: 'yes' },
        action: visit.url(`${administratorsPath}/selected`),
        csrf: csrf.tokenFor(visit.state.session.uid),
        listHref: visit.url(administratorsPath),
      }),
    );
  }

  async function namesOf(organizationId: string): Promise<ReadonlyMap<string, string>> {
    return new Map((await administrators.list(organizationId)).map(({ id, displayName }) => [id, displayName]));
  }

  /** To the list with a word, or the page that names what could not be done. */
  function conclude(
    visit: Visit,
    done: number,
    refused: readonly { id: string; code: DirectoryErrorCode }[],
    names: ReadonlyMap<string, string>,
    word: Done,
  ): void {
    // An id of another organization is as unknown as one that does not exist (CON-08), and is not repeated.
    const known = refused.filter(({ id }) => names.has(id));
    const named = known.map(({ id, code }) => ({ name: names.get(id) ?? '', code }));
    if (named.length > 0) sayRefused(visit, done, named);
    else finish(visit, administratorsPath, done > 0 ? word : 'nothing_selected');
  }

  function sayRefused(
    visit: Visit,
    done: number,
    refused: readonly { name: string; code: DirectoryErrorCode }[],
  ): void {
    show(
      visit,
      (context, frame) =>
        refusedAdministratorsPage(context, frame, {
          listHref: visit.url(administratorsPath),
          done,
          refused: refused.map(({ name, code }) => ({ name, reason: refusalText(context.language, code) })),
        }),
      { status: 409 },
    );
  }

  return {
    'GET /administrators': showList,
    'GET /administrators/selected': backToList,
    'POST /administrators/selected': actOnSelected,
    ...administratorChanges({
      ...options,
      sayRefused: (visit, name, { code }) => sayRefused(visit, 0, [{ name, code }]),
    }),
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function queryOf(query: Form): AdministratorQuery {
  const oneOf = <Value extends string>(values: readonly Value[], given: string | undefined): Value | undefined =>
    values.find((value) => value === given);
  return {
    search: query.search?.slice(0, 100).trim() || undefined,
    status: oneOf(administratorStatuses, query.status),
    type: oneOf(administratorTypes, query.type),
    sort: oneOf(administratorSorts, query.sort),
  };
}
