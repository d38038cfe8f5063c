/** The letter with the link that sets a new password (SPEC CIT-8). It goes to whoever has the account, asked for or not. */
import { deviceOf } from '../../core/device-name.ts';
import { type Language, translations } from '../../core/language.ts';
import type { Letter } from '../letter.ts';

export interface PasswordResetLetter {
  email: string;
  href: string;
  /** Milliseconds. */
  lifetime: number;
  clientAddress?: string | undefined;
  userAgent?: string | undefined;
}

const texts = translations({
  en: {
    subject: 'Set a new password',
    lead: 'Somebody asked for a new password for your account, hopefully you.',
    account: 'Account',
    address: 'From the address',
    device: 'Device',
    unknownDevice: 'Unknown device',
    button: 'Set a new password',
    lifetime: (minutes: number) => `The link works once and for ${minutes} minutes. A newer one replaces it.`,
    after: 'Afterwards you sign in with the new password and your authenticator app, as always.',
    notYou:
      'If it was not you, there is nothing to do: without this link nobody can change your password. Do not pass it on; nobody of ours will ask you for it.',
  },
  ja: {
    subject: '新しいパスワードの設定',
    lead: 'お使いのアカウントについて、パスワードの再設定が申し込まれました。',
    account: 'アカウント',
    address: '接続元アドレス',
    device: 'デバイス',
    unknownDevice: '不明なデバイス',
    button: '新しいパスワードを設定する',
    lifetime: (minutes: number) =>
      `このリンクは${minutes}分間、1回だけ使えます。新しいリンクが届いた場合、このリンクは無効になります。`,
    after: '設定後は、新しいパスワードと認証アプリで、これまでどおりサインインしてください。',
    notYou:
      '心当たりがない場合、対応は不要です。このリンクがなければパスワードを変更することはできません。リンクはだれにも教えないでください。担当者がお尋ねすることもありません。',
  },
});

export function passwordResetLetter(language: Language, model: PasswordResetLetter): Letter {
  const m = texts[language];
  const { clientAddress, userAgent } = model;
  const facts: (readonly [string, string])[] = [[m.account, model.email]];
  if (clientAddress !== undefined) facts.push([m.address, clientAddress]);
  if (userAgent !== undefined) facts.push([m.device, deviceOf(userAgent) ?? m.unknownDevice]);
  return {
    language,
    subject: m.subject,
    lines: [
      m.lead,
      { facts },
      { button: m.button, href: model.href },
      m.lifetime(Math.round(model.lifetime / 60_000)),
      m.after,
    ],
    small: [m.notYou],
  };
}
