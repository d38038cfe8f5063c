/** The letter that lists what expires soon, to those who can renew it: one a day for an organization at most. */
import { type Language, translations } from '../../core/language.ts';
import type { Letter } from '../letter.ts';
import { dayTextOf } from '../moments.ts';

export interface ExpiryDigest {
  organization: string;
  /** In the letter's language; what ends first stands first. */
  items: readonly { title: string; expiresAt: number; left: string }[];
  /** The register in the console. */
  registerUrl: string;
}

const texts = translations({
  en: {
    subject: (organization: string, count: number) =>
      `${organization}: ${count === 1 ? 'something expires' : `${count} things expire`} soon`,
    lead: 'People will not be able to sign in once these have ended, unless they are renewed before.',
    open: 'Open the register',
    why: 'You get this because you administer the organization with full access. A reminder comes 90, 30, 14, 7 days and 1 day before.',
  },
  ja: {
    subject: (organization, count) => `${organization}：有効期限が近づいています（${count}件）`,
    lead: '期限までに更新しないと、利用者がサインインできなくなるおそれがあります。',
    open: '有効期限の一覧を開く',
    why: '組織のフルアクセス管理者に送信しています。期限の90日前、30日前、14日前、7日前、1日前にお知らせします。',
  },
});

export function expiryDigest(language: Language, model: ExpiryDigest): Letter {
  const m = texts[language];
  const facts = model.items.map(
    ({ title, expiresAt, left }) => [title, `${dayTextOf(language, expiresAt)} (${left})`] as const,
  );
  return {
    language,
    subject: m.subject(model.organization, model.items.length),
    lines: [m.lead, { facts }, { button: m.open, href: model.registerUrl }],
    small: [m.why],
  };
}
