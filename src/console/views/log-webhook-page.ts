/** The webhook of the system log: where to, how it goes, its secret (shown once). */
import { actions, errorSummary, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section } from '../../http/views/values.ts';
import type { Webhook, WebhookUrlProblem } from '../../system-log/webhooks.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { logWebhookMessages } from './log-webhook-messages.ts';
import { consoleMessages } from './messages.ts';

export interface LogWebhookPage {
  /** Absent: there is none yet. */
  webhook?: Webhook;
  /** As typed, after an error. */
  url?: string;
  problem?: WebhookUrlProblem;
  /** Just made: this is the only time that it is shown. */
  secret?: string;
  /** A test that was not taken. */
  testFailure?: NonNullable<Webhook['failure']>;
  csrf: string;
  logHref: string;
  /** POST: `save` receives `url`. */
  actions: Readonly<Record<'save' | 'secret' | 'test' | 'enable' | 'delete', string>>;
}

export function logWebhookPage(context: PageContext, frame: ConsoleFrame, model: LogWebhookPage): Html {
  const { language } = context;
  const m = logWebhookMessages[language];
  const { webhook, problem, secret, csrf } = model;
  return consolePage(context, frame, {
    page: 'system_log',
    title: m.title,
    titlePrefix: problem === undefined ? undefined : sharedMessages[language].errorPrefix,
    above: [{ label: consoleMessages[language].pages.system_log, href: model.logHref }],
    badge: webhook && stateBadge(context, webhook),
    lead: m.lead,
    body: html`${errorSummary(language, problem === undefined ? [] : [{ field: 'url', message: m.problems[problem] }])}${
      secret !== undefined &&
      html`<div class="notice success" role="status"><p class="notice-title">${m.secretTitle}</p><p>${m.secretText}</p><p>${copyValue(language, m.secret, secret)}</p></div>`
    }${webhook?.state === 'disabled' && notice('warning', m.disabledNotice)}${
      model.testFailure &&
      html`<div class="notice error" role="alert"><p class="notice-title">${m.testFailed}</p><p>${failureText(context, model.testFailure)}</p></div>`
    }<div class="section">${form(
      { action: model.actions.save, csrf },
      field({
        name: 'url',
        label: m.address,
        hint: m.addressHint,
        type: 'url',
        inputMode: 'url',
        value: model.url ?? webhook?.url,
        error: problem === undefined ? undefined : m.problems[problem],
        maxLength: 500,
      }),
      actions(submitButton(webhook ? m.save : m.create)),
    )}</div>${webhook && existing(context, model, webhook)}`,
  });
}

function existing(context: PageContext, model: LogWebhookPage, webhook: Webhook): Html {
  const m = logWebhookMessages[context.language];
  const { csrf } = model;
  const button = (act: keyof LogWebhookPage['actions'], label: string) =>
    form({ action: model.actions[act], csrf }, submitButton(label, { kind: 'secondary' }));
  return html`${section(
    m.status,
    html`${definitionList([
      [m.state, stateBadge(context, webhook)],
      [m.delivered, webhook.deliveredAt === null ? m.never : time(context, webhook.deliveredAt)],
      [m.waiting, new Intl.NumberFormat(context.language).format(webhook.waiting)],
      [m.failingSince, webhook.failingSince === null ? undefined : time(context, webhook.failingSince)],
      [m.lastFailure, webhook.failure === null ? undefined : failureText(context, webhook.failure)],
      [
        m.nextTry,
        webhook.failure === null || webhook.state === 'disabled' ? undefined : time(context, webhook.nextTryAt),
      ],
    ])}<div class="actions">${webhook.state === 'disabled' && button('enable', m.enable)}${button('test', m.test)}</div>`,
  )}${section(m.secretSection, button('secret', m.renew), { lead: m.renewHint })}${section(
    m.removeTitle,
    button('delete', m.remove),
    { lead: m.removeHint },
  )}`;
}

function stateBadge(context: PageContext, webhook: Webhook): Html {
  const { states } = logWebhookMessages[context.language];
  if (webhook.state === 'disabled') return badge('bad', states.disabled);
  return webhook.failure === null ? badge('good', states.active) : badge('warning', states.failing);
}

function failureText(context: PageContext, failure: NonNullable<Webhook['failure']>): string {
  const m = logWebhookMessages[context.language];
  const text = m.failures[failure.kind];
  return failure.status === undefined ? text : m.withStatus(text, failure.status);
}
