/** Citrix identity, second step: the code of the authenticator app (SPEC CIT-1, CIT-4). */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, errorSummary, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatDuration } from '../../http/views/time.ts';
import { accountsMessages } from './messages.ts';
import { type PasskeyOffer, passkeyMessages, passkeyOffer } from './passkey-offer.ts';

export interface CodePage {
  /** Receives `code` (spaces are allowed) and `csrf`. */
  action: string;
  csrf: string;
  /** The account whose password was right. */
  email: string;
  /** Back to email and password with this attempt. */
  restartHref: string;
  /** Without the authenticator app (CIT-6). */
  recoveryHref: string;
  organization?: string;
  /** The person has one. */
  passkey?: PasskeyOffer;
  error?: { kind: 'empty' | 'wrong' | 'used' | 'passkey' } | { kind: 'throttled'; retryAfter: number };
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
        : error.kind === 'passkey'
          ? undefined
          : m[error.kind];
  return cardPage(context, {
    title: m.title,
    titlePrefix: error && sharedMessages[language].errorPrefix,
    organization: model.organization,
    lead: m.lead,
    body: html`${errorSummary(language, error?.kind === 'passkey' ? [{ message: passkeyMessages[language].refused }] : [])}${form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'code',
        label: m.label,
        autocomplete: 'one-time-code',
        inputMode: 'numeric',
        maxLength: 7,
        code: true,
        autofocus: error?.kind !== 'passkey',
        error: message,
      }),
      actions(submitButton(m.submit)),
    )}${model.passkey && passkeyOffer(context, { ...model.passkey, csrf: model.csrf, label: 'instead' })}`,
    aside: html`<p><a href="${model.recoveryHref}">${m.recovery}</a></p><p>${m.account(model.email)}</p><p><a href="${model.restartHref}">${m.restart}</a></p>`,
  });
}
