/**
 * "Explain this sign-in": by the code that the person was shown, or from the recent ones (CLM-1). Permission
 * `system-log`; links for people without an account are made with full access.
 */
import type { Sites } from '../config/sites.ts';
import { AppError } from '../core/errors.ts';
import type { ConnectionList } from '../directory/connections/connection-list.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import { DirectoryError } from '../directory/errors.ts';
import { isAllowed } from '../directory/permissions.ts';
import type { Csrf } from '../http/csrf.ts';
import { type Form, readQuery } from '../http/forms.ts';
import type { SignInCounting } from '../signin/sign-in-counts.ts';
import { endOf, linkDays, type TraceLinks } from '../signin/traces/trace-links.ts';
import { readReference, type Trace, type TraceQuery, type Traces, traceLifetime } from '../signin/traces/traces.ts';
import { vendorOf } from '../signin/vendors.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import { type ConsoleRoute, consoleRules } from './rules.ts';
import { type SignInsPage, type SignInTracePage, signInsPage, signInTracePage } from './views/sign-ins-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface SignInsOptions {
  sites: Pick<Sites, 'explainUrl'>;
  traces: Pick<Traces, 'find' | 'findByReference' | 'page'>;
  traceLinks: Pick<TraceLinks, 'create' | 'revoke' | 'list'>;
  signInCounts: Pick<SignInCounting, 'busiestOf'>;
  connections: Pick<Connections, 'find'>;
  connectionList: Pick<ConnectionList, 'namesOf'>;
  labelOf(kind: string): string;
  csrf: Csrf;
  show: Show;
}

const path = '/sign-ins';
const rowsPerPage = 50;
const dayMs = 86_400_000;
/** Those with the most sign-ins come first. */
const countedConnections = 20;
const offeredConnections = 100;

export function signInsRoutes(options: SignInsOptions) {
  const { sites, traces, traceLinks, signInCounts, connections, connectionList, labelOf, csrf, show } = options;

  const showList: Handler = async (visit) => {
    const { organization, now } = visit;
    const query = readQuery(visit.request.url);
    const typed = (query.reference ?? '').trim().slice(0, 20);
    const found = typed === '' ? undefined : await traces.findByReference(organization.id, typed);
    if (found) return visit.response.redirect(303, visit.url(`${path}/${found.id}`));
    const chosenConnection = await ownConnection(visit, query.connection);
    const { outcome = '' } = query;
    const chosen = {
      connection: chosenConnection?.id ?? '',
      // Of an address that was changed by hand nothing is chosen.
      outcome: outcome === 'wrong' || outcome === 'sound' ? outcome : '',
    } as const;
    const from = readFrom(query);
    const page = await traces.page({
      organizationId: organization.id,
      limit: rowsPerPage,
      ...(chosen.connection !== '' && { connectionId: chosen.connection }),
      ...(chosen.outcome !== '' && { wrong: chosen.outcome === 'wrong' }),
      ...(from && { from }),
    });
    const ids = page.traces.flatMap(({ connection }) => connection?.id ?? []);
    const names = await connectionList.namesOf(organization.id, ids);
    const choices = await signInCounts.busiestOf(organization.id, now - traceLifetime, offeredConnections);
    const href = (more: Record<string, string>): string => visit.url(`${path}${queryOf({ ...chosen, ...more })}`);
    const model: SignInsPage = {
      action: visit.url(path),
      ...(typed !== '' && { missed: readReference(typed) ?? typed }),
      counts: await signInCounts.busiestOf(organization.id, now - dayMs, countedConnections),
      connections: [
        ...(chosenConnection && !choices.some(({ id }) => id === chosenConnection.id) ? [chosenConnection] : []),
        ...choices,
      ],
      chosen,
      traces: page.traces.map((trace) => ({
        ...trace,
        name: trace.connection ? names.get(trace.connection.id) : undefined,
        href: visit.url(`${path}/${trace.id}`),
      })),
      ...(page.newer !== undefined && { newestHref: href({}), newerHref: href({ newer: page.newer }) }),
      ...(page.older !== undefined && { olderHref: href({ older: page.older }) }),
    };
    show(visit, (context, frame) => signInsPage(context, frame, model));
  };

  async function ownConnection({ organization }: Visit, id = ''): Promise<Connection | undefined> {
    const found = id === '' ? undefined : await connections.find(id);
    return found?.organizationId === organization.id ? found : undefined;
  }

  /** Another organization's is as unknown as one that does not exist (CON-08). */
  async function traceOf({ request, organization }: Visit): Promise<Trace> {
    const trace = await traces.find(organization.id, String(request.params.traceId));
    if (!trace) throw new AppError('not_found');
    return trace;
  }

  const showOne = async (
    visit: Visit,
    trace: Trace,
    more: { created?: string; problem?: boolean } = {},
    status = 200,
  ): Promise<void> => {
    const connection = await ownConnection(visit, trace.connection?.id);
    const mayOpen = isAllowed(visit.access, consoleRules['GET /connections/:connectionId']);
    const model: SignInTracePage = {
      trace,
      listHref: visit.url(path),
      connection: connection && {
        name: connection.name,
        ...(mayOpen && { href: visit.url(`/connections/${connection.id}`) }),
      },
      provider: trace.connection && trace.connection.kind !== '' ? labelOf(trace.connection.kind) : undefined,
      vendor: connection && vendorOf(connection.kind, connection.settings),
      application: trace.clientId,
      keptUntil: endOf(trace),
      logHref: visit.url(`/system-log?reference=${trace.reference}`),
      links: await traceLinks.list(trace),
      ...(isAllowed(visit.access, consoleRules['POST /sign-ins/:traceId/links']) && {
        share: {
          action: visit.url(`${path}/${trace.id}/links`),
          revokeAction: visit.url(`${path}/${trace.id}/revoke-link`),
          csrf: csrf.tokenFor(visit.state.session.uid),
          ...(more.problem && { problem: true }),
        },
      }),
      ...(more.created !== undefined && { created: more.created }),
    };
    show(visit, (context, frame) => signInTracePage(context, frame, model), { status });
  };

  const share: Handler = async (visit) => {
    const trace = await traceOf(visit);
    const days = linkDays.find((each) => String(each) === visit.form.days);
    if (days === undefined) throw new AppError('request_invalid');
    try {
      const { token } = await traceLinks.create(actOf(visit), trace, days);
      // Shown in this one answer: only its hash is kept.
      await showOne(visit, trace, { created: sites.explainUrl(token) }, 201);
    } catch (error) {
      if (!(error instanceof DirectoryError) || error.code !== 'limit_reached') throw error;
      await showOne(visit, trace, { problem: true }, 422);
    }
  };

  const revoke: Handler = async (visit) => {
    const trace = await traceOf(visit);
    const done = await traceLinks.revoke(actOf(visit), trace, visit.form.link ?? '');
    finish(visit, `${path}/${trace.id}`, done ? 'trace_link_revoked' : 'unchanged');
  };

  return {
    'GET /sign-ins': showList,
    'GET /sign-ins/:traceId': async (visit) => showOne(visit, await traceOf(visit)),
    'POST /sign-ins/:traceId/links': share,
    'POST /sign-ins/:traceId/revoke-link': revoke,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

/** A position says only where in one's own list, so it needs no proof that it is ours. */
function readFrom(query: Form): TraceQuery['from'] {
  for (const direction of ['older', 'newer'] as const) {
    const id = query[direction] ?? '';
    if (/^[0-9a-f-]{36}$/.test(id)) return { direction, id };
  }
  return undefined;
}

/** Only what is set. */
function queryOf(parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return text ? `?${text}` : '';
}
