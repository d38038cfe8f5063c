/** Citrix identity: another password before going on (SPEC CIT-3). */
import { translations } from '../../core/language.ts';
import type { PasswordDue } from '../../directory/passwords.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { type NewPasswordProblem, newPasswordControls, newPasswordSummary } from '../../http/views/new-password.ts';
import type { PageContext } from '../../http/views/page.ts';

const messages = translations({
  en: {
    title: 'Set a new password',
    unused: 'You have not used your password for more than 60 days. For your security set a new one now.',
    compromised:
      'Your password is known from a data breach of some other service, so others will try it. Set a new one now.',
    submit: 'Set password and continue',
    account: (email: string) => `Signing in as ${email}.`,
    restart: 'Use another account',
  },
  ja: {
    title: '新しいパスワードを設定',
    unused: 'パスワードが60日を超えて使われていません。安全のため、新しいパスワードを設定してください。',
    compromised:
      'このパスワードは、ほかのサービスからの漏えいが確認されており、悪用されるおそれがあります。新しいパスワードを設定してください。',
    submit: '設定して続ける',
    account: (email: string) => `${email}としてサインインします。`,
    restart: '別のアカウントを使う',
  },
});

export interface NewPasswordPage {
  /** Receives `newPassword`, `repeatedPassword`, `csrf`. */
  action: string;
  csrf: string;
  due: PasswordDue;
  email: string;
  names: readonly string[];
  restartHref: string;
  problems: readonly NewPasswordProblem[];
}

export function newPasswordPage(context: PageContext, model: NewPasswordPage): Html {
  const { language } = context;
  const m = messages[language];
  const { names, problems } = model;
  return cardPage(context, {
    title: m.title,
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    lead: m[model.due],
    body: html`${newPasswordSummary(language, problems)}${form(
      { action: model.action, csrf: model.csrf },
      newPasswordControls(context, { names, problems, autofocus: true }),
      actions(submitButton(m.submit)),
    )}`,
    aside: html`<p>${m.account(model.email)}</p><p><a href="${model.restartHref}">${m.restart}</a></p>`,
  });
}
