/** "Don't have your authenticator app?": a backup code, or a code by email (SPEC CIT-6). */
import { type Language, translations } from '../../core/language.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { developmentMailsLink } from '../../http/views/development-mails-link.ts';
import { actions, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatDuration } from '../../http/views/time.ts';
import { section } from '../../http/views/values.ts';

const messages = translations({
  en: {
    title: 'Sign in without your authenticator app',
    backupTitle: 'With a backup code',
    backupText: 'One of the codes that you saved when you set up multi-factor authentication. Each works once.',
    backupLabel: 'Backup code',
    mailTitle: 'With a code by email',
    mailText: (email: string) => `We send a 6-digit code to ${email}.`,
    send: 'Email me a code',
    afterResetTitle: 'No code by email for now',
    afterReset:
      'Your password was reset by email. Until you have signed in with it and something else, we take no code by email: whoever reads your mail would need nothing more.',
    afterResetHelp:
      'Use your authenticator app, a passkey or a backup code. If you have none of them, ask the support of this service: they make sure that it is you, by a call to your recovery phone.',
    sendThrottled: 'We have sent several codes already. Please look into your mail, or try again in an hour.',
    submit: 'Continue',
    codeTitle: 'Enter the code from the mail',
    codeLead: (email: string) => `We have sent a 6-digit code to ${email}. It works for 10 minutes.`,
    codeLabel: '6-digit code',
    again: 'Nothing arrived? Look among the unwanted mails, or',
    sendAgain: 'send another code',
    otherWay: 'Another way to sign in',
    back: 'I have my authenticator app',
    help: 'None of this works? Ask the support of this service for help.',
    emptyBackup: 'Enter a backup code.',
    wrongBackup: 'This backup code is not correct, or it has been used.',
    emptyCode: 'Enter the 6-digit code from the mail.',
    wrongCode: 'This code is not correct, or it has run out.',
    throttled: (duration: string) => `Too many wrong codes. Please try again in ${duration}.`,
  },
  ja: {
    title: '認証アプリを使わずにサインイン',
    backupTitle: 'バックアップコードを使用する',
    backupText: '多要素認証の設定時に保存したコードの1つです。コードはそれぞれ1回だけ使用できます。',
    backupLabel: 'バックアップコード',
    mailTitle: 'メールでコードを受け取る',
    mailText: (email) => `${email}に6桁のコードをお送りします。`,
    send: 'コードをメールで受け取る',
    afterResetTitle: '現在、メールのコードは使用できません',
    afterReset:
      'パスワードがメールで再設定されたため、ほかの方法で一度サインインするまで、メールのコードは使用できません。メールを読める人なら誰でもサインインできてしまうのを防ぐためです。',
    afterResetHelp:
      '認証アプリ、パスキー、またはバックアップコードを使用してください。いずれもお持ちでない場合は、このサービスのサポートにお問い合わせください。回復用の電話番号へのお電話で、ご本人であることを確認します。',
    sendThrottled: 'すでに複数のコードをお送りしています。メールをご確認いただくか、1時間後にもう一度お試しください。',
    submit: '続ける',
    codeTitle: 'メールのコードを入力',
    codeLead: (email) => `${email}に6桁のコードをお送りしました。有効期限は10分です。`,
    codeLabel: '6桁のコード',
    again: '届かない場合は、迷惑メールのフォルダーをご確認ください。',
    sendAgain: 'コードを再送信',
    otherWay: '別の方法でサインイン',
    back: '認証アプリを使用する',
    help: 'いずれの方法も使えない場合は、このサービスのサポートにお問い合わせください。',
    emptyBackup: 'バックアップコードを入力してください。',
    wrongBackup: 'バックアップコードが正しくないか、すでに使用されています。',
    emptyCode: 'メールに記載された6桁のコードを入力してください。',
    wrongCode: 'コードが正しくないか、有効期限が切れています。',
    throttled: (duration) => `コードの誤入力が続いています。${duration}後にもう一度お試しください。`,
  },
});

export type RecoveryError = { kind: 'empty' | 'wrong' } | { kind: 'throttled'; retryAfter: number };

interface Ways {
  csrf: string;
  email: string;
  /** To the authenticator app's code. */
  codeHref: string;
}

/** `backupAction` receives `code`; `sendAction` nothing but `csrf`; undefined: the password was reset by mail. */
export function recoveryPage(
  context: PageContext,
  model: Ways & {
    backupAction: string;
    sendAction: string | undefined;
    error?: RecoveryError;
    isSendThrottled?: boolean;
  },
): Html {
  const { language } = context;
  const m = messages[language];
  return cardPage(context, {
    title: m.title,
    titlePrefix: model.error && sharedMessages[language].errorPrefix,
    body: html`${model.isSendThrottled && notice('error', m.sendThrottled)}<div class="ways">${section(
      m.backupTitle,
      form(
        { action: model.backupAction, csrf: model.csrf },
        field({
          name: 'code',
          label: m.backupLabel,
          maxLength: 20,
          code: true,
          autofocus: model.error !== undefined,
          error: errorText(language, model.error, m.emptyBackup, m.wrongBackup),
        }),
        actions(submitButton(m.submit)),
      ),
      { lead: m.backupText },
    )}${
      model.sendAction === undefined
        ? section(m.afterResetTitle, html`<p>${m.afterReset}</p><p>${m.afterResetHelp}</p>`)
        : section(
            m.mailTitle,
            form({ action: model.sendAction, csrf: model.csrf }, actions(submitButton(m.send, { kind: 'secondary' }))),
            { lead: m.mailText(model.email) },
          )
    }</div>`,
    aside: html`<p><a href="${model.codeHref}">${m.back}</a></p><p>${m.help}</p>`,
  });
}

/** `action` receives `code`. */
export function recoveryCodePage(
  context: PageContext,
  model: Ways & { action: string; sendAction: string; otherHref: string; error?: RecoveryError },
): Html {
  const { language } = context;
  const m = messages[language];
  return cardPage(context, {
    title: m.codeTitle,
    titlePrefix: model.error && sharedMessages[language].errorPrefix,
    lead: m.codeLead(model.email),
    body: html`${form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'code',
        label: m.codeLabel,
        autocomplete: 'one-time-code',
        inputMode: 'numeric',
        maxLength: 7,
        code: true,
        autofocus: true,
        error: errorText(language, model.error, m.emptyCode, m.wrongCode),
      }),
      actions(submitButton(m.submit)),
    )}
${form(
  { action: model.sendAction, csrf: model.csrf },
  html`<p class="hint">${m.again} <button type="submit" class="link">${m.sendAgain}</button></p>`,
)}${developmentMailsLink(context)}`,
    aside: html`<p><a href="${model.otherHref}">${m.otherWay}</a></p><p><a href="${model.codeHref}">${m.back}</a></p>`,
  });
}

function errorText(language: Language, error: RecoveryError | undefined, empty: string, wrong: string) {
  if (!error) return undefined;
  if (error.kind === 'throttled') return messages[language].throttled(formatDuration(language, error.retryAfter));
  return error.kind === 'empty' ? empty : wrong;
}
