/** The letter that asks whoever runs an identity provider to set up one connection, without an account here. */
import { type Language, translations } from '../../core/language.ts';
import type { Letter } from '../letter.ts';
import { deadlineOf } from '../moments.ts';

export interface SetupLinkLetter {
  organization: string;
  /** Name of the connection, and what it connects: "SAML 2.0". */
  connection: string;
  kind: string;
  /** Null: nobody's name is known. */
  sentBy: string | null;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Opens the set-up: it stands in the mail and nowhere else. */
  link: string;
}

const texts = translations({
  en: {
    subject: (organization: string) => `Set up sign-in for ${organization}`,
    by: (name: string, organization: string) =>
      `${name} asks you to connect your identity provider, so that people can sign in to ${organization}.`,
    byNobody: (organization: string) =>
      `You are asked to connect your identity provider, so that people can sign in to ${organization}.`,
    organization: 'Organization',
    connection: 'Connection',
    until: 'Valid until',
    open: 'Open the guided set-up',
    what: 'It shows every step in your identity provider’s console, with the values to copy, and tests the sign-in at the end. You need no account here. You can stop and open the link again later.',
    carefully: 'Whoever has this link can change the settings of this connection: do not pass it on.',
    expired: 'When it is no longer valid, ask whoever sent it to you for a new one.',
    notYou: 'If you do not run an identity provider, or do not know this organization, ignore this mail.',
  },
  ja: {
    subject: (organization) => `${organization}へのサインインの設定のお願い`,
    by: (name, organization) =>
      `${organization}にサインインできるようにするため、IDプロバイダーとの接続設定を${name}さんから依頼されました。`,
    byNobody: (organization) =>
      `${organization}にサインインできるようにするため、IDプロバイダーとの接続設定を依頼されました。`,
    organization: '組織',
    connection: '接続',
    until: '有効期限',
    open: '設定ガイドを開く',
    what: 'IDプロバイダーの管理画面での操作を、コピーする値とともに順を追って案内し、最後にサインインをテストします。アカウントは不要です。途中で中断しても、あとで同じリンクから再開できます。',
    carefully: 'このリンクを持つ人は、この接続の設定を変更できます。ほかの人に転送しないでください。',
    expired: '期限が切れた場合は、送信した方に新しいリンクを依頼してください。',
    notYou: 'IDプロバイダーの管理者でない場合や、この組織に心当たりがない場合は、このメールを無視してください。',
  },
});

export function setupLinkLetter(language: Language, model: SetupLinkLetter): Letter {
  const m = texts[language];
  const { organization, connection, kind, sentBy, expiresAt, link } = model;
  return {
    language,
    subject: m.subject(organization),
    lines: [
      sentBy === null ? m.byNobody(organization) : m.by(sentBy, organization),
      {
        facts: [
          [m.organization, organization],
          [m.connection, language === 'ja' ? `${connection}（${kind}）` : `${connection} (${kind})`],
          [m.until, deadlineOf(language, expiresAt)],
        ],
      },
      m.what,
      { button: m.open, href: link },
      m.carefully,
    ],
    small: [m.expired, m.notYou],
  };
}
