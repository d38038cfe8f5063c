/** "Confirm it's you": before something sensitive, with everything kept that had been typed. */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, field, form, linkButton, passwordField, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { passkeyButton } from '../../http/views/passkey-button.ts';
import { formatDuration } from '../../http/views/time.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';

/** Names that no form of ours uses otherwise. */
export const proofFields = {
  password: 'fresh-proof-password',
  code: 'fresh-proof-code',
  passkey: 'fresh-proof-passkey',
} as const;

export interface FreshProofPage {
  /** The same address again; receives `csrf`, `kept` and one of `proofFields`. */
  action: string;
  csrf: string;
  kept: Readonly<Record<string, string>>;
  /** Something secret was posted that is not kept. */
  hasLostSecrets: boolean;
  /** With password or code; otherwise by signing in again at `provider`. */
  here: boolean;
  /** The password is not enough. */
  needsFactor?: boolean;
  provider?: string;
  signInAgainHref: string;
  cancelHref: string;
  /** The person has one. */
  passkey?: { optionsUrl: string };
  problem?: 'empty' | 'password_wrong' | 'code_wrong' | 'passkey_wrong' | 'throttled';
  /** Milliseconds, of `throttled`. */
  retryAfter?: number;
}

const messages = translations({
  en: {
    title: 'Confirm it’s you',
    lead: 'What you are about to do is sensitive, and it has been a while since you signed in. Nothing has been changed yet.',
    kept: 'Enter your password or a code. What you have entered before is kept and carried out afterwards.',
    keptFactor: 'Enter a code. What you have entered before is kept and carried out afterwards.',
    lostSecrets: 'Passwords and secrets are not kept: you will be asked for them once more.',
    password: 'Password',
    or: 'or',
    code: 'Code from your authenticator app',
    codeHint: '6 digits',
    confirm: 'Confirm and continue',
    signInAgain: 'Sign in again instead',
    elsewhere: (provider: string) =>
      `You signed in with ${provider}. Sign in there again; you come back to the page, where you enter your change once more.`,
    yourProvider: 'your identity provider',
    signInAt: (provider: string) => `Sign in again with ${provider}`,
    empty: 'Enter your password or a code from your authenticator app.',
    emptyFactor: 'Enter a code from your authenticator app.',
    password_wrong: 'This password is not right.',
    passkeyWrongFactor: 'This passkey was not accepted. Try again, or use a code.',
    passkey_wrong: 'This passkey was not accepted. Try again, or use your password or a code.',
    usePasskey: 'Use a passkey',
    code_wrong: 'This code is not right, or it has been used already. Wait for the next one.',
    throttled: (duration: string) =>
      `There were too many wrong tries. Try again later (within ${duration} at the latest), or sign in again.`,
  },
  ja: {
    title: 'ご本人であることの確認',
    lead: '重要な操作の前に、サインインから時間が経っているため、ご本人であることを確認します。まだ何も変更されていません。',
    kept: 'パスワードまたはコードを入力してください。これまでの入力内容は保持され、確認後に実行されます。',
    keptFactor: 'コードを入力してください。これまでの入力内容は保持され、確認後に実行されます。',
    lostSecrets: 'パスワードやシークレットは保持されません。あとでもう一度入力してください。',
    password: 'パスワード',
    or: 'または',
    code: '認証アプリのコード',
    codeHint: '6桁の数字',
    confirm: '確認して続ける',
    signInAgain: '代わりに、もう一度サインインする',
    elsewhere: (provider: string) =>
      `${provider}でサインインしています。もう一度サインインすると元のページに戻ります。変更内容はそこであらためて入力してください。`,
    yourProvider: 'IDプロバイダー',
    signInAt: (provider: string) => `${provider}でもう一度サインイン`,
    empty: 'パスワードまたは認証アプリのコードを入力してください。',
    emptyFactor: '認証アプリのコードを入力してください。',
    password_wrong: 'パスワードが正しくありません。',
    passkeyWrongFactor: 'このパスキーは受け付けられませんでした。もう一度お試しいただくか、コードを使用してください。',
    passkey_wrong:
      'このパスキーは受け付けられませんでした。もう一度お試しいただくか、パスワードまたはコードを使用してください。',
    usePasskey: 'パスキーを使う',
    code_wrong: 'コードが正しくないか、すでに使用されています。次のコードを待って入力してください。',
    throttled: (duration: string) =>
      `誤った入力が続いたため、しばらく受け付けられません。時間をおいて（最長${duration}）やり直すか、もう一度サインインしてください。`,
  },
});

export function freshProofPage(context: PageContext, frame: ConsoleFrame, model: FreshProofPage): Html {
  const { language } = context;
  const m = messages[language];
  return consolePage(context, frame, {
    title: m.title,
    titlePrefix: model.problem && sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: model.here ? here(context, model) : elsewhere(context, model),
  });
}

function here(context: PageContext, model: FreshProofPage): Html {
  const { language } = context;
  const m = messages[language];
  const { problem, needsFactor = false } = model;
  const { kept, empty, passkey_wrong } = needsFactor
    ? { kept: m.keptFactor, empty: m.emptyFactor, passkey_wrong: m.passkeyWrongFactor }
    : m;
  const message =
    problem === 'throttled'
      ? m.throttled(formatDuration(language, model.retryAfter ?? 0))
      : problem && { ...m, empty, passkey_wrong }[problem];
  const isCode = problem === 'code_wrong' || (needsFactor && problem === 'empty');
  const summary =
    message === undefined
      ? undefined
      : errorSummary(language, [
          problem === 'throttled' || problem === 'passkey_wrong'
            ? { message }
            : { field: isCode ? proofFields.code : proofFields.password, message },
        ]);
  return html`${summary}<div class="section">${form(
    { action: model.action, csrf: model.csrf, hidden: model.kept },
    html`<p>${kept}</p>${model.hasLostSecrets && notice('information', m.lostSecrets)}`,
    !needsFactor &&
      html`${passwordField(language, {
        name: proofFields.password,
        label: m.password,
        autocomplete: 'current-password',
        maxLength: 256,
        autofocus: problem === undefined,
        error: problem === 'empty' || problem === 'password_wrong' ? message : undefined,
      })}<p class="or"><span>${m.or}</span></p>`,
    field({
      name: proofFields.code,
      label: m.code,
      hint: m.codeHint,
      autocomplete: 'one-time-code',
      inputMode: 'numeric',
      maxLength: 7,
      code: true,
      autofocus: needsFactor,
      error: isCode ? message : undefined,
    }),
    actions(
      submitButton(m.confirm),
      model.passkey &&
        passkeyButton(context, {
          label: m.usePasskey,
          ceremony: 'get',
          optionsUrl: model.passkey.optionsUrl,
          name: proofFields.passkey,
          kind: 'secondary',
        }),
      linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary'),
    ),
  )}</div><p class="below"><a href="${model.signInAgainHref}">${m.signInAgain}</a></p>`;
}

function elsewhere({ language }: PageContext, model: FreshProofPage): Html {
  const m = messages[language];
  const provider = model.provider ?? m.yourProvider;
  return html`<div class="section"><p>${m.elsewhere(provider)}</p>${actions(
    linkButton(m.signInAt(provider), model.signInAgainHref),
    linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary'),
  )}</div>`;
}
