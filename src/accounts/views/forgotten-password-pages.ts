/** A forgotten password, page by page (SPEC CIT-8). */
import { translations } from '../../core/language.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { developmentMailsLink } from '../../http/views/development-mails-link.ts';
import { actions, field, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { type NewPasswordProblem, newPasswordControls, newPasswordSummary } from '../../http/views/new-password.ts';
import { type WayOn, wayOnward } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';

const messages = translations({
  en: {
    title: 'Forgot your password?',
    lead: 'Enter the email that you sign in with. We send you a link to set a new password.',
    email: 'Email',
    empty: 'Enter your email.',
    submit: 'Send the link',
    back: 'Back to signing in',
    company: 'If you sign in with your company credentials, only your company can change your password.',
    sentTitle: 'Look into your mailbox',
    sent: (email: string) => `If there is an account with the email ${email}, a link is on its way to it.`,
    sentHint:
      'The link works once and for 30 minutes, the newest one only. If nothing comes, look for it among unwanted mail, and check the email for typing errors.',
    resetTitle: 'Set a new password',
    resetLead: (email: string) => `For the account ${email}`,
    resetSubmit: 'Set password',
    resetNote: 'You are signed out everywhere then. Your authenticator app stays as it is.',
    goneTitle: 'This link does not work any more',
    gone: 'It has been used, has been replaced by a newer one, or is older than 30 minutes. Go to the sign-in page and choose “Forgot your password?” to get a new one.',
    doneTitle: 'Your new password is set',
    done: 'You have been signed out everywhere. Sign in with the new password and your authenticator app.',
  },
  ja: {
    title: 'パスワードをお忘れの場合',
    lead: 'サインインに使うメールアドレスを入力してください。新しいパスワードを設定するためのリンクをお送りします。',
    email: 'メールアドレス',
    empty: 'メールアドレスを入力してください。',
    submit: 'リンクを送信',
    back: 'サインインに戻る',
    company: '会社の資格情報でサインインしている場合、パスワードは会社の窓口でのみ変更できます。',
    sentTitle: 'メールをご確認ください',
    sent: (email: string) => `${email}のアカウントがある場合は、このアドレスにリンクをお送りします。`,
    sentHint:
      'リンクは30分間、1回だけ使えます。使えるのは最新のリンクだけです。届かない場合は、迷惑メールのフォルダーと、メールアドレスの入力誤りをご確認ください。',
    resetTitle: '新しいパスワードを設定',
    resetLead: (email: string) => `アカウント：${email}`,
    resetSubmit: '設定する',
    resetNote: '設定すると、すべての端末からサインアウトします。認証アプリの登録は変わりません。',
    goneTitle: 'このリンクは使えません',
    gone: 'すでに使われたか、新しいリンクに置き換えられたか、発行から30分を過ぎています。サインインページの「パスワードをお忘れですか？」から、もう一度お申し込みください。',
    doneTitle: '新しいパスワードを設定しました',
    done: 'すべての端末からサインアウトしました。新しいパスワードと認証アプリでサインインしてください。',
  },
});

export interface ForgottenPasswordPage {
  /** Receives `email`, `csrf`. */
  action: string;
  csrf: string;
  backHref: string;
  /** It was sent without an email. */
  isEmpty: boolean;
}

export function forgottenPasswordPage(context: PageContext, model: ForgottenPasswordPage): Html {
  const { language } = context;
  const m = messages[language];
  return cardPage(context, {
    title: m.title,
    titlePrefix: model.isEmpty ? sharedMessages[language].errorPrefix : undefined,
    lead: m.lead,
    body: form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'email',
        label: m.email,
        type: 'email',
        autocomplete: 'username',
        inputMode: 'email',
        autofocus: true,
        error: model.isEmpty ? m.empty : undefined,
      }),
      actions(submitButton(m.submit)),
    ),
    aside: html`<p>${m.company}</p><p><a href="${model.backHref}">${m.back}</a></p>`,
  });
}

/** The same whether anybody has this email or not. */
export function passwordResetSentPage(context: PageContext, model: { email: string; backHref: string }): Html {
  const m = messages[context.language];
  return cardPage(context, {
    title: m.sentTitle,
    lead: m.sent(model.email),
    body: html`<p class="hint">${m.sentHint}</p>${developmentMailsLink(context)}${actions(linkButton(m.back, model.backHref, 'secondary'))}`,
  });
}

export interface PasswordResetPage {
  /** Receives `newPassword`, `repeatedPassword`, `csrf`. */
  action: string;
  csrf: string;
  email: string;
  names: readonly string[];
  problems: readonly NewPasswordProblem[];
}

export function passwordResetPage(context: PageContext, model: PasswordResetPage): Html {
  const { language } = context;
  const m = messages[language];
  const { names, problems } = model;
  return cardPage(context, {
    title: m.resetTitle,
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    lead: m.resetLead(model.email),
    body: html`${newPasswordSummary(language, problems)}${form(
      { action: model.action, csrf: model.csrf },
      newPasswordControls(context, { names, problems, autofocus: true }),
      actions(submitButton(m.resetSubmit)),
    )}`,
    aside: html`<p>${m.resetNote}</p>`,
  });
}

export function passwordResetGonePage(context: PageContext, model: { wayOn: WayOn }): Html {
  const m = messages[context.language];
  return cardPage(context, { title: m.goneTitle, lead: m.gone, body: wayOnward(context.language, model.wayOn) });
}

export function passwordResetDonePage(context: PageContext, model: { wayOn: WayOn }): Html {
  const m = messages[context.language];
  return cardPage(context, { title: m.doneTitle, lead: m.done, body: wayOnward(context.language, model.wayOn) });
}
