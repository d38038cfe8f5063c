/** The letter that tells an administrator that whoever they sent a set-up link to has finished. */
import { type Language, translations } from '../../core/language.ts';
import type { Letter } from '../letter.ts';

export interface SetupFinishedLetter {
  organization: string;
  connection: string;
  /** Where the link was mailed to; null: it was passed on by hand. */
  finishedBy: string | null;
  outcome: 'live' | 'passed' | 'untested';
  /** The connection's page in the console. */
  connectionUrl: string;
}

const texts = translations({
  en: {
    subject: (connection: string) => `“${connection}” has been set up`,
    by: (email: string) => `${email} has finished the set-up that you sent a link for.`,
    byHolder: 'Whoever holds the set-up link that you made has finished.',
    organization: 'Organization',
    connection: 'Connection',
    outcome: {
      live: 'The test sign-in passed, and the connection is live, as you allowed. Review its settings.',
      passed: 'The test sign-in passed. Review the settings, then make the connection live.',
      untested: 'The settings have not passed a test sign-in yet. Review them, then use Test and Finish.',
    },
    open: 'Open the connection',
    over: 'The link is no longer valid.',
  },
  ja: {
    subject: (connection) => `「${connection}」の設定が完了しました`,
    by: (email) => `送信した設定リンクから、${email}さんが設定を完了しました。`,
    byHolder: '作成した設定リンクの受け取り手が、設定を完了しました。',
    organization: '組織',
    connection: '接続',
    outcome: {
      live: 'テストサインインに成功し、許可されているとおり接続が本番で有効になりました。設定内容を確認してください。',
      passed: 'テストサインインに成功しました。設定内容を確認してから、接続を有効にしてください。',
      untested: 'テストサインインはまだ成功していません。設定内容を確認し、「テストして完了」を実行してください。',
    },
    open: '接続を開く',
    over: 'このリンクは無効になりました。',
  },
});

export function setupFinishedLetter(language: Language, model: SetupFinishedLetter): Letter {
  const m = texts[language];
  return {
    language,
    subject: m.subject(model.connection),
    lines: [
      model.finishedBy === null ? m.byHolder : m.by(model.finishedBy),
      {
        facts: [
          [m.organization, model.organization],
          [m.connection, model.connection],
        ],
      },
      m.outcome[model.outcome],
      { button: m.open, href: model.connectionUrl },
    ],
    small: [m.over],
  };
}
