/** Citrix identity, first step: email and password (SPEC CIT-1). One answer for an unknown email and a wrong password. */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, errorSummary, field, form, passwordField, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatDuration } from '../../http/views/time.ts';
import { accountsMessages } from './messages.ts';
import { type PasskeyOffer, passkeyMessages, passkeyOffer } from './passkey-offer.ts';

export interface SignInPage {
  /** Receives `email`, `password`, `csrf`. */
  action: string;
  csrf: string;
  /** Where "my company credentials" asks for the identifier. */
  companyHref: string;
  /** Where a forgotten password leads (CIT-8). */
  forgottenHref: string;
  /** What was typed, after an error. The password is never sent back. */
  email?: string;
  /** The relying party that asks, as registered; absent for the console. */
  application?: string;
  organization?: string;
  /** Absent where passkeys cannot be (config/sites.ts). */
  passkey?: PasskeyOffer;
  error?:
    | { kind: 'credentials' | 'passkey' | 'empty_email' | 'empty_password' }
    | { kind: 'throttled'; retryAfter: number };
}

export function signInPage(context: PageContext, model: SignInPage): Html {
  const { language } = context;
  const m = accountsMessages[language].signIn;
  const { error } = model;
  const emailError = error?.kind === 'empty_email' ? m.emptyEmail : undefined;
  const passwordError = error?.kind === 'empty_password' ? m.emptyPassword : undefined;
  const general =
    error?.kind === 'credentials'
      ? m.credentials
      : error?.kind === 'passkey'
        ? passkeyMessages[language].refused
        : error?.kind === 'throttled'
          ? m.throttled(formatDuration(language, error.retryAfter))
          : undefined;
  return cardPage(context, {
    title: m.title,
    titlePrefix: error && sharedMessages[language].errorPrefix,
    organization: model.organization,
    lead: model.application === undefined ? m.lead : m.leadFor(model.application),
    body: html`${errorSummary(language, general === undefined ? [] : [{ message: general }])}${form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'email',
        label: m.email,
        type: 'email',
        // The browser then lists passkeys among the accounts that it knows.
        autocomplete: model.passkey ? 'username webauthn' : 'username',
        value: model.email,
        error: emailError,
        autofocus: general === undefined && (model.email === undefined || emailError !== undefined),
      }),
      passwordField(language, {
        name: 'password',
        label: m.password,
        autocomplete: 'current-password',
        error: passwordError,
        autofocus: general === undefined && model.email !== undefined && emailError === undefined,
      }),
      actions(submitButton(m.submit)),
    )}${model.passkey && passkeyOffer(context, { ...model.passkey, csrf: model.csrf, label: 'signIn', autofill: true })}`,
    aside: html`<p><a href="${model.forgottenHref}">${m.forgotten}</a></p><p><a href="${model.companyHref}">${m.company}</a></p>`,
  });
}
