/**
 * Administrators from a connected directory (AAD-3, AAD-4): search by name, choose, invite the person or add the group. Who was
 * chosen is asked of the directory again at the post, because a name in a form proves nothing.
 */
import { ProviderError } from '../../providers/errors.ts';
import type { BrowsesDirectory, DirectoryGroup, DirectoryUser } from '../../providers/provider.ts';
import { AppError } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import type { Connections } from '../directory/connections/connections.ts';
import { DirectoryError } from '../directory/errors.ts';
import { readQuery, refuseUnknownFields } from '../http/forms.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import type { DirectoryBrowsing } from '../signin/directory-browsing.ts';
import { explanations } from '../signin/explanations.ts';
import { authorityOf, finish } from './acts.ts';
import {
  AccessUnclear,
  type AdministratorsOptions,
  accessFieldsOf,
  accessOf,
  administratorsPath,
  permissionField,
} from './administrator-changes.ts';
import { searches } from './connections/directory.ts';
import type { ConsoleRoute } from './rules.ts';
import type { AccessFields } from './views/administrator-forms.ts';
import { administratorsMessages } from './views/administrators-messages.ts';
import { directoryPeopleMessages } from './views/directory-people-messages.ts';
import { type Chooses, chosenPage, type DirectoryPage, directoryPage } from './views/directory-people-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface DirectoryPeopleOptions
  extends Pick<AdministratorsOptions, 'administrators' | 'invitations' | 'connectionList' | 'csrf' | 'show'> {
  connections: Pick<Connections, 'find'>;
  directoryBrowsing: Pick<DirectoryBrowsing, 'browserOf'>;
  rateLimiter: Pick<RateLimiter, 'count'>;
}

export const directoryPath = `${administratorsPath}/directory`;

/** What the chosen one is called in a form. */
interface Choice {
  connection: string;
  what: Chooses;
  id: string;
}
type Told =
  | { problem: keyof (typeof directoryPeopleMessages)['en']['errors'] }
  | { permissions: AccessUnclear['code'] };

