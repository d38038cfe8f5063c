/** The letter that says that a connection has begun to fail, or works again; to those who can do something about it. */
import { type Language, translations } from '../../core/language.ts';
import type { Letter } from '../letter.ts';
import { momentOf } from '../moments.ts';

export interface ConnectionIncident {
  organization: string;
  connection: string;
  at: number;
  /** The connection's page in the console. */
  pageUrl: string;
  incident:
    | {
        kind: 'failing';
        /** In the letter's language. */
        meaning: string;
        remedy: string;
        expected?: string | undefined;
        received?: string | undefined;
        lastWorkedAt: number | null;
      }
    | { kind: 'recovered'; since: number };
}

const texts = translations({
  en: {
    failing: (connection: string) => `Sign-in with ${connection} is failing`,
    recovered: (connection: string) => `Sign-in with ${connection} works again`,
    failingLead: 'Two checks in a row, or most of the latest sign-ins, have failed. People who sign in are told so.',
    recoveredLead: 'The last check passed.',
    organization: 'Organization',
    connection: 'Connection',
    since: 'Since',
    lastWorked: 'Last sign-in that worked',
    never: 'none yet',
    meaning: 'What is wrong',
    expected: 'Expected',
    received: 'Received',
    remedy: 'Who does what',
    open: 'Open the connection',
    why: 'You get this because you administer the organization with full access.',
  },
  ja: {
    failing: (connection) => `「${connection}」でのサインインに障害が発生しています`,
    recovered: (connection) => `「${connection}」でのサインインが復旧しました`,
    failingLead:
      'チェックが2回続けて失敗したか、直近のサインインの多くが失敗しています。サインインする利用者にも表示されます。',
    recoveredLead: '直近のチェックに合格しました。',
    organization: '組織',
    connection: '接続',
    since: '発生日時',
    lastWorked: '最後に成功したサインイン',
    never: 'まだありません',
    meaning: '障害の内容',
    expected: '期待した値',
    received: '受け取った値',
    remedy: '対応',
    open: '接続を開く',
    why: '組織のフルアクセス管理者に送信しています。',
  },
});

export function connectionIncident(language: Language, model: ConnectionIncident): Letter {
  const m = texts[language];
  const { connection, incident } = model;
  const about: [string, string][] = [
    [m.organization, model.organization],
    [m.connection, connection],
  ];
  if (incident.kind === 'recovered') {
    const facts = [...about, [m.since, momentOf(language, incident.since)] as const];
    return {
      language,
      subject: m.recovered(connection),
      lines: [m.recoveredLead, { facts }, { button: m.open, href: model.pageUrl }],
      small: [m.why],
    };
  }
  const { meaning, remedy, expected, received, lastWorkedAt } = incident;
  const facts: (readonly [string, string])[] = [
    ...about,
    [m.since, momentOf(language, model.at)],
    [m.lastWorked, lastWorkedAt === null ? m.never : momentOf(language, lastWorkedAt)],
    [m.meaning, meaning],
    ...(expected === undefined ? [] : [[m.expected, expected] as const]),
    ...(received === undefined ? [] : [[m.received, received] as const]),
    [m.remedy, remedy],
  ];
  return {
    language,
    subject: m.failing(connection),
    lines: [m.failingLead, { facts }, { button: m.open, href: model.pageUrl }],
    small: [m.why],
  };
}
