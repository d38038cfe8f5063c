/** API access: what a program needs, the secure clients, a new one with its secret, and revoking one (SPEC ADM-5). */
import { actions, errorSummary, field, form, hiddenText, linkButton, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section, table } from '../../http/views/values.ts';
import { apiAccessMessages } from './api-access-messages.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

/** Addresses for programs. */
export interface ApiFacts {
  customerId: string;
  apiUrl: string;
  tokenUrl: string;
  /** For programs that were written for the vendor's (ADM-5). */
  compatibleTokenUrl: string;
  documentUrl: string;
}

export interface SecureClientRow {
  name: string;
  clientId: string;
  creator: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  usedAt: number | null;
  /** `suspended`: whoever made it may resume it; `creator_gone`: they are no longer an administrator. */
  state: 'active' | 'suspended' | 'creator_gone';
  /** The reader made it. */
  isOwn: boolean;
  revokeHref: string;
}

export interface ApiAccessPage {
  facts: ApiFacts;
  rows: readonly SecureClientRow[];
  /** Everybody's are listed, not one's own only. */
  showsCreators: boolean;
  /** Receives `csrf` and `client`. */
  resume: { action: string; csrf: string };
  create: {
    action: string;
    csrf: string;
    /** Posted as `once`: sending the form again makes no second client. */
    once: string;
    name?: string;
    problem?: 'nameMissing' | 'limitReached';
  };
}

export function apiAccessPage(context: PageContext, frame: ConsoleFrame, model: ApiAccessPage): Html {
  const { language } = context;
  const m = apiAccessMessages[language];
  const { create } = model;
  const problem = create.problem && m[create.problem];
  return consolePage(context, frame, {
    page: 'api_access',
    title: consoleMessages[language].pages.api_access,
    titlePrefix: problem === undefined ? undefined : sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: html`${problem !== undefined && errorSummary(language, [{ field: 'name', message: problem }])}
${section(m.facts, factsList(context, model.facts))}
${section(
  m.create,
  form(
    { action: create.action, csrf: create.csrf, hidden: { once: create.once } },
    field({ name: 'name', label: m.name, hint: m.nameHint, value: create.name, maxLength: 100, error: problem }),
    actions(submitButton(m.createButton)),
  ),
  { lead: m.createLead },
)}
${section(m.clients, clientsTable(context, model))}`,
  });
}

function factsList({ language }: PageContext, facts: ApiFacts): Html {
  const m = apiAccessMessages[language];
  const copy = (label: string, value: string): readonly [string, Child] => [label, copyValue(language, label, value)];
  return definitionList([
    copy(m.customerId, facts.customerId),
    copy(m.apiUrl, facts.apiUrl),
    copy(m.tokenUrl, facts.tokenUrl),
    copy(m.compatibleTokenUrl, facts.compatibleTokenUrl),
    [m.document, html`<a href="${facts.documentUrl}">OpenAPI 3.1</a>`],
  ]);
}

function clientsTable(context: PageContext, { rows, showsCreators, resume }: ApiAccessPage): Html {
  const m = apiAccessMessages[context.language];
  if (rows.length === 0) return emptyState(m.emptyTitle, m.empty);
  return table(
    m.caption,
    [
      { label: m.columns.name, kind: 'head' },
      ...(showsCreators ? [{ label: m.columns.creator }] : []),
      { label: m.columns.created },
      { label: m.columns.used },
      { label: m.columns.actions, kind: 'actions' },
    ],
    rows.map((row) => [
      html`${row.name} ${row.state !== 'active' && badge('bad', m.states[row.state])}<span class="sub">${row.clientId}</span>${
        row.state !== 'active' && html`<span class="sub">${m.stateHints[row.state]}</span>`
      }`,
      ...(showsCreators ? [row.creator] : []),
      time(context, row.createdAt),
      row.usedAt === null ? m.never : time(context, row.usedAt),
      html`<div class="row-actions">${
        row.state === 'suspended' &&
        row.isOwn &&
        form(
          { ...resume, hidden: { client: row.clientId } },
          submitButton(m.resume, { kind: 'secondary', about: row.name }),
        )
      }<a class="button secondary" href="${row.revokeHref}">${m.revoke}${hiddenText(row.name)}</a></div>`,
    ]),
  );
}

export interface SecureClientCreatedPage {
  name: string;
  clientId: string;
  secret: string;
  facts: ApiFacts;
  /** Receives `csrf`, `client` and `secret`. */
  downloadAction: string;
  csrf: string;
  listHref: string;
}

export function secureClientCreatedPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: SecureClientCreatedPage,
): Html {
  const { language } = context;
  const m = apiAccessMessages[language];
  const { pages } = consoleMessages[language];
  const copy = (label: string, value: string): readonly [string, Child] => [label, copyValue(language, label, value)];
  return consolePage(context, frame, {
    page: 'api_access',
    title: m.created(model.name),
    above: [{ label: pages.api_access, href: model.listHref }],
    body: html`${notice('warning', m.once, m.onceTitle)}
<div class="section">${definitionList([
      copy(m.clientId, model.clientId),
      copy(m.secret, model.secret),
      copy(m.customerId, model.facts.customerId),
      copy(m.tokenUrl, model.facts.tokenUrl),
    ])}
${form(
  { action: model.downloadAction, csrf: model.csrf, hidden: { client: model.clientId, secret: model.secret } },
  actions(submitButton(m.download), linkButton(m.done, model.listHref, 'secondary')),
)}</div>`,
  });
}

export interface RevokeSecureClientPage {
  name: string;
  clientId: string;
  action: string;
  csrf: string;
  listHref: string;
}

export function revokeSecureClientPage(context: PageContext, frame: ConsoleFrame, model: RevokeSecureClientPage): Html {
  const { language } = context;
  const m = apiAccessMessages[language];
  return consolePage(context, frame, {
    page: 'api_access',
    title: m.revokeTitle,
    above: [{ label: consoleMessages[language].pages.api_access, href: model.listHref }],
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf, hidden: { client: model.clientId } },
      html`<p>${m.revokeText(model.name)}</p>`,
      actions(
        submitButton(m.revokeConfirm, { kind: 'danger' }),
        linkButton(sharedMessages[language].cancel, model.listHref, 'secondary'),
      ),
    )}</div>`,
  });
}
