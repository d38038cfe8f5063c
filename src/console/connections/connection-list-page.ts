/** Authentication: every connection with its state, and the providers that there is none of yet (SPEC §3). */
import { type ConnectionState, connectionStates } from '../../directory/connections/connection-states.ts';
import { actions, field, form, hiddenText, linkButton, select, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { pagination } from '../../http/views/navigation.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, section, table } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { type ConnectionUses, stateBadge, usedFor } from './connection-words.ts';
import { connectionsMessages } from './connections-messages.ts';

export interface ConnectionRow extends ConnectionUses {
  name: string;
  /** The provider's label: "Azure AD", "SAML 2.0". */
  kind: string;
  state: ConnectionState;
  /** Milliseconds; of `warning` and `failing`. */
  since?: number;
  /** Milliseconds; null: never. */
  lastWorkedAt: number | null;
  /** Of a live one: changes are being prepared. */
  hasDraft: boolean;
  href: string;
  /** POST with `csrf`; leads to the form. */
  editAction: string;
  testHref?: string;
  /** Of a live one. */
  disconnectHref?: string;
}

export interface ConnectionListPage {
  rows: readonly ConnectionRow[];
  csrf: string;
  newHref: string;
  /** GET with `search`, `kind`, `state`. */
  listHref: string;
  query: { search?: string; kind?: string; state?: ConnectionState };
  kinds: readonly { value: string; label: string }[];
  /** On the first page without a filter. */
  notConnected: readonly { label: string; href: string }[];
  previousHref?: string;
  nextHref?: string;
}

export function connectionListPage(context: PageContext, frame: ConsoleFrame, model: ConnectionListPage): Html {
  const { language } = context;
  const m = connectionsMessages[language];
  const isFiltered = Object.values(model.query).some((value) => value !== undefined);
  return consolePage(context, frame, {
    page: 'connections',
    title: m.title,
    lead: m.lead,
    beside: actions(linkButton(m.connectProvider, model.newHref)),
    body: html`${
      model.rows.length === 0 && !isFiltered
        ? emptyState(m.emptyTitle, m.empty)
        : html`${filters(context, model)}${
            model.rows.length === 0
              ? html`<p role="status">${m.noneFound} <a href="${model.listHref}">${m.showAll}</a></p>`
              : rowsTable(context, model)
          }`
    }${pagination(language, {
      ...(model.previousHref === undefined ? {} : { previous: model.previousHref }),
      ...(model.nextHref === undefined ? {} : { next: model.nextHref }),
    })}${model.notConnected.length > 0 && notConnected(context, model)}`,
  });
}

function filters({ language }: PageContext, { listHref, query, kinds }: ConnectionListPage): Html {
  const m = connectionsMessages[language];
  const states = connectionStates.map((value) => ({ value, label: m.states[value] }));
  return html`<div class="list-filters" role="search">${form(
    { action: listHref, method: 'get' },
    html`<div class="filter-fields">${field({ name: 'search', label: m.find, value: query.search, maxLength: 100 })}${select(
      {
        name: 'kind',
        label: m.kind,
        choices: [{ value: '', label: m.any }, ...kinds],
        value: query.kind ?? '',
      },
    )}${select({
      name: 'state',
      label: m.state,
      choices: [{ value: '', label: m.any }, ...states],
      value: query.state ?? '',
    })}${submitButton(m.apply, { kind: 'secondary' })}</div>`,
  )}</div>`;
}

function rowsTable(context: PageContext, model: ConnectionListPage): Html {
  const m = connectionsMessages[context.language];
  return table(
    m.caption,
    [
      { label: m.name, kind: 'head' },
      { label: m.state },
      { label: m.usedFor },
      { label: m.lastWorked },
      { label: m.actions, kind: 'actions' },
    ],
    model.rows.map((row) => [
      html`<a href="${row.href}">${row.name}</a><span class="sub">${row.kind}</span>`,
      stateCell(context, row),
      usedFor(context, row),
      row.lastWorkedAt === null ? html`<span class="muted">${m.never}</span>` : time(context, row.lastWorkedAt),
      rowActions(context, model, row),
    ]),
  );
}

function stateCell(context: PageContext, row: ConnectionRow): Child {
  const m = connectionsMessages[context.language];
  return html`${stateBadge(context, row.state)}${
    row.since !== undefined && html`<span class="sub">${m.since} ${time(context, row.since)}</span>`
  }${row.hasDraft && html`<span class="sub">${m.changesPrepared}</span>`}`;
}

function rowActions({ language }: PageContext, { csrf }: ConnectionListPage, row: ConnectionRow): Child {
  const m = connectionsMessages[language];
  const label = row.state === 'disconnected' ? m.reconnect : row.state === 'draft' || row.hasDraft ? m.goOn : m.edit;
  const link = (text: string, href: string) =>
    html`<a class="button secondary" href="${href}">${text}${hiddenText(row.name)}</a>`;
  return html`<div class="row-actions">${form(
    { action: row.editAction, csrf },
    submitButton(label, { kind: 'secondary', about: row.name }),
  )}${row.testHref !== undefined && link(m.test, row.testHref)}${
    row.disconnectHref !== undefined && link(m.disconnect, row.disconnectHref)
  }</div>`;
}

function notConnected(context: PageContext, model: ConnectionListPage): Html {
  const m = connectionsMessages[context.language];
  return section(
    m.notConnected,
    table(
      m.notConnected,
      [{ label: m.kind, kind: 'head' }, { label: m.state }, { label: m.actions, kind: 'actions' }],
      model.notConnected.map(({ label, href }) => [
        label,
        badge('neutral', m.states.not_connected),
        html`<div class="row-actions"><a class="button secondary" href="${href}">${m.connect}${hiddenText(label)}</a></div>`,
      ]),
    ),
    { lead: m.notConnectedLead },
  );
}
