/** The letter with six digits: to begin an enrolment, to sign in without the authenticator app, to change a factor (CIT-4 to CIT-6). */
import { type Language, translations } from '../../core/language.ts';
import { inBothLanguages, type Letter } from '../letter.ts';

export type FactorCodePurpose = 'enrolment' | 'recovery' | 'change';

export interface FactorCode {
  code: string;
  purpose: FactorCodePurpose;
  email: string;
  /** How long it lives. */
  minutes: number;
}

const texts = translations({
  en: {
    subject: {
      enrolment: 'Your code to set up multi-factor authentication',
      recovery: 'Your code to sign in without your authenticator app',
      change: 'Your code to change your multi-factor authentication',
    },
    lead: (email: string) => `Enter this code on the page that asked for it. It is for the account ${email}.`,
    life: (minutes: number) => `It works once, within ${minutes} minutes, and only in the browser that asked for it.`,
    warning:
      'Never give this code to anybody, on the phone or on another page. If you did not ask for it, somebody knows your password: change it.',
  },
  ja: {
    subject: {
      enrolment: '多要素認証の設定に使うコード',
      recovery: '認証アプリを使わずにサインインするためのコード',
      change: '多要素認証の変更に使うコード',
    },
    lead: (email) => `コードを求めているページに、次のコードを入力してください。対象のアカウント：${email}`,
    life: (minutes) => `有効期限は${minutes}分で、1回だけ、コードを求めたブラウザーでのみ使用できます。`,
    warning:
      'このコードは、電話やほかのページで聞かれても、決して誰にも伝えないでください。心当たりがない場合は、パスワードが第三者に知られています。パスワードを変更してください。',
  },
});

/** Without a language: both. */
export function factorCode(language: Language | undefined, model: FactorCode): Letter {
  const write = (each: Language): Letter => {
    const m = texts[each];
    return {
      language: each,
      subject: m.subject[model.purpose],
      lines: [m.lead(model.email), { code: model.code }, m.life(model.minutes)],
      small: [m.warning],
    };
  };
  return language === undefined ? inBothLanguages(write) : write(language);
}
