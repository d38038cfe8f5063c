/**
 * The system log for administrators (SPEC LOG-1, LOG-2): a page of it, and the same as CSV. Permission `system-log`.
 *
 * Owns: what the filter in the address means. An address that was changed by hand shows the newest page, never an
 * error of the server.
 */
import { pipeline } from 'node:stream/promises';
import { dayOf, startOfDay } from '../core/calendar-day.ts';
import { AppError } from '../core/errors.ts';
import { isAllowed } from '../directory/permissions.ts';
import type { Csrf } from '../http/csrf.ts';
import { type Form, readQuery } from '../http/forms.ts';
import type { Responder } from '../http/respond.ts';
import { attachment, csvFileName, csvOf } from '../system-log/csv.ts';
import { isSystemEvent } from '../system-log/events.ts';
import type { LogPage, LogPageQuery, LogPosition, SystemLog, SystemLogFilter } from '../system-log/system-log.ts';
import { entryOf, type RecordEntry } from './acts.ts';
import type { Show } from './frame.ts';
import { type ConsoleRoute, consoleRules } from './rules.ts';
import {
  type PresetDays,
  presetDays,
  type SystemLogFilterValues,
  type SystemLogPage,
  systemLogPage,
} from './views/system-log-page.ts';
import type { Handler } from './visit.ts';

export interface SystemLogOptions {
  systemLog: Pick<SystemLog, 'page' | 'each'>;
  responder: Pick<Responder, 'contextOf'>;
  csrf: Csrf;
  record: RecordEntry;
  show: Show;
}

const path = '/system-log';
const rowsPerPage = 50;
const dayMs = 86_400_000;
/** Of all organizations, each of which may have one: an export reads the whole log (CON-19). */
const exportsAtOnce = 4;

