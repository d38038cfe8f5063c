/** The pages that connect a Citrix Gateway: looking for it, what was found, the pair that is shown once. */
import type { TrustedBy } from '../../../certs/trust.ts';
import type { GatewayDetection, GatewayFound } from '../../../providers/gateway/detect.ts';
import type { CheckResult } from '../../../providers/provider.ts';
import type { Language } from '../../core/language.ts';
import { actions, checkbox, errorSummary, field, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { badge, copyValue, definitionList, section, table } from '../../http/views/values.ts';
import { explanations } from '../../signin/explanations.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { gatewayMessages } from './gateway-messages.ts';

export interface GatewayPage extends ConnectionHead {
  csrf: string;
  fqdn: string;
  problem?: 'fqdnInvalid' | 'confirmIssuerMissing' | 'changed';
  detectAction: string;
  isLive: boolean;
  /** Of the draft that a pair would be made for; null: one would be begun. */
  revision: number | null;
  pairAction: string;
  detection?: GatewayDetection;
  redirectUrl: string;
  /** What is set already; its secret is not here. */
  live?: { clientId: string; replaceHref: string };
  draft?: { clientId: string };
}

export function gatewayPage(context: PageContext, frame: ConsoleFrame, model: GatewayPage): Html {
  const { language } = context;
  const m = gatewayMessages[language];
  const { problem, detection } = model;
  const text = problem && m[problem];
  const at = { fqdnInvalid: 'fqdn', confirmIssuerMissing: 'confirmIssuer', changed: undefined } as const;
  const linked = problem === undefined ? undefined : at[problem];
  const problems = text === undefined ? [] : [{ message: text, ...(linked !== undefined && { field: linked }) }];
  return connectionPageFrame(context, frame, model, {
    tab: '/gateway',
    lead: m.lead,
    ...(problem !== undefined && { titlePrefix: sharedMessages[language].errorPrefix }),
    body: html`${errorSummary(language, problems)}${section(
      m.find,
      form(
        { action: model.detectAction, csrf: model.csrf },
        field({
          name: 'fqdn',
          label: m.fqdn,
          hint: m.fqdnHint,
          value: model.fqdn,
          inputMode: 'url',
          maxLength: 300,
          error: problem === 'fqdnInvalid' ? text : undefined,
        }),
        actions(
          submitButton(detection ? m.detectAgain : m.detect, { kind: detection?.found ? 'secondary' : 'primary' }),
        ),
      ),
    )}${detection && checksSection(context, detection)}${detection?.found && foundSection(context, detection.documentUrl, detection.found)}${
      detection?.found && nextSection(context, model, detection.found)
    }${!detection && pairSection(context, model)}`,
  });
}

function checksSection({ language }: PageContext, { results }: GatewayDetection): Html {
  const m = gatewayMessages[language];
  return section(
    m.results,
    table(
      m.caption,
      [
        { label: m.columns.check, kind: 'head' },
        { label: m.columns.outcome, kind: 'short' },
        { label: m.columns.about, kind: 'value' },
      ],
      results.map((result) => [
        m.checks[nameOf(result)],
        result.ok ? badge('good', m.ok) : badge('bad', m.failed),
        aboutOf(language, result),
      ]),
    ),
  );
}

/** A TLS failure is one of its own (GWY-3), although the check that meets it is that of the host. */
function nameOf({ check, error }: CheckResult): keyof (typeof gatewayMessages)['en']['checks'] {
  if (error?.code.startsWith('upstream_tls')) return 'tls';
  return check as keyof (typeof gatewayMessages)['en']['checks'];
}

/**
 * Why it was not reached is not told: a name that leads inside, one that does not exist and a closed port look the same, so
 * that this page is no map of the network that it runs in (SECURITY RP-11).
 */
const silent: ReadonlySet<string> = new Set([
  'upstream_name_unknown',
  'upstream_unreachable',
  'upstream_interrupted',
  'upstream_timeout',
  'upstream_address_refused',
]);

function aboutOf(language: Language, { check, error, found, clockSkew }: CheckResult): Child {
  const m = gatewayMessages[language];
  if (error === undefined) {
    if (check === 'certificates' && found) return trustText(language, found);
    if (check !== 'clock') return undefined;
    return clockSkew === undefined ? m.clockUnknown : m.clockSeconds(Math.round(Math.abs(clockSkew) / 1000));
  }
  if (silent.has(error.code)) return m.unreachable;
  const { meaning, remedy } = explanations[error.code];
  const todo = html`<span class="sub">${remedy[language]}</span>`;
  if (error.code === 'clock_skew') return html`${clockText(language, error.detail.clockSkew ?? 0)}${todo}`;
  if (error.code === 'certificate_untrusted') return html`${untrustedText(language, error.detail.received)}${todo}`;
  if (error.code !== 'discovery_issuer_mismatch') return html`${meaning[language]}${todo}`;
  return html`${meaning[language]}${definitionList([
    [m.expected, html`<code>${error.detail.expected}</code>`],
    [m.received, html`<code>${error.detail.received}</code>`],
  ])}`;
}

function clockText(language: Language, skew: number): string {
  const m = gatewayMessages[language];
  const minutes = Math.round(Math.abs(skew) / 60_000);
  return skew > 0 ? m.clockAhead(minutes) : m.clockBehind(minutes);
}

function trustText(language: Language, found: NonNullable<CheckResult['found']>): string {
  const m = gatewayMessages[language];
  const trust = m.trustedBy[found.by as TrustedBy](found.authority ?? '');
  return m.certificateOf[found.where === 'x5c' ? 'x5c' : 'tls'](trust);
}

function untrustedText(language: Language, reason: string | undefined): string {
  const texts: Readonly<Record<string, string>> = gatewayMessages[language].untrusted;
  return texts[reason ?? ''] ?? gatewayMessages[language].untrusted.authority_unknown;
}

function foundSection({ language }: PageContext, documentUrl: string, found: GatewayFound): Html {
  const m = gatewayMessages[language];
  const address = (value: string | undefined) => value !== undefined && html`<code>${value}</code>`;
  return section(
    m.found,
    definitionList([
      [m.issuer, address(found.issuer)],
      [m.document, address(documentUrl)],
      [m.signIn, address(found.authorizationEndpoint)],
      [m.token, address(found.tokenEndpoint)],
      [m.keyAddress, address(found.jwksUri)],
      [m.signOut, address(found.endSessionEndpoint) || undefined],
      [m.algorithms, found.algorithms.join(', ')],
      [
        m.keys,
        found.keys.length === 0
          ? undefined
          : html`${m.keysFound(found.keys.length)}<span class="sub">${found.keys
              .map(({ keyId, type }) => (keyId === undefined ? type : `${type} (${keyId})`))
              .join(', ')}</span>`,
      ],
    ]),
  );
}

/** Onwards with what was found; another issuer than the expected one has to be confirmed first (RP-10). */
function nextSection({ language }: PageContext, model: GatewayPage, { issuer, expectedIssuer }: GatewayFound): Html {
  const m = gatewayMessages[language];
  const isOther = issuer !== expectedIssuer;
  return section(
    m.next,
    form(
      {
        action: model.pairAction,
        csrf: model.csrf,
        hidden: { fqdn: model.fqdn, issuer, revision: String(model.revision ?? '') },
      },
      isOther &&
        checkbox({ name: 'confirmIssuer', label: m.confirmIssuer, hint: m.confirmIssuerHint(issuer), checked: false }),
      actions(submitButton(m.create), linkButton(sharedMessages[language].cancel, model.href, 'secondary')),
    ),
    { lead: model.isLive ? html`${m.nextLead} ${m.liveStays}` : m.nextLead },
  );
}

function pairSection({ language }: PageContext, model: GatewayPage): Html | undefined {
  const m = gatewayMessages[language];
  const { live, draft } = model;
  if (!live && !draft) return undefined;
  const values = (clientId: string, state: Html, ...more: readonly Child[]) =>
    section(
      m.pair,
      html`<p>${state}</p>${definitionList([
        [m.clientId, copyValue(language, m.clientId, clientId)],
        [m.secret, html`<span class="muted">${m.secretHidden}</span>`],
        [m.redirectUrl, copyValue(language, m.redirectUrl, model.redirectUrl)],
      ])}${more}`,
      { lead: m.pairLead },
    );
  const replace = live && actions(linkButton(m.replace, live.replaceHref, 'secondary'));
  const isOther = draft !== undefined && draft.clientId !== live?.clientId;
  return html`${live && values(live.clientId, badge('good', m.ofLive), html`<p class="hint">${m.lost}</p>`, replace)}${
    isOther && values(draft.clientId, badge('neutral', m.ofDraft), html`<p class="hint">${m.lostDraft}</p>`)
  }`;
}

export interface GatewayPairPage extends ConnectionHead {
  clientId: string;
  clientSecret: string;
  redirectUrl: string;
  /** It replaced one that was in use. */
  isLive: boolean;
  downloadAction: string;
  csrf: string;
  /** Of a draft: its test. */
  nextHref: string;
}

export function gatewayPairPage(context: PageContext, frame: ConsoleFrame, model: GatewayPairPage): Html {
  const { language } = context;
  const m = gatewayMessages[language];
  const copy = (label: string, value: string): readonly [string, Child] => [label, copyValue(language, label, value)];
  return connectionPageFrame(context, frame, model, {
    title: m.created(model.name),
    body: html`${notice('warning', m.once, m.onceTitle)}
<div class="section">${definitionList([
      copy(m.clientId, model.clientId),
      copy(m.secret, model.clientSecret),
      copy(m.redirectUrl, model.redirectUrl),
    ])}
${form(
  {
    action: model.downloadAction,
    csrf: model.csrf,
    hidden: { clientId: model.clientId, clientSecret: model.clientSecret },
  },
  actions(submitButton(m.download), linkButton(model.isLive ? m.done : m.test, model.nextHref, 'secondary')),
)}</div>${section(m.enterTitle, html`${model.isLive && notice('warning', m.enterNow)}<p>${m.enter}</p>`)}`,
  });
}

export interface ReplacePairPage extends ConnectionHead {
  action: string;
  csrf: string;
  /** Of the connection, as shown. */
  version: number;
  cancelHref: string;
}

export function replacePairPage(context: PageContext, frame: ConsoleFrame, model: ReplacePairPage): Html {
  const { language } = context;
  const m = gatewayMessages[language];
  return connectionPageFrame(context, frame, model, {
    title: m.replaceTitle,
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf, hidden: { version: String(model.version) } },
      html`<p>${m.replaceText(model.name)}</p>`,
      actions(
        submitButton(m.replaceConfirm, { kind: 'danger' }),
        linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary'),
      ),
    )}</div>`,
  });
}
