/** The letter that invites somebody to administer an organization (SPEC ADM-1, CIT-10). */
import { type Language, translations } from '../../core/language.ts';
import type { Letter } from '../letter.ts';
import { deadlineOf } from '../moments.ts';

export interface InvitationLetter {
  /** Customer name and OrgID. */
  organization: string;
  orgId: string;
  /** As the letter's language says it. */
  access: string;
  /** Name of the connection that accepting is signing in with; absent: the built-in identity. */
  signInWith?: string;
  /** Null: the operator of this service. */
  invitedBy: string | null;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Opens the door: it stands in the mail and nowhere else. */
  link: string;
}

const texts = translations({
  en: {
    subject: (organization: string) => `You are invited to administer ${organization}`,
    by: (name: string, organization: string) => `${name} has invited you to administer ${organization}.`,
    byOperator: (organization: string) => `You are invited to administer ${organization}.`,
    customer: 'Customer name',
    orgId: 'Organization ID (OrgID)',
    access: 'Access',
    until: 'Valid until',
    review: 'Review the invitation',
    signIn: (connection: string) =>
      `You accept by signing in with ${connection}, with the account of this email address.`,
    once: 'The link works once. You see what it is about before you accept.',
    expired: 'When it is no longer valid, ask whoever invited you for a new invitation.',
    notYou:
      'If you do not know this organization, ignore this mail: nothing happens unless the invitation is accepted.',
  },
  ja: {
    subject: (organization) => `${organization}の管理者への招待`,
    by: (name, organization) => `${name}さんから、${organization}の管理者として招待されました。`,
    byOperator: (organization) => `${organization}の管理者として招待されました。`,
    customer: '顧客名',
    orgId: '組織ID（OrgID）',
    access: 'アクセス権',
    until: '有効期限',
    review: '招待の内容を確認する',
    signIn: (connection) => `承諾するには、このメールアドレスのアカウントを使い、${connection}でサインインします。`,
    once: 'リンクは一度だけ使用できます。承諾する前に内容を確認できます。',
    expired: '期限が切れた場合は、招待した方に新しい招待を依頼してください。',
    notYou: 'この組織に心当たりがない場合は、このメールを無視してください。承諾しない限り、何も変更されません。',
  },
});

export function invitationLetter(language: Language, model: InvitationLetter): Letter {
  const m = texts[language];
  const { organization, orgId, access, invitedBy, expiresAt, link, signInWith } = model;
  return {
    language,
    subject: m.subject(organization),
    lines: [
      invitedBy === null ? m.byOperator(organization) : m.by(invitedBy, organization),
      {
        facts: [
          [m.customer, organization],
          [m.orgId, orgId],
          [m.access, access],
          [m.until, deadlineOf(language, expiresAt)],
        ],
      },
      { button: m.review, href: link },
      signInWith === undefined ? m.once : m.signIn(signInWith),
    ],
    small: [m.expired, m.notYou],
  };
}