export function systemLogRoutes({ systemLog, responder, csrf, record, show }: SystemLogOptions) {
  const exporting = new Set<string>();

  const showLog: Handler = async (visit) => {
    const { request, now, organization } = visit;
    const query = readQuery(request.url);
    const { timeZone } = responder.contextOf(request);
    const asked = readFilter(query, now, timeZone);
    const from = readPosition(query);
    const search = { organizationId: organization.id, filter: asked.filter, limit: rowsPerPage };
    const page: LogPage =
      asked.errors.length > 0 ? { records: [] } : await systemLog.page({ ...search, ...(from && { from }) });
    const kept = parametersOf(asked);
    const href = (more: Record<string, string>, base = kept): string =>
      visit.url(`${path}${queryOf({ ...base, ...more })}`);
    const { from: _from, to: _to, days: _days, ...otherwise } = kept;
    const model: SystemLogPage = {
      records: page.records,
      values: asked.values,
      ...(asked.days !== undefined && { days: asked.days }),
      presetHrefs: Object.fromEntries(
        presetDays.map((days) => [days, href({ days: String(days) }, otherwise)]),
      ) as Record<PresetDays, string>,
      filterAction: visit.url(path),
      ...(Object.values(asked.values).some((value) => value !== '') && { clearHref: visit.url(path) }),
      errors: asked.errors,
      ...(isAllowed(visit.access, consoleRules['GET /system-log/webhook']) && {
        webhookHref: visit.url(`${path}/webhook`),
      }),
      signInsHref: visit.url('/sign-ins'),
      export: {
        action: visit.url(`${path}/export`),
        csrf: csrf.tokenFor(visit.state.session.uid),
        hidden: kept,
      },
      ...(page.newer && { newestHref: href({}), newerHref: href({ newer: textOf(page.newer) }) }),
      ...(page.older && { olderHref: href({ older: textOf(page.older) }) }),
      ...(page.searchedTo !== undefined && { searchedTo: page.searchedTo }),
    };
    show(visit, (context, frame) => systemLogPage(context, frame, model), {
      status: asked.errors.length > 0 ? 422 : 200,
    });
  };

  const exportLog: Handler = async (visit) => {
    const { request, response, form, now, organization } = visit;
    const { language, timeZone } = responder.contextOf(request);
    const { filter, errors } = readFilter(form, now, timeZone);
    if (errors.length > 0) throw new AppError('request_invalid');
    if (exporting.has(organization.id) || exporting.size >= exportsAtOnce)
      throw new AppError('too_many_requests', { detail: { retryAfter: 30_000 } });
    exporting.add(organization.id);
    try {
      await record(
        entryOf(visit, {
          event: 'platform/systemlog/export',
          target: { type: 'systemlog', id: organization.id, name: organization.name },
          detail: {
            from: filter.from === undefined ? null : new Date(filter.from).toISOString(),
            to: new Date(filter.to ?? now).toISOString(),
            event: filter.event ?? null,
          },
        }),
      );
      response.setHeader('Content-Type', 'text/csv; charset=utf-8');
      response.setHeader('Content-Disposition', attachment(csvFileName(organization, now)));
      // What is written meanwhile is for the next export.
      const records = systemLog.each(organization.id, { ...filter, to: filter.to ?? now });
      await pipeline(csvOf(records, language), response).catch((error: NodeJS.ErrnoException) => {
        // Whoever stops the download has not met an error of ours.
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      });
    } finally {
      exporting.delete(organization.id);
    }
  };

  return {
    'GET /system-log': showLog,
    'POST /system-log/export': exportLog,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

interface Asked {
  filter: SystemLogFilter;
  values: SystemLogFilterValues;
  days?: PresetDays;
  errors: ('from' | 'to')[];
}

/** Pure. `timeZone`: of the reader, whose days `from` and `to` are. */
export function readFilter(query: Form, now: number, timeZone: string): Asked {
  const text = (name: string, limit: number): string => (query[name] ?? '').slice(0, limit).trim();
  const values: SystemLogFilterValues = {
    from: text('from', 10),
    to: text('to', 10),
    event: isSystemEvent(query.event ?? '') ? query.event! : '',
    search: text('search', 100),
    reference: text('reference', 20).toUpperCase(),
  };
  const filter: SystemLogFilter = {
    ...(values.event && { event: values.event }),
    ...(values.search && { search: values.search }),
    ...(values.reference && { reference: values.reference }),
  };
  if (values.from === '' && values.to === '') {
    const chosen = presetDays.find((days) => String(days) === query.days);
    // Who brings a reference code wants that record, not this month's.
    const days = chosen ?? (values.reference ? 90 : 30);
    return { filter: { ...filter, from: now - days * dayMs }, values, days, errors: [] };
  }
  const oldest = dayOf(now - 90 * dayMs, timeZone);
  const from = startOfDay(values.from || oldest, timeZone);
  const to = values.to === '' ? undefined : startOfDay(values.to, timeZone, 1);
  const errors: Asked['errors'] = [];
  if (from === undefined || (values.from && values.from < oldest)) errors.push('from');
  if ((values.to !== '' && to === undefined) || (from !== undefined && to !== undefined && to <= from))
    errors.push('to');
  return {
    filter: { ...filter, ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    values,
    errors,
  };
}

/** What keeps the filter in an address; only what is set. */
function parametersOf({ values, days }: Asked): Record<string, string> {
  const set = Object.entries(values).filter(([, value]) => value !== '');
  return { ...(days !== undefined && { days: String(days) }), ...Object.fromEntries(set) };
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(parameters).toString();
  return text ? `?${text}` : '';
}

function textOf({ recordedAt, id }: LogPosition): string {
  return `${recordedAt}.${id}`;
}

/** A position says only where in one's own log, so it needs no proof that it is ours. */
function readPosition(query: Form): LogPageQuery['from'] {
  for (const direction of ['older', 'newer'] as const) {
    const [, at, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(query[direction] ?? '') ?? [];
    if (at !== undefined && id !== undefined) return { direction, position: { recordedAt: Number(at), id } };
  }
  return undefined;
}
