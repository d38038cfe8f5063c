/** Choosing people and groups from a connected directory, and the access they are given (AAD-3, AAD-4). */
import type { DirectoryGroup, DirectoryUser } from '../../../providers/provider.ts';
import {
  actions,
  errorSummary,
  field,
  form,
  hiddenText,
  linkButton,
  select,
  submitButton,
} from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { pagination, tabs } from '../../http/views/navigation.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { definitionList, section, table } from '../../http/views/values.ts';
import { type AccessFields, accessSection } from './administrator-forms.ts';
import { administratorsMessages } from './administrators-messages.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { directoryPeopleMessages } from './directory-people-messages.ts';

export type Chooses = 'users' | 'groups';

export interface DirectoryPage {
  listHref: string;
  connectionsHref: string;
  /** Empty: there is nothing to choose from. */
  connections: readonly { id: string; name: string }[];
  connection?: string;
  /** GET with `connection`, `what` and `search`. */
  action: string;
  what: Chooses;
  whatHrefs: Readonly<Record<Chooses, string>>;
  search: string;
  found:
    | { entries: readonly (DirectoryUser & { href?: string })[] | readonly (DirectoryGroup & { href?: string })[] }
    | { problem: 'not_proven'; tenantHref: string }
    | { problem: 'throttled'; retryAfter?: number }
    | { problem: 'failed'; meaning: string; remedy: string };
  nextHref?: string;
  /** On any but the first page. */
  firstHref?: string;
}

export function directoryPage(context: PageContext, frame: ConsoleFrame, model: DirectoryPage): Html {
  const { language } = context;
  const m = directoryPeopleMessages[language];
  return consolePage(context, frame, {
    page: 'administrators',
    title: m.title,
    lead: m.lead,
    above: [{ label: administratorsMessages[language].title, href: model.listHref }],
    body:
      model.connections.length === 0
        ? emptyState(m.none, m.noneText, linkButton(m.toConnections, model.connectionsHref))
        : html`${tabs(m.kinds, [
            { label: m.users, href: model.whatHrefs.users, current: model.what === 'users' },
            { label: m.groups, href: model.whatHrefs.groups, current: model.what === 'groups' },
          ])}${searchForm(context, model)}${results(context, model)}`,
  });
}

function searchForm({ language }: PageContext, model: DirectoryPage): Html {
  const m = directoryPeopleMessages[language];
  const { connections, connection = '', what, search } = model;
  const isOne = connections.length === 1;
  return html`<div class="list-filters" role="search">${form(
    { action: model.action, method: 'get', hidden: { what, ...(isOne && { connection }) } },
    html`<div class="filter-fields">${
      !isOne &&
      select({
        name: 'connection',
        label: m.connection,
        choices: connections.map(({ id, name }) => ({ value: id, label: name })),
        value: connection,
      })
    }${field({ name: 'search', label: m.search[what], value: search, maxLength: 100 })}</div>${actions(submitButton(m.find, { kind: 'secondary' }))}`,
  )}</div>`;
}

function results(context: PageContext, model: DirectoryPage): Html {
  const { language } = context;
  const m = directoryPeopleMessages[language];
  const { found, what } = model;
  if ('problem' in found) {
    if (found.problem === 'not_proven')
      return html`${notice('warning', m.notProven)}${actions(linkButton(m.toTenant, found.tenantHref))}`;
    if (found.problem === 'throttled') return notice('warning', m.throttled(found.retryAfter));
    return notice('error', html`${found.meaning} ${found.remedy}`);
  }
  if (found.entries.length === 0) return html`<p role="status">${what === 'users' ? m.noneFound : m.noGroups}</p>`;
  const name = { label: m.name, kind: 'head' } as const;
  const act = { label: m.act, kind: 'actions' } as const;
  const columns =
    what === 'users' ? [name, { label: m.userName }, { label: m.email }, act] : [name, { label: m.description }, act];
  const rows = found.entries.map((entry: (DirectoryUser | DirectoryGroup) & { href?: string }) => {
    const choose =
      entry.href === undefined
        ? html`<span class="muted">${m.noEmail}</span>`
        : html`<a class="button quiet" href="${entry.href}">${m.choose}${hiddenText(entry.displayName)}</a>`;
    if ('subject' in entry) return [entry.displayName, entry.userName ?? '', entry.email ?? '', choose];
    return [entry.displayName, entry.description ?? '', choose];
  });
  return html`${table(m.caption[what], columns, rows)}${pagination(language, {
    ...(model.nextHref === undefined ? {} : { next: model.nextHref }),
  })}${model.firstHref !== undefined && html`<p><a href="${model.firstHref}">${m.first}</a></p>`}`;
}

export interface ChosenPage extends AccessFields {
  what: Chooses;
  listHref: string;
  directoryHref: string;
  action: string;
  csrf: string;
  hidden: Readonly<Record<string, string>>;
  connection: string;
  chosen: DirectoryUser | DirectoryGroup;
  errors?: { permissions?: string };
  /** Of the whole. */
  problem?: string;
}

export function chosenPage(context: PageContext, frame: ConsoleFrame, model: ChosenPage): Html {
  const { language } = context;
  const m = directoryPeopleMessages[language];
  const list = administratorsMessages[language];
  const { chosen, what, errors, problem } = model;
  const isUser = what === 'users';
  const problems = [
    ...(problem === undefined ? [] : [{ message: problem }]),
    ...(errors?.permissions === undefined ? [] : [{ field: 'permissions', message: errors.permissions }]),
  ];
  const more =
    'subject' in chosen
      ? ([
          [m.userName, chosen.userName],
          [m.email, chosen.email],
        ] as const)
      : ([[m.description, chosen.description]] as const);
  return consolePage(context, frame, {
    page: 'administrators',
    title: isUser ? m.inviteTitle(chosen.displayName) : m.groupTitle(chosen.displayName),
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    lead: isUser ? m.inviteLead : m.groupLead,
    above: [
      { label: list.title, href: model.listHref },
      { label: m.title, href: model.directoryHref },
    ],
    body: html`${errorSummary(language, problems)}${form(
      { action: model.action, csrf: model.csrf, hidden: model.hidden },
      section(
        isUser ? m.person : m.group,
        definitionList([[m.name, chosen.displayName], ...more, [m.connection, model.connection]]),
      ),
      accessSection(context, model, isUser ? undefined : list.groupsAreCustom),
      actions(
        submitButton(isUser ? list.sendInvitation : list.add),
        linkButton(sharedMessages[language].cancel, model.directoryHref, 'secondary'),
      ),
    )}`,
  });
}