export function directoryPeopleRoutes(options: DirectoryPeopleOptions) {
  const { administrators, invitations, connectionList, connections, directoryBrowsing, csrf, show } = options;

  const browse: Handler = async (visit) => {
    const query = readQuery(visit.request.url);
    const what = whatOf(query.what);
    const search = (query.search ?? '').slice(0, 100).trim();
    const live = await liveOnes(visit);
    const connection = live.find(({ id }) => id === query.connection) ?? live[0];
    const hrefOf = (more: Readonly<Record<string, string>>, rest = '') =>
      visit.url(`${directoryPath}${rest}?${new URLSearchParams({ connection: connection?.id ?? '', ...more })}`);
    const { next, inLanguage } = connection
      ? await find(visit, connection.id, what, search, query.page)
      : { next: undefined, inLanguage: () => ({ entries: [] }) };
    const linked = (found: DirectoryPage['found']): DirectoryPage['found'] =>
      'problem' in found
        ? found
        : { entries: found.entries.map((entry) => ({ ...entry, ...linkOf(entry) })) as typeof found.entries };
    // AAD-3: whoever has no email cannot be invited
    const linkOf = (entry: DirectoryUser | DirectoryGroup) =>
      'subject' in entry && entry.email === undefined ? {} : { href: hrefOf({ what, id: entry.id }, '/chosen') };
    show(visit, (context, frame) =>
      directoryPage(context, frame, {
        listHref: visit.url(administratorsPath),
        connectionsHref: visit.url('/connections'),
        connections: live,
        ...(connection && { connection: connection.id }),
        action: visit.url(directoryPath),
        what,
        whatHrefs: { users: hrefOf({ what: 'users', search }), groups: hrefOf({ what: 'groups', search }) },
        search,
        found: linked(inLanguage(context.language)),
        ...(next !== undefined && { nextHref: hrefOf({ what, search, page: next }) }),
        ...(query.page !== undefined && { firstHref: hrefOf({ what, search }) }),
      }),
    );
  };

  /** A page of the directory, or why there is none. */
  async function find(visit: Visit, connectionId: string, what: Chooses, search: string, page: string | undefined) {
    try {
      const directory = await browserOf(visit, connectionId);
      await options.rateLimiter.count(searches, visit.organization.id);
      const found =
        what === 'users' ? await directory.searchUsers(search, page) : await directory.searchGroups(search, page);
      return { next: found.next, inLanguage: (): DirectoryPage['found'] => ({ entries: found.entries }) };
    } catch (error) {
      const problem = problemOf(visit, connectionId, error);
      return { next: undefined, inLanguage: problem };
    }
  }

  function problemOf(
    visit: Visit,
    connectionId: string,
    error: unknown,
  ): (language: Language) => DirectoryPage['found'] {
    if (error instanceof DirectoryError && error.code === 'tenant_not_proven')
      return () => ({ problem: 'not_proven', tenantHref: visit.url(`/connections/${connectionId}/tenant`) });
    if (!(error instanceof ProviderError)) throw error;
    const { code, detail } = error;
    const { retryAfter } = detail;
    if (code === 'upstream_throttled')
      return () => ({ problem: 'throttled', ...(retryAfter !== undefined && { retryAfter }) });
    const { meaning, remedy } = explanations[code];
    return (language) => ({ problem: 'failed', meaning: meaning[language], remedy: remedy[language] });
  }

  const showChosen: Handler = async (visit) => {
    const { connection = '', what, id = '' } = readQuery(visit.request.url);
    const choice = { connection, what: whatOf(what), id };
    // come back to after a proof: who was chosen is gone
    if (id === '') return finish(visit, directoryPath);
    const isUser = choice.what === 'users';
    await orBack(visit, choice, () => showForm(visit, choice, { access: isUser ? 'full' : 'custom', permissions: [] }));
  };

  async function showForm(visit: Visit, choice: Choice, given: AccessFields, told?: Told): Promise<void> {
    const { chosen, connectionName } = await requireChosen(visit, choice);
    const { connection, what } = choice;
    show(
      visit,
      (context, frame) =>
        chosenPage(context, frame, {
          ...given,
          what,
          listHref: visit.url(administratorsPath),
          directoryHref: visit.url(`${directoryPath}?${new URLSearchParams({ connection, what })}`),
          action: visit.url(`${directoryPath}/chosen`),
          csrf: csrf.tokenFor(visit.state.session.uid),
          hidden: { ...choice },
          connection: connectionName,
          chosen,
          ...(told && wordsOf(told, context.language)),
        }),
      told ? { status: 422 } : {},
    );
  }

  const add: Handler = async (visit) => {
    const { form } = visit;
    refuseUnknownFields(form, ['connection', 'what', 'id', 'access'], permissionField);
    const choice = { connection: form.connection ?? '', what: whatOf(form.what), id: form.id ?? '' };
    const isUser = choice.what === 'users';
    const typed = accessFieldsOf(form);
    const given = isUser ? typed : { ...typed, access: 'custom' as const };
    await orBack(visit, choice, async () => {
      const { chosen } = await requireChosen(visit, choice);
      try {
        await give(visit, choice, chosen, given);
      } catch (error) {
        return showForm(visit, choice, given, toldOf(error));
      }
      const invited = given.access === 'full' ? 'invited_full' : 'invited_custom';
      finish(visit, administratorsPath, isUser ? invited : 'group_added');
    });
  };

  /** Where the directory does not answer now, its page says why. */
  async function orBack(visit: Visit, { connection, what }: Choice, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const isOfDirectory = error instanceof DirectoryError && error.code === 'tenant_not_proven';
      if (!(error instanceof ProviderError) && !isOfDirectory) throw error;
      finish(visit, `${directoryPath}?${new URLSearchParams({ connection, what })}`);
    }
  }

  async function give(visit: Visit, choice: Choice, chosen: DirectoryUser | DirectoryGroup, given: AccessFields) {
    const { displayName, id } = chosen;
    const organizationId = visit.organization.id;
    const access = accessOf(given);
    const by = authorityOf(visit);
    if ('subject' in chosen) {
      const { subject, email } = chosen;
      if (email === undefined) throw new DirectoryError('email_invalid', 'This person has no email');
      const person = { connectionId: choice.connection, subject, displayName };
      await invitations.invite({ organizationId, email, access, chosen: person }, by);
      return;
    }
    const group = { kind: 'azure-ad-group' as const, connectionId: choice.connection, subject: id, displayName };
    await administrators.add({ organizationId, ...group, access }, by);
  }

  /** Throws `not_found`: no such connection here, or nobody whom one could choose. */
  async function requireChosen(visit: Visit, { connection, what, id }: Choice) {
    const live = (await liveOnes(visit)).find((each) => each.id === connection);
    if (!live) throw new AppError('not_found');
    const directory = await browserOf(visit, connection);
    const chosen = what === 'users' ? await directory.findUser(id) : await directory.findGroup(id);
    if (!chosen) throw new AppError('not_found');
    return { chosen, connectionName: live.name };
  }

  async function browserOf({ organization }: Visit, connectionId: string): Promise<BrowsesDirectory> {
    const connection = await connections.find(connectionId);
    // an id by itself opens nothing (CON-08)
    if (connection?.organizationId !== organization.id) throw new AppError('not_found');
    const directory = await directoryBrowsing.browserOf(connection);
    if (!directory) throw new AppError('not_found');
    return directory;
  }

  /** SPEC §3: of the providers with a directory only Azure AD signs administrators in. */
  async function liveOnes({ organization }: Visit) {
    const all = await connectionList.forAdministrators(organization.id);
    return all.filter(({ kind, state }) => kind === 'azure-ad' && state === 'live');
  }

  return {
    'GET /administrators/directory': browse,
    'GET /administrators/directory/chosen': showChosen,
    'POST /administrators/directory/chosen': add,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function whatOf(given: string | undefined): Chooses {
  return given === 'groups' ? 'groups' : 'users';
}

/** What a person can do something about; everything else is thrown on. */
function toldOf(error: unknown): Told {
  if (error instanceof AccessUnclear) return { permissions: error.code };
  if (!(error instanceof DirectoryError)) throw error;
  if (error.code === 'not_permitted') throw new AppError('forbidden', { cause: error });
  const { errors } = directoryPeopleMessages.en;
  if (!Object.hasOwn(errors, error.code)) throw error;
  return { problem: error.code as keyof typeof errors };
}

function wordsOf(told: Told, language: Language): { problem: string } | { errors: { permissions: string } } {
  if ('problem' in told) return { problem: directoryPeopleMessages[language].errors[told.problem] };
  const { permissionsMissing, fullWithPermissions } = administratorsMessages[language];
  return { errors: { permissions: told.permissions === 'missing' ? permissionsMissing : fullWithPermissions } };
}
