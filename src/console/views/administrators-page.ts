/** The list of administrators: found, filtered and sorted; acts on one, and on those that are selected (ADM-3). */
import {
  type AdministratorSort,
  type AdministratorType,
  administratorSorts,
  administratorStatuses,
  administratorTypes,
} from '../../directory/administrator-list.ts';
import type { AdministratorStatus } from '../../directory/administrator-rows.ts';
import { textOfAccess } from '../../directory/permission-labels.ts';
import type { Access } from '../../directory/permissions.ts';
import { actions, field, form, hiddenText, linkButton, select, submitButton } from '../../http/views/form.ts';
import { attributes, type Child, type Html, html } from '../../http/views/html.ts';
import { pagination } from '../../http/views/navigation.ts';
import type { PageContext } from '../../http/views/page.ts';
import { badge, copyValue, table } from '../../http/views/values.ts';
import { administratorsMessages, statusTones } from './administrators-messages.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';

export interface AdministratorRow {
  id: string;
  displayName: string;
  email: string | null;
  type: AdministratorType;
  status: AdministratorStatus;
  access: Access;
  provider: string;
  /** One's own: neither edited nor deleted. */
  own: boolean;
  editHref: string;
  removeHref: string;
  /** Of an invitation that can be sent again; receives `csrf`. */
  resendAction?: string;
}

export interface AdministratorsPage {
  rows: readonly AdministratorRow[];
  /** Of all pages. */
  count: number;
  /** GET with `search`, `status`, `type`, `sort`. */
  listHref: string;
  query: { search?: string; status?: AdministratorStatus; type?: AdministratorType; sort?: AdministratorSort };
  inviteHref: string;
  /** Where no connection brings groups there is no such page. */
  groupHref?: string;
  /** There is a directory to choose from. */
  directoryHref?: string;
  /** Receives `act` (`resend` or `remove`), `select-<id>` of each that is selected, and `csrf`. */
  selectedAction: string;
  csrf: string;
  previousHref?: string;
  nextHref?: string;
}

export function administratorsPage(context: PageContext, frame: ConsoleFrame, model: AdministratorsPage): Html {
  const { language } = context;
  const m = administratorsMessages[language];
  const columns = [
    { label: m.person, kind: 'head' as const },
    { label: m.type },
    { label: m.status },
    { label: m.access },
    { label: m.provider },
    { label: m.actions, kind: 'actions' as const },
  ];
  return consolePage(context, frame, {
    page: 'administrators',
    title: m.title,
    lead: m.lead,
    beside: actions(
      linkButton(m.invite, model.inviteHref),
      model.directoryHref !== undefined && linkButton(m.fromDirectory, model.directoryHref, 'secondary'),
      model.groupHref !== undefined && linkButton(m.addGroup, model.groupHref, 'secondary'),
    ),
    body: html`${filters(context, model)}
<p class="hint" role="status">${m.count(model.count)}</p>
${
  model.rows.length === 0
    ? html`<p>${m.noneFound} <a href="${model.listHref}">${m.showAll}</a></p>`
    : html`${table(
        m.caption,
        columns,
        model.rows.map((row) => [
          person(context, row),
          m.types[row.type],
          badge(statusTones[row.status], m.statuses[row.status]),
          access(context, row.access),
          row.provider,
          rowActions(context, model, row),
        ]),
      )}${selectedActs(context, model)}`
}${pagination(language, {
  ...(model.previousHref === undefined ? {} : { previous: model.previousHref }),
  ...(model.nextHref === undefined ? {} : { next: model.nextHref }),
})}`,
  });
}

const selectedForm = 'selected';

function filters(context: PageContext, { listHref, query }: AdministratorsPage): Html {
  const m = administratorsMessages[context.language];
  const choices = <Key extends string>(keys: readonly Key[], words: Readonly<Record<Key, string>>) => [
    { value: '', label: m.any },
    ...keys.map((value) => ({ value, label: words[value] })),
  ];
  return html`<div class="list-filters" role="search">${form(
    { action: listHref, method: 'get' },
    html`<div class="filter-fields">${field({ name: 'search', label: m.find, value: query.search, maxLength: 100 })}${select(
      {
        name: 'status',
        label: m.status,
        choices: choices(administratorStatuses, m.statuses),
        value: query.status ?? '',
      },
    )}${select({
      name: 'type',
      label: m.type,
      choices: choices(administratorTypes, m.types),
      value: query.type ?? '',
    })}${select({
      name: 'sort',
      label: m.sort,
      choices: administratorSorts.map((value) => ({ value, label: m.sorts[value] })),
      value: query.sort ?? 'name',
    })}${submitButton(m.apply, { kind: 'secondary' })}</div>`,
  )}</div>`;
}

/** The box belongs to the form below the table, so that it works without script and beside the buttons of the row. */
function person(context: PageContext, row: AdministratorRow): Html {
  const { language } = context;
  const m = administratorsMessages[language];
  const box = attributes({
    type: 'checkbox',
    ...(row.own
      ? { disabled: true, 'aria-label': m.notSelected(row.displayName) }
      : { form: selectedForm, name: `select-${row.id}`, 'aria-label': m.select(row.displayName) }),
  });
  const email = row.email === null ? false : copyValue(language, `${m.email}, ${row.displayName}`, row.email);
  // Of whoever has not accepted yet nothing but the email is known.
  const name =
    row.displayName === row.email
      ? html`<span class="only-email">${email}</span>`
      : html`${row.displayName} ${row.own && badge('neutral', m.you)}${email && html`<span class="sub">${email}</span>`}`;
  return html`<div class="selectable"><input${box}><div>${name}</div></div>`;
}

function access({ language }: PageContext, given: Access): Child {
  const m = administratorsMessages[language];
  if (given.access === 'full') return m.full;
  return html`${m.custom}<span class="sub">${textOfAccess(language, given)}</span>`;
}

function rowActions(context: PageContext, { csrf }: AdministratorsPage, row: AdministratorRow): Child {
  const m = administratorsMessages[context.language];
  if (row.own) return null;
  const link = (label: string, href: string) =>
    html`<a class="button secondary" href="${href}">${label}${hiddenText(row.displayName)}</a>`;
  return html`<div class="row-actions">${link(m.edit, row.editHref)}${
    row.resendAction !== undefined &&
    form({ action: row.resendAction, csrf }, submitButton(m.resend, { kind: 'secondary', about: row.displayName }))
  }${link(m.remove, row.removeHref)}</div>`;
}

function selectedActs(context: PageContext, model: AdministratorsPage): Html | false {
  const m = administratorsMessages[context.language];
  if (model.rows.every(({ own }) => own)) return false;
  const button = (label: string, value: string) =>
    submitButton(label, { kind: 'secondary', name: 'act', value, about: m.withSelected });
  return form(
    { id: selectedForm, action: model.selectedAction, csrf: model.csrf },
    html`<p class="hint">${m.withSelected}</p>`,
    actions(
      model.rows.some(({ resendAction }) => resendAction !== undefined) && button(m.resendSelected, 'resend'),
      button(m.removeSelected, 'remove'),
    ),
  );
}
