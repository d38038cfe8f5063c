/** Explained sign-ins: find one, the recent ones, and one with its links. Plain links and forms. */
import { actions, field, form, linkButton, select, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { explainedTrace, outcomeBadge } from '../../http/views/sign-in-trace.ts';
import { formatTime, time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section, table } from '../../http/views/values.ts';
import { administratorsRealm } from '../../sessions/policy.ts';
import type { SignInCounts } from '../../signin/sign-in-counts.ts';
import { explainTrace } from '../../signin/traces/explain-trace.ts';
import { linkDays, type TraceLink } from '../../signin/traces/trace-links.ts';
import type { Trace } from '../../signin/traces/traces.ts';
import type { Vendor } from '../../signin/vendors.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';
import { signInsMessages } from './sign-ins-messages.ts';

export interface SignInsPage {
  /** GET with `reference`; with `connection` and `outcome`. */
  action: string;
  /** A code that leads to nothing. */
  missed?: string;
  /** Of connections with any sign-in in the last 24 hours. */
  counts: readonly (SignInCounts & { name: string })[];
  connections: readonly { id: string; name: string }[];
  /** As chosen; empty: not set. */
  chosen: { connection: string; outcome: '' | 'wrong' | 'sound' };
  /** Newest first. */
  traces: readonly (Trace & { name: string | undefined; href: string })[];
  newestHref?: string;
  newerHref?: string;
  olderHref?: string;
}

export function signInsPage(context: PageContext, frame: ConsoleFrame, model: SignInsPage): Html {
  const { language } = context;
  const m = signInsMessages[language];
  return consolePage(context, frame, {
    page: 'sign_ins',
    title: consoleMessages[language].pages.sign_ins,
    lead: m.lead,
    body: html`${model.missed !== undefined && notice('warning', m.notFound(model.missed))}${section(
      m.find,
      html`<div role="search" aria-label="${m.find}">${form(
        { action: model.action, method: 'get' },
        field({
          name: 'reference',
          label: m.reference,
          hint: m.referenceHint,
          value: model.missed,
          maxLength: 20,
        }),
        actions(submitButton(m.findButton)),
      )}</div>`,
    )}${model.counts.length > 0 && section(m.counts, counts(context, model), { lead: m.countsLead })}${section(
      m.recent,
      html`${filter(context, model)}${list(context, model)}${pages(context, model)}`,
    )}`,
  });
}

function counts({ language }: PageContext, model: SignInsPage): Html {
  const m = signInsMessages[language];
  const { countColumns: columns } = m;
  return table(
    m.counts,
    [
      { label: columns.connection, kind: 'head' },
      { label: columns.begun },
      { label: columns.cameBack },
      { label: columns.succeeded },
      { label: columns.failed },
      { label: columns.refused },
      { label: columns.notBack },
    ],
    model.counts.map(({ name, begun, cameBack, succeeded, failed, refused }) => [
      name,
      begun,
      cameBack,
      succeeded,
      failed,
      refused,
      Math.max(0, begun - cameBack),
    ]),
  );
}

function filter({ language }: PageContext, model: SignInsPage): Html {
  const m = signInsMessages[language];
  const { connection, outcome } = model.chosen;
  return form(
    { action: model.action, method: 'get' },
    html`<div class="filters">${select({
      name: 'connection',
      label: m.connection,
      choices: [
        { value: '', label: m.anyConnection },
        ...model.connections.map(({ id, name }) => ({ value: id, label: name })),
      ],
      value: connection,
    })}${select({
      name: 'outcome',
      label: m.outcome,
      choices: [
        { value: '', label: m.anyOutcome },
        { value: 'wrong', label: m.wrong },
        { value: 'sound', label: m.sound },
      ],
      value: outcome,
    })}</div><div class="filters-end"><div class="actions">${
      (connection !== '' || outcome !== '') && linkButton(m.clear, model.action, 'quiet')
    }${submitButton(m.apply, { kind: 'secondary' })}</div></div>`,
  );
}

function list(context: PageContext, model: SignInsPage): Html {
  const { language } = context;
  const m = signInsMessages[language];
  const { columns } = m;
  if (model.traces.length === 0) {
    const isFiltered = model.chosen.connection !== '' || model.chosen.outcome !== '';
    return isFiltered ? html`<p>${m.noneFound}</p>` : emptyState(m.emptyTitle, m.empty);
  }
  return table(
    m.caption,
    [
      { label: columns.reference, kind: 'head' },
      { label: columns.time, kind: 'short' },
      { label: columns.connection },
      { label: columns.outcome, kind: 'short' },
      { label: columns.meaning },
    ],
    model.traces.map((trace) => [
      html`<a href="${trace.href}"><code>${trace.reference}</code></a>`,
      time(context, trace.beganAt),
      trace.name ?? m.gone,
      outcomeBadge(language, trace.outcome),
      trace.outcome === 'signed_in' ? null : explainTrace(trace).meaning[language],
    ]),
  );
}

function pages({ language }: PageContext, model: SignInsPage): Html | undefined {
  const m = signInsMessages[language];
  const links = [
    model.newestHref !== undefined && linkButton(m.newest, model.newestHref, 'secondary'),
    model.newerHref !== undefined && linkButton(m.newer, model.newerHref, 'secondary'),
    model.olderHref !== undefined && linkButton(m.older, model.olderHref, 'secondary'),
  ].filter((link) => link !== false);
  return links.length > 0 ? html`<nav class="pagination" aria-label="${m.pages}">${links}</nav>` : undefined;
}

export interface SignInTracePage {
  trace: Trace;
  listHref: string;
  connection: { name: string; href?: string } | undefined;
  provider: string | undefined;
  vendor?: Vendor | undefined;
  application: string;
  /** Milliseconds. */
  keptUntil: number;
  logHref: string;
  links: readonly TraceLink[];
  /** Present for who may share. */
  share?: { action: string; revokeAction: string; csrf: string; problem?: boolean };
  /** A link that was created just now. */
  created?: string;
}

export function signInTracePage(context: PageContext, frame: ConsoleFrame, model: SignInTracePage): Html {
  const { language } = context;
  const m = signInsMessages[language];
  const { trace } = model;
  return consolePage(context, frame, {
    page: 'sign_ins',
    title: m.title(trace.reference),
    badge: outcomeBadge(language, trace.outcome),
    above: [{ label: consoleMessages[language].pages.sign_ins, href: model.listHref }],
    body: html`${created(context, model.created)}${explainedTrace(context, trace, model.vendor)}${section(m.facts, facts(context, model))}${sharing(context, model)}`,
  });
}

function created({ language }: PageContext, link: string | undefined): Html | undefined {
  const m = signInsMessages[language];
  if (link === undefined) return undefined;
  return html`<div class="notice success" role="status"><p class="notice-title">${m.newLink}</p><p>${m.newLinkLead}</p><p>${copyValue(language, m.link, link)}</p></div>`;
}

function facts(context: PageContext, { trace, connection, provider, ...model }: SignInTracePage): Html {
  const { language } = context;
  const m = signInsMessages[language];
  return definitionList([
    [m.reference, copyValue(language, m.reference, trace.reference)],
    [m.began, time(context, trace.beganAt)],
    [m.connection, connectionName(connection)],
    [m.provider, provider],
    [m.version, trace.connection?.version],
    [m.application, html`<code>${model.application}</code>`],
    [m.kind, trace.realm === '' ? undefined : trace.realm === administratorsRealm ? m.administrator : m.subscriber],
    [m.keptUntil, time(context, model.keptUntil)],
    [m.software, trace.software],
    [m.inLog, html`<a href="${model.logHref}">${m.showLog}</a>`],
  ]);
}

function connectionName(connection: SignInTracePage['connection']): Child {
  if (connection === undefined) return undefined;
  return connection.href === undefined ? connection.name : html`<a href="${connection.href}">${connection.name}</a>`;
}

function sharing(context: PageContext, { share, links }: SignInTracePage): Html | undefined {
  const { language } = context;
  const m = signInsMessages[language];
  if (share === undefined && links.length === 0) return undefined;
  const add =
    share &&
    form(
      { action: share.action, csrf: share.csrf },
      select({
        name: 'days',
        label: m.days,
        choices: linkDays.map((days) => ({ value: String(days), label: m.dayChoices[days] })),
        value: '7',
        error: share.problem ? m.tooMany : undefined,
      }),
      actions(submitButton(m.createLink, { kind: 'secondary' })),
    );
  return section(m.share, html`${add}${links.length > 0 && linkTable(context, share, links)}`, { lead: m.shareLead });
}

function linkTable(context: PageContext, share: SignInTracePage['share'], links: readonly TraceLink[]): Html {
  const m = signInsMessages[context.language];
  const { linkColumns: columns } = m;
  return table(
    m.links,
    [
      { label: columns.created, kind: 'short' },
      { label: columns.by },
      { label: columns.expires, kind: 'short' },
      { label: columns.opened, kind: 'short' },
      { label: columns.state },
      { label: m.revoke, kind: 'actions' },
    ],
    links.map((link) => [
      time(context, link.createdAt),
      link.createdBy ?? m.operator,
      time(context, link.expiresAt),
      link.openedAt === null ? m.notOpened : time(context, link.openedAt),
      badge(link.state === 'open' ? 'good' : 'neutral', m.linkStates[link.state]),
      share !== undefined &&
        link.state === 'open' &&
        form(
          { action: share.revokeAction, csrf: share.csrf, hidden: { link: link.id } },
          submitButton(m.revoke, { kind: 'quiet', about: m.revokeWhat(formatTime(context, link.createdAt)) }),
        ),
    ]),
  );
}
