/** Citrix identity, second step: the code of the authenticator app (SPEC CIT-1, CIT-4). */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatDuration } from '../../http/views/time.ts';
import { accountsMessages } from './messages.ts';

export interface CodePage {
  /** Receives `code` (spaces are allowed) and `csrf`. */
  action: string;
  csrf: string;
  /** The account whose password was right. */
  email: string;
  /** Back to email and password with this attempt. */
  restartHref: string;
  organization?: string;
  error?: { kind: 'empty' | 'wrong' | 'used' } | { kind: 'throttled'; retryAfter: number };
}

export function codePage(context: PageContext, model: CodePage): Html {
  const { language } = context;
  const m = accountsMessages[language].code;
  const { error } = model;
  const message =
    error === undefined
      ? undefined
      : error.kind === 'throttled'
        ? m.throttled(formatDuration(language, error.retryAfter))
        : m[error.kind];
  return cardPage(context, {
    title: m.title,
    titlePrefix: error && sharedMessages[language].errorPrefix,
    organization: model.organization,
    lead: m.lead,
    body: form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'code',
        label: m.label,
        autocomplete: 'one-time-code',
        inputMode: 'numeric',
        maxLength: 7,
        code: true,
        autofocus: true,
        error: message,
      }),
      actions(submitButton(m.submit)),
    ),
    aside: html`<p>${m.account(model.email)}</p><p><a href="${model.restartHref}">${m.restart}</a></p>`,
  });
}
