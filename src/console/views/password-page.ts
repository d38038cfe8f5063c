/** Changing one's password in the console. */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, form, passwordField, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { type NewPasswordProblem, newPasswordControls, newPasswordSummary } from '../../http/views/new-password.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatDuration } from '../../http/views/time.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

const messages = translations({
  en: {
    lead: 'Of your account for this console. All your other sessions end when you change it.',
    current: 'Current password',
    empty: 'Enter your current password.',
    wrong: 'The current password is not correct.',
    throttled: (duration: string) => `Too many attempts. Please try again in ${duration}.`,
    submit: 'Change password',
    elsewhereTitle: 'Your password is not kept here',
    elsewhere: 'You sign in with your company credentials. Change your password where your company lets you do so.',
  },
  ja: {
    lead: 'このコンソールで使うアカウントのパスワードです。変更すると、ほかのセッションはすべて終了します。',
    current: '現在のパスワード',
    empty: '現在のパスワードを入力してください。',
    wrong: '現在のパスワードが正しくありません。',
    throttled: (duration: string) => `試行回数が多すぎます。${duration}後にもう一度お試しください。`,
    submit: 'パスワードを変更',
    elsewhereTitle: 'パスワードはここでは管理されていません',
    elsewhere: '会社の資格情報でサインインしています。パスワードはお勤め先の方法で変更してください。',
  },
});

export interface PasswordPage {
  /** Receives `currentPassword`, `newPassword`, `repeatedPassword`, `csrf`. */
  action: string;
  csrf: string;
  /** Absent: somebody whose password is elsewhere. */
  person?: { email: string; displayName: string; givenName: string | null; familyName: string | null };
  problems?: readonly NewPasswordProblem[];
  /** What is wrong with the current one as it was typed. */
  current?: { kind: 'empty' | 'wrong' } | { kind: 'throttled'; retryAfter: number };
}

export function passwordPage(context: PageContext, frame: ConsoleFrame, model: PasswordPage): Html {
  const { language } = context;
  const m = messages[language];
  const title = consoleMessages[language].pages.password;
  const { person, problems = [], current } = model;
  if (!person) {
    return consolePage(context, frame, { page: 'password', title, body: emptyState(m.elsewhereTitle, m.elsewhere) });
  }
  const error =
    current === undefined
      ? undefined
      : current.kind === 'throttled'
        ? m.throttled(formatDuration(language, current.retryAfter))
        : m[current.kind];
  const summary =
    error === undefined
      ? newPasswordSummary(language, problems)
      : errorSummary(language, [{ field: 'currentPassword', message: error }]);
  return consolePage(context, frame, {
    page: 'password',
    title,
    titlePrefix: summary && sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: html`${summary}${form(
      { action: model.action, csrf: model.csrf },
      passwordField(language, {
        name: 'currentPassword',
        label: m.current,
        autocomplete: 'current-password',
        error,
      }),
      newPasswordControls(context, {
        names: [person.email, person.displayName, person.givenName ?? '', person.familyName ?? ''],
        problems,
      }),
      actions(submitButton(m.submit)),
    )}`,
  });
}
