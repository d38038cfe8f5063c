/** The system log (SPEC LOG-1): what happened, newest first, with a filter. Plain links and forms. */
import { errorSummary, field, form, hiddenText, linkButton, select, submitButton } from '../../http/views/form.ts';
import { attributes, type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { tabs } from '../../http/views/navigation.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatTime, time } from '../../http/views/time.ts';
import { definitionList, table } from '../../http/views/values.ts';
import { eventText, systemEvents, targetTypeText } from '../../system-log/events.ts';
import { systemActor } from '../../system-log/records.ts';
import type { SystemLogRecord } from '../../system-log/system-log.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { logWebhookMessages } from './log-webhook-messages.ts';
import { consoleMessages } from './messages.ts';
import { systemLogMessages } from './system-log-messages.ts';

export const presetDays = [1, 7, 30, 90] as const;
export type PresetDays = (typeof presetDays)[number];

/** As typed or chosen; empty: not set. */
export interface SystemLogFilterValues {
  /** `2026-11-22`; when either is set, they count instead of a preset. */
  from: string;
  to: string;
  event: string;
  search: string;
  reference: string;
}

export interface SystemLogPage {
  /** Newest first. */
  records: readonly SystemLogRecord[];
  values: SystemLogFilterValues;
  /** What is shown now; absent with days of one's own. */
  days?: PresetDays;
  presetHrefs: Readonly<Record<PresetDays, string>>;
  /** GET with the names of `SystemLogFilterValues` and `days`. */
  filterAction: string;
  /** Present when a filter is set. */
  clearHref?: string;
  errors: readonly ('from' | 'to')[];
  /** POST with `hidden`. */
  export: { action: string; csrf: string; hidden: Readonly<Record<string, string>> };
  /** Present for who may set it up. */
  webhookHref?: string;
  /** Where a code of a sign-in leads to, by GET with `reference`. */
  signInsHref?: string;
  newestHref?: string;
  newerHref?: string;
  olderHref?: string;
  /** Milliseconds; see `LogPage.searchedTo`. */
  searchedTo?: number;
}

export function systemLogPage(context: PageContext, frame: ConsoleFrame, model: SystemLogPage): Html {
  const { language } = context;
  const m = systemLogMessages[language];
  return consolePage(context, frame, {
    page: 'system_log',
    title: consoleMessages[language].pages.system_log,
    titlePrefix: model.errors.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    lead: m.lead,
    beside: html`<div class="actions">${model.webhookHref !== undefined && linkButton(logWebhookMessages[language].title, model.webhookHref, 'quiet')}${
      model.records.length > 0 &&
      form(
        { action: model.export.action, csrf: model.export.csrf, hidden: model.export.hidden },
        submitButton(m.export, { kind: 'secondary' }),
      )
    }</div>`,
    body: html`${errorSummary(
      language,
      model.errors.map((name) => ({ field: name, message: m.errors[name] })),
    )}${tabs(
      m.period,
      presetDays.map((days) => ({
        label: m.presets[days],
        href: model.presetHrefs[days],
        current: days === model.days,
      })),
    )}${filterForm(context, model)}${list(context, model)}${searchedTo(context, model)}${pages(context, model)}`,
  });
}

function filterForm(context: PageContext, model: SystemLogPage): Html {
  const { language } = context;
  const m = systemLogMessages[language];
  const { values } = model;
  const events = systemEvents
    .map((event) => ({ value: event, label: eventText(event, language) }))
    .sort((one, other) => one.label.localeCompare(other.label, language));
  const day = (name: 'from' | 'to') =>
    field({
      name,
      label: m[name],
      type: 'date',
      value: values[name],
      error: model.errors.includes(name) ? m.errors[name] : undefined,
    });
  // Open where it matters: when it is set, or wrong.
  return html`<details class="section disclosure"${attributes({ open: model.clearHref !== undefined })}><summary>${m.filterShort}</summary><div role="search" aria-label="${m.filter}">${form(
    {
      action: model.filterAction,
      method: 'get',
      ...(model.days !== undefined && { hidden: { days: String(model.days) } }),
    },
    html`<div class="filters">${day('from')}${day('to')}${select({
      name: 'event',
      label: m.event,
      choices: [{ value: '', label: m.anyEvent }, ...events],
      value: values.event,
    })}${field({ name: 'search', label: m.search, value: values.search, maxLength: 100 })}${field({
      name: 'reference',
      label: m.reference,
      value: values.reference,
      maxLength: 20,
    })}</div><div class="filters-end"><p class="hint">${m.zone(context.timeZone)}</p><div class="actions">${
      model.clearHref !== undefined && linkButton(m.clear, model.clearHref, 'quiet')
    }${submitButton(m.apply, { kind: 'secondary' })}</div></div>`,
  )}</div></details>`;
}

function list(context: PageContext, model: SystemLogPage): Html | undefined {
  const m = systemLogMessages[context.language];
  if (model.records.length === 0) {
    if (model.searchedTo !== undefined || model.errors.length > 0) return undefined;
    return model.clearHref === undefined ? emptyState(m.emptyTitle, m.empty) : html`<p>${m.noneFound}</p>`;
  }
  const { columns } = m;
  return table(
    m.caption,
    [
      { label: columns.time, kind: 'short' },
      { label: columns.actor },
      { label: columns.event, kind: 'head' },
      { label: columns.target },
      { label: columns.address },
    ],
    model.records.map((record) => [
      time(context, record.recordedAt),
      actorCell(context, record),
      eventCell(context, record, model.signInsHref),
      targetCell(context, record),
      record.clientAddress,
    ]),
  );
}

function actorCell(context: PageContext, { actor }: SystemLogRecord): Child {
  const m = systemLogMessages[context.language];
  if (actor.type === 'system') return systemActor;
  const kind = Object.hasOwn(m.actors, actor.type) ? m.actors[actor.type as keyof typeof m.actors] : actor.type;
  return html`${actor.name ?? actor.id ?? m.unknownActor}<span class="sub">${kind}</span>`;
}

function targetCell(context: PageContext, { target }: SystemLogRecord): Child {
  if (target.type === null) return null;
  return html`${target.name ?? target.email ?? target.id}<span class="sub">${targetTypeText(target.type, context.language)}</span>`;
}

function eventCell(context: PageContext, record: SystemLogRecord, signInsHref: string | undefined): Html {
  const { language } = context;
  const m = systemLogMessages[language];
  const text = eventText(record.event, language);
  const values = Object.entries(record.detail).map(([name, value]): readonly [string, Child] => [name, shown(value)]);
  const changed = [...new Set([...Object.keys(record.before ?? {}), ...Object.keys(record.after ?? {})])].map(
    (name): readonly [string, Child] => {
      const of = (changes: SystemLogRecord['before']): string =>
        changes && Object.hasOwn(changes, name) ? shown(changes[name]) : m.nothing;
      return [name, m.change(of(record.before), of(record.after))];
    },
  );
  return html`${text}<details class="disclosure"><summary>${m.details}${hiddenText(`${text}, ${formatTime(context, record.recordedAt)}`)}</summary>${definitionList(
    [
      [m.exactTime, html`<code>${new Date(record.recordedAt).toISOString()}</code>`],
      [m.eventType, html`<code>${record.event}</code>`],
      [m.reference, referenceOf(record, signInsHref)],
      ...values,
      ...changed,
      [m.actorId, record.actor.id ?? undefined],
      [m.targetId, record.target.id ?? undefined],
      [m.targetEmail, record.target.email ?? undefined],
      [m.userAgent, record.userAgent ?? undefined],
      [m.recordId, html`<code>${record.id}</code>`],
    ],
  )}</details>`;
}

/** Of a sign-in by a connection it leads to what happened there. */
function referenceOf({ event, reference }: SystemLogRecord, signInsHref: string | undefined): Child {
  if (reference === null) return undefined;
  const isOfSignIn = /^platform\/(signin|session|signintracelink)\//.test(event);
  if (!isOfSignIn || signInsHref === undefined) return reference;
  return html`<a href="${signInsHref}?reference=${reference}">${reference}</a>`;
}

/** A value from a record: text as it is, anything else as JSON writes it. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function searchedTo(context: PageContext, model: SystemLogPage): Html | undefined {
  if (model.searchedTo === undefined) return undefined;
  const m = systemLogMessages[context.language];
  return html`<div class="notice information" role="status"><p>${m.searchedTo} ${time(context, model.searchedTo)}</p></div>`;
}

function pages(context: PageContext, model: SystemLogPage): Html | undefined {
  const m = systemLogMessages[context.language];
  const links = [
    model.newestHref !== undefined && linkButton(m.newest, model.newestHref, 'secondary'),
    model.newerHref !== undefined && linkButton(m.newer, model.newerHref, 'secondary'),
    model.olderHref !== undefined && linkButton(m.older, model.olderHref, 'secondary'),
  ].filter((link) => link !== false);
  return links.length > 0 ? html`<nav class="pagination" aria-label="${m.pages}">${links}</nav>` : undefined;
}
