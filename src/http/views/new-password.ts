/**
 * The two fields for a new password, with the rules in sight (SPEC CIT-2).
 *
 * Without script a plain list; with it (`new-password.js`) the rules that can be seen are ticked while one types, by the
 * patterns that the server tests as well. What was refused is marked by the server either way. Used wherever a password
 * is set: at sign-in, from a mail, in the console.
 */
import { type Language, translations } from '../../core/language.ts';
import { type PasswordProblem, partsOfNames, type TypedRule, typedRules } from '../../directory/password-rules.ts';
import { errorSummary, passwordField } from './form.ts';
import { attributes, type Html, html } from './html.ts';
import type { PageContext } from './page.ts';

export type NewPasswordProblem = PasswordProblem | 'empty' | 'not_repeated';

/** Names of the form's fields. */
export const newPasswordFields = { next: 'newPassword', repeated: 'repeatedPassword' } as const;

const messages = translations({
  en: {
    next: 'New password',
    repeated: 'New password again',
    title: 'The new password must',
    rules: {
      length: 'have 8 to 128 characters',
      upper_case: 'hold an upper-case letter',
      lower_case: 'hold a lower-case letter',
      number: 'hold a number',
      mark: 'hold one of ! @ # $ % ^ * ? + = -',
      like_name: 'not resemble your email address or your name',
      known: 'not be one of your last passwords, nor a common one or one known from a data breach',
    },
    kept: 'done',
    open: 'not yet',
    refused: 'not fulfilled',
    count: 'Rules fulfilled: {kept} of {all}',
    marked: 'This password does not fulfil the rules that are marked above.',
    problems: {
      empty: 'Enter a new password.',
      not_repeated: 'The two passwords are not the same.',
      too_short: 'Use at least 8 characters.',
      too_long: 'Use 128 characters at most.',
      no_upper_case: 'Add an upper-case letter.',
      no_lower_case: 'Add a lower-case letter.',
      no_number: 'Add a number.',
      no_mark: 'Add one of ! @ # $ % ^ * ? + = -',
      like_name: 'Choose a password that does not resemble your email address or your name.',
      too_common: 'This password is among the first that others guess. Choose another.',
      same_as_current: 'This is your current password. Choose another.',
      used_before: 'You have had this password before. Choose another.',
      compromised: 'This password is known from a data breach, so others will try it. Choose another.',
    },
  },
  ja: {
    next: '新しいパスワード',
    repeated: '新しいパスワード（確認）',
    title: '新しいパスワードの条件',
    rules: {
      length: '8文字以上128文字以下',
      upper_case: '英大文字を含む',
      lower_case: '英小文字を含む',
      number: '数字を含む',
      mark: '記号 ! @ # $ % ^ * ? + = - のいずれかを含む',
      like_name: 'メールアドレスや名前に似ていない',
      known: '最近使ったパスワード、よく使われるパスワード、漏えいが確認されたパスワードではない',
    },
    kept: '条件を満たしています',
    open: 'まだ満たしていません',
    refused: '条件を満たしていません',
    count: '満たしている条件：{all}件中{kept}件',
    marked: '上に示した条件を満たしていません。',
    problems: {
      empty: '新しいパスワードを入力してください。',
      not_repeated: '2つのパスワードが一致していません。',
      too_short: '8文字以上にしてください。',
      too_long: '128文字以下にしてください。',
      no_upper_case: '英大文字を入れてください。',
      no_lower_case: '英小文字を入れてください。',
      no_number: '数字を入れてください。',
      no_mark: '記号 ! @ # $ % ^ * ? + = - のいずれかを入れてください。',
      like_name: 'メールアドレスや名前に似ていないパスワードにしてください。',
      too_common: '推測されやすいパスワードです。別のパスワードにしてください。',
      same_as_current: '現在のパスワードと同じです。別のパスワードにしてください。',
      used_before: '以前に使ったパスワードです。別のパスワードにしてください。',
      compromised: '漏えいが確認されているパスワードのため使えません。別のパスワードにしてください。',
    },
  },
});
type Rule = keyof (typeof messages)['en']['rules'];

const ruleOf: Readonly<Record<PasswordProblem, Rule>> = {
  too_short: 'length',
  too_long: 'length',
  no_upper_case: 'upper_case',
  no_lower_case: 'lower_case',
  no_number: 'number',
  no_mark: 'mark',
  like_name: 'like_name',
  too_common: 'known',
  same_as_current: 'known',
  used_before: 'known',
  compromised: 'known',
};

/** What was typed, before any rule is asked. Undefined: both are the same and not empty. */
export function problemOfTyping(next: string, repeated: string): NewPasswordProblem | undefined {
  if (next === '') return 'empty';
  return next === repeated ? undefined : 'not_repeated';
}

/** For above the form; nothing without problems. */
export function newPasswordSummary(language: Language, problems: readonly NewPasswordProblem[]): Html | undefined {
  return errorSummary(language, newPasswordMessages(language, problems));
}

/** The same for a form with other fields beside these. */
export function newPasswordMessages(language: Language, problems: readonly NewPasswordProblem[]) {
  const texts = messages[language].problems;
  return problems.map((problem) => ({ field: fieldOf(problem), message: texts[problem] }));
}

export interface NewPasswordModel {
  /** Email address and names of the person, for the rule about them. */
  names: readonly string[];
  problems: readonly NewPasswordProblem[];
  autofocus?: boolean;
}

export function newPasswordControls(context: PageContext, model: NewPasswordModel): Html {
  const { language } = context;
  const m = messages[language];
  // The summary has said each problem; what the list marks need not be said a third time.
  const textOf = (field: string): string | undefined => {
    const [first, ...others] = model.problems.filter((problem) => fieldOf(problem) === field);
    return first === undefined ? undefined : others.length > 0 ? m.marked : m.problems[first];
  };
  const rulesId = `${newPasswordFields.next}-rules`;
  const broken = new Set(
    model.problems.map((problem) => (problem === 'empty' || problem === 'not_repeated' ? undefined : ruleOf[problem])),
  );
  return html`<div class="rules" id="${rulesId}">
<p class="rules-title">${m.title}</p>
<ul${attributes({
    'data-rules-of': newPasswordFields.next,
    'data-kept': m.kept,
    'data-open': m.open,
    'data-count': m.count,
  })}>${(Object.keys(m.rules) as Rule[]).map((rule) => {
    const isBroken = broken.has(rule);
    return html`<li${attributes({
      'data-pattern': rule in typedRules ? typedRules[rule as TypedRule] : undefined,
      'data-unlike': rule === 'like_name' ? partsOfNames(model.names).join(' ') : undefined,
      'data-state': isBroken ? 'refused' : undefined,
    })}>${m.rules[rule]} <span class="hidden-text">${isBroken && `(${m.refused})`}</span></li>`;
  })}</ul>
<p class="hidden-text" id="${newPasswordFields.next}-said" role="status"></p>
</div>
${passwordField(language, {
  name: newPasswordFields.next,
  label: m.next,
  autocomplete: 'new-password',
  error: textOf(newPasswordFields.next),
  describedBy: rulesId,
  autofocus: model.autofocus && model.problems.length === 0,
})}
${passwordField(language, {
  name: newPasswordFields.repeated,
  label: m.repeated,
  autocomplete: 'new-password',
  error: textOf(newPasswordFields.repeated),
})}<script src="${context.assets.newPassword}" defer></script>`;
}

function fieldOf(problem: NewPasswordProblem): string {
  return problem === 'not_repeated' ? newPasswordFields.repeated : newPasswordFields.next;
}
