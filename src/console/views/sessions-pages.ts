/** Sessions: my own, and (for full access) the organization's. Each can be ended (SPEC SES-8). */
import { field, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { pagination } from '../../http/views/navigation.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, table } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

export interface SessionRow {
  /** Opaque; posted as `session`. Never the cookie's value or the session's uid in clear. */
  id: string;
  current: boolean;
  /** "Firefox on Windows"; absent when it could not be told. */
  device?: string;
  address?: string;
  /** Milliseconds since the epoch. */
  openedAt: number;
  lastActivityAt: number;
  endsAt: number;
}

export interface MySessionsPage {
  rows: readonly SessionRow[];
  /** Receives `session` and `csrf`. */
  endAction: string;
  csrf: string;
  /** The confirmation page. */
  endOthersHref: string;
}

export function mySessionsPage(context: PageContext, frame: ConsoleFrame, model: MySessionsPage): Html {
  const m = consoleMessages[context.language].sessions;
  const others = model.rows.some((row) => !row.current);
  return consolePage(context, frame, {
    page: 'sessions',
    title: consoleMessages[context.language].pages.sessions,
    lead: m.lead,
    beside: others ? linkButton(m.endOthers, model.endOthersHref, 'secondary') : undefined,
    body: html`${table(
      m.caption,
      [{ label: m.device, kind: 'head' }, ...timeColumns(context), { label: m.actions, kind: 'actions' }],
      model.rows.map((row) => [device(context, row), ...timeCells(context, row), endCell(context, model, row)]),
    )}${!others && html`<p class="hint">${m.only}</p>`}`,
  });
}

export interface OrganizationSessionRow extends SessionRow {
  person: { name: string; email: string };
  kind: 'administrator' | 'subscriber';
  /** The connection's name. */
  provider: string;
}

export interface OrganizationSessionsPage {
  rows: readonly OrganizationSessionRow[];
  endAction: string;
  csrf: string;
  endAllHref: string;
  /** GET with `search`. */
  searchAction: string;
  search?: string;
  previousHref?: string;
  nextHref?: string;
}

export function organizationSessionsPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: OrganizationSessionsPage,
): Html {
  const { language } = context;
  const m = consoleMessages[language];
  const o = m.organizationSessions;
  const columns = [{ label: o.person, kind: 'head' as const }, { label: m.sessions.device }];
  const list =
    model.rows.length > 0
      ? table(
          o.caption,
          [...columns, ...timeColumns(context), { label: m.sessions.actions, kind: 'actions' }],
          model.rows.map((row) => [
            html`${row.person.name}<span class="sub">${row.person.email}</span><span class="sub">${row.provider} · ${o.kind[row.kind]}</span>`,
            device(context, row),
            ...timeCells(context, row),
            endCell(context, model, row, row.person.name),
          ]),
        )
      : model.search
        ? html`<p>${o.noneFound(model.search)}</p>`
        : emptyState(o.emptyTitle, o.empty);
  return consolePage(context, frame, {
    page: 'organization_sessions',
    title: m.pages.organization_sessions,
    lead: o.lead,
    beside: model.rows.length > 0 ? linkButton(o.endAll, model.endAllHref, 'secondary') : undefined,
    body: html`${
      (model.rows.length > 0 || model.search !== undefined) &&
      html`<div class="search" role="search">${form(
        { action: model.searchAction, method: 'get' },
        field({
          name: 'search',
          label: o.search,
          value: model.search,
          maxLength: 100,
          after: submitButton(o.searchButton, { kind: 'secondary' }),
        }),
      )}</div>`
    }${list}${pagination(language, {
      ...(model.previousHref === undefined ? {} : { previous: model.previousHref }),
      ...(model.nextHref === undefined ? {} : { next: model.nextHref }),
    })}`,
  });
}

function timeColumns(context: PageContext): { label: string }[] {
  const m = consoleMessages[context.language].sessions;
  return [{ label: m.started }, { label: m.active }, { label: m.ends }];
}

function timeCells(context: PageContext, row: SessionRow): Child[] {
  return [row.openedAt, row.lastActivityAt, row.endsAt].map((at) => time(context, at));
}

function device(context: PageContext, row: SessionRow): Html {
  const m = consoleMessages[context.language].sessions;
  return html`${row.device ?? m.unknownDevice} ${row.current && badge('good', m.current)}${
    row.address !== undefined && html`<span class="sub">${m.from(row.address)}</span>`
  }`;
}

/** The current session ends by signing out, not from the list. */
function endCell(
  context: PageContext,
  model: { endAction: string; csrf: string },
  row: SessionRow,
  whose = row.device,
): Child {
  const m = consoleMessages[context.language].sessions;
  if (row.current) return null;
  return form(
    { action: model.endAction, csrf: model.csrf, hidden: { session: row.id } },
    submitButton(m.end, { kind: 'secondary', about: whose ?? m.unknownDevice }),
  );
}
