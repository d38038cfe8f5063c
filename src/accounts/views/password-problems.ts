/** What is wrong with a password that somebody has chosen (CIT-2), as sentences in the reader's language. */
import { type Language, translations } from '../../core/language.ts';

const texts = translations<Readonly<Record<string, string>>>({
  en: {
    empty: 'Enter a password.',
    too_short: 'Use at least 8 characters.',
    too_long: 'Use at most 128 characters.',
    no_upper_case: 'Add an upper-case letter.',
    no_lower_case: 'Add a lower-case letter.',
    no_number: 'Add a number.',
    no_mark: 'Add one of ! @ # $ % ^ * ? + = -',
    like_name: 'Do not use your name or your email address in the password.',
    too_common: 'This password is one of those that everybody guesses first.',
    refused: 'This password is not allowed. Choose another one.',
  },
  ja: {
    empty: 'パスワードを入力してください。',
    too_short: '8文字以上にしてください。',
    too_long: '128文字以下にしてください。',
    no_upper_case: '英大文字を含めてください。',
    no_lower_case: '英小文字を含めてください。',
    no_number: '数字を含めてください。',
    no_mark: '記号（! @ # $ % ^ * ? + = -）を含めてください。',
    like_name: '名前やメールアドレスをパスワードに使用しないでください。',
    too_common: '推測されやすいパスワードです。別のパスワードにしてください。',
    refused: 'このパスワードは使用できません。別のパスワードにしてください。',
  },
});

/** `problems`: codes of `directory/password-rules.ts`; none: it was refused for a reason that cannot be seen in it. */
export function passwordProblemMessages(language: Language, password: string, problems: readonly string[]): string[] {
  const m = texts[language];
  if (password === '') return [m.empty ?? ''];
  const known = problems.map((problem) => m[problem]).filter((text) => text !== undefined);
  return known.length > 0 ? known : [m.refused ?? ''];
}
