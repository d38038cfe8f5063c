/** The tenant of a connection: which it is, what was granted there against what is needed, and the way to Microsoft. */
import type { ApplicationPermissions, AzureAdUse } from '../../../providers/provider.ts';
import type { Language } from '../../core/language.ts';
import { actions, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice, type Reference, referenceBlock } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section, table } from '../../http/views/values.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { tenantMessages } from './tenant-messages.ts';

export interface TenantPage extends ConnectionHead {
  isLive: boolean;
  /** As its settings have it. */
  tenantId?: string;
  /** Absent: typed, and not connected by anybody. */
  proof?: { provenAt: number; provenBy: string | null };
  /** `own`: a registration of its own; `impossible`: the operator has none; `citrix_only`: IDP-2. */
  way: { action: string; csrf: string } | 'own' | 'impossible' | 'citrix_only';
  /** What the applications are asked for or have. */
  permissions?:
    | { told: readonly ApplicationPermissions[] }
    | { problem: 'not_told' | 'not_there' }
    | { problem: 'throttled'; retryAfter?: number }
    | { problem: 'failed'; meaning: string };
  refusal?: TenantRefusal;
}
export interface TenantRefusal {
  text: string;
  remedy?: string;
  expected?: string | undefined;
  received?: string | undefined;
  reference?: Reference;
}

export function tenantPage(context: PageContext, frame: ConsoleFrame, model: TenantPage): Html {
  const m = tenantMessages[context.language];
  return connectionPageFrame(context, frame, model, {
    tab: '/tenant',
    lead: m.lead,
    body: html`${model.refusal && refusalNotice(context, model.refusal)}${wayNotice(context, model)}${
      model.tenantId === undefined ? beginning(context, model) : connected(context, model, model.tenantId)
    }${model.permissions && permissions(context, model.permissions)}`,
  });
}

export interface LeavePage extends ConnectionHead {
  /** At the upstream. */
  leaveHref: string;
  backHref: string;
}

export function tenantLeavePage(context: PageContext, frame: ConsoleFrame, model: LeavePage): Html {
  const { language } = context;
  const m = tenantMessages[language];
  return connectionPageFrame(context, frame, model, {
    title: m.leaveTitle,
    lead: m.leaveLead(model.name),
    body: html`<ol>${m.steps.map((step) => html`<li>${step}</li>`)}</ol>${actions(
      linkButton(m.leave, model.leaveHref),
      linkButton(sharedMessages[language].cancel, model.backHref, 'secondary'),
    )}<p class="muted">${m.leaveNote}</p>`,
  });
}

function refusalNotice(context: PageContext, refusal: TenantRefusal): Html {
  const m = tenantMessages[context.language];
  const { text, remedy, expected, received, reference } = refusal;
  return html`<div class="notice error" role="alert" tabindex="-1" autofocus><p class="notice-title">${m.refused}</p><p>${text}</p>${definitionList(
    [
      [m.expected, expected],
      [m.received, received],
      [m.remedy, remedy],
    ],
  )}${referenceBlock(context, reference)}</div>`;
}

function wayNotice({ language }: PageContext, { way }: TenantPage): Html | undefined {
  const m = tenantMessages[language];
  if (way === 'own') return notice('information', m.ownRegistration);
  if (way === 'impossible') return notice('warning', m.impossible);
  return way === 'citrix_only' ? notice('information', m.citrixOnly) : undefined;
}

function beginning({ language }: PageContext, { way }: TenantPage): Html | undefined {
  const m = tenantMessages[language];
  if (way === 'own' || way === 'impossible') return undefined;
  return section(
    m.none,
    html`<ol>${m.steps.map((step) => html`<li>${step}</li>`)}</ol>${
      typeof way === 'object' && form(way, actions(submitButton(m.connect)))
    }`,
    { lead: m.noneText },
  );
}

function connected(context: PageContext, { proof, way, isLive, href }: TenantPage, tenantId: string): Html {
  const { language } = context;
  const m = tenantMessages[language];
  const canReconnect = typeof way === 'object';
  // a draft goes on to its test; a live one is complete as it is
  const goesOn = proof !== undefined && !isLive;
  return section(
    m.tenant,
    html`${proof === undefined && way !== 'own' && notice('warning', m.notProven)}${definitionList([
      [m.tenantId, copyValue(language, m.tenantId, tenantId)],
      [m.connected, proof && html`${time(context, proof.provenAt)} ${proof.provenBy !== null && m.by(proof.provenBy)}`],
    ])}${canReconnect && isLive && proof !== undefined && html`<p>${m.reconnectText}</p>`}${
      (canReconnect || goesOn) &&
      actions(
        goesOn && linkButton(m.next, href),
        canReconnect &&
          form(
            way,
            submitButton(proof === undefined ? m.connect : m.reconnect, { kind: goesOn ? 'secondary' : 'primary' }),
          ),
      )
    }`,
  );
}

function permissions(context: PageContext, found: NonNullable<TenantPage['permissions']>): Html {
  const { language } = context;
  const m = tenantMessages[language];
  if ('problem' in found) {
    const text =
      found.problem === 'throttled'
        ? m.throttled(found.retryAfter)
        : found.problem === 'failed'
          ? found.meaning
          : found.problem === 'not_there'
            ? m.notThere
            : m.notTold;
    const kind = found.problem === 'not_told' ? 'information' : 'warning';
    return section(m.permissions, notice(kind, text), { lead: m.permissionsLead });
  }
  const isWhole = found.told.every((each) => each.isThere && each.permissions.every(({ granted }) => granted));
  return html`${section(
    m.permissions,
    notice(isWhole ? 'success' : 'warning', isWhole ? m.allGranted : m.someMissing),
    {
      lead: m.permissionsLead,
    },
  )}${found.told.map(({ clientId, uses, isThere, permissions }) =>
    section(
      namesOf(language, uses),
      isThere
        ? table(
            m.caption(namesOf(language, uses)),
            [{ label: m.permission, kind: 'head' }, { label: m.type }, { label: m.state }],
            permissions.map(({ name, type, granted }) => [
              name,
              m.types[type],
              granted ? badge('good', m.granted) : badge('bad', m.missing),
            ]),
          )
        : notice('warning', m.notThere),
      { lead: m.application(clientId) },
    ),
  )}`;
}

function namesOf(language: Language, uses: readonly AzureAdUse[]): string {
  const names = uses.map((use) => tenantMessages[language].uses[use]);
  return names.join(language === 'ja' ? '、' : ' · ');
}
