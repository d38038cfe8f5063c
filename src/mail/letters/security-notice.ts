/**
 * The letter that says: something about your account or your access has changed (SPEC CIT-5, CIT-8, ADM-2; SECURITY
 * ID-09, CON-15). It goes to the person concerned, whoever did it, so that what they did not do does not stay unseen.
 */
import { deviceOf } from '../../core/device-name.ts';
import { type Language, translations } from '../../core/language.ts';
import type { Letter, Line } from '../letter.ts';
import { momentOf } from '../moments.ts';

/** Done by the person, or by somebody who pretends to be them: the letter says how to take the account back. */
const ownActs = translations({
  en: {
    password_changed: 'Your password was changed',
    password_reset: 'Your password was reset with a link from a mail',
    second_factor_enrolled: 'Multi-factor authentication was set up for your account',
    codes_guessed: 'Wrong codes were entered many times after your password',
    device_changed: 'The authenticator app of your account was replaced',
    backup_codes_replaced: 'Your backup codes were replaced',
    backup_code_used: 'A backup code was used to sign in',
    email_code_used: 'A code sent by mail was used instead of your authenticator app',
    recovery_phone_changed: 'Your recovery phone number was changed',
    passkey_added: 'A passkey was added to your account',
    passkey_removed: 'A passkey was removed from your account',
    secure_client_created: 'A secure client was created in your name',
    secure_client_resumed: 'A secure client of yours works again',
    secure_client_invited: 'A secure client of yours has invited an administrator',
  },
  ja: {
    password_changed: 'パスワードが変更されました',
    password_reset: 'メールのリンクからパスワードが再設定されました',
    second_factor_enrolled: 'アカウントの多要素認証が設定されました',
    codes_guessed: 'パスワードの入力後に、誤ったコードが何度も入力されました',
    device_changed: '認証アプリの登録が置き換えられました',
    backup_codes_replaced: 'バックアップコードが再発行されました',
    backup_code_used: 'バックアップコードでサインインがありました',
    email_code_used: '認証アプリの代わりに、メールで送られたコードが使われました',
    recovery_phone_changed: '回復用の電話番号が変更されました',
    passkey_added: 'パスキーが追加されました',
    passkey_removed: 'パスキーが削除されました',
    secure_client_created: 'あなたの名前でセキュアクライアントが作成されました',
    secure_client_resumed: 'あなたのセキュアクライアントが再開されました',
    secure_client_invited: 'あなたのセキュアクライアントから管理者が招待されました',
  },
});
/** Done by an administrator or the operator: the letter says whom to ask. */
const actsOfOthers = translations({
  en: {
    access_changed: 'Your administrator access was changed',
    access_removed: 'Your administrator access was removed',
    sessions_ended: 'You were signed out everywhere',
    secure_client_revoked: 'A secure client of yours was revoked',
    email_changed: 'The email address of your account was changed',
    identity_reset: 'The second factors of your account were reset by the operator',
    identity_deleted: 'Your account was deleted by the operator',
    organization_recovered: 'The operator has given an administrator access to your organization again',
  },
  ja: {
    access_changed: '管理者としてのアクセス権が変更されました',
    access_removed: '管理者としてのアクセス権が削除されました',
    sessions_ended: 'すべてのサインインが終了されました',
    secure_client_revoked: 'あなたのセキュアクライアントが取り消されました',
    email_changed: 'アカウントのメールアドレスが変更されました',
    identity_reset: '運用者がアカウントの多要素認証をリセットしました',
    identity_deleted: '運用者がアカウントを削除しました',
    organization_recovered: '運用者が組織の管理者アクセスを復旧しました',
  },
});
export type SecurityNoticeKind = keyof (typeof ownActs)[Language] | keyof (typeof actsOfOthers)[Language];

export interface SecurityNotice {
  kind: SecurityNoticeKind;
  /** Whose account it is. */
  email: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Where that is one of several: whose access, whose secure client. */
  organization?: string | undefined;
  /** Name of the passkey, the secure client or the administrator. */
  thing?: string | undefined;
  /** Of backup codes: how many can still be used. */
  left?: number | undefined;
  /** Of a reset: how many secure clients rest since then. */
  suspended?: number | undefined;
  /** Of the request; absent when the operator did it at the server. */
  clientAddress?: string | undefined;
  userAgent?: string | undefined;
  /** Where the person sees and changes their account. */
  accountUrl: string;
}

const texts = translations({
  en: {
    account: 'Account',
    organization: 'Organization',
    thing: 'Name',
    left: 'Backup codes left',
    suspended: 'Secure clients suspended until you resume them under “API access”',
    at: 'Time',
    address: 'From the address',
    device: 'Device',
    unknownDevice: 'Unknown device',
    own: 'If you did this, there is nothing to do.',
    ownNotYou:
      'If you did not do this, somebody else may have your account: set a new password, sign out everywhere, and tell another administrator of your organization.',
    other: 'If you expected this, there is nothing to do.',
    otherNotYou:
      'If you did not expect this, ask another administrator of your organization or the operator of this service.',
    open: 'Open my account',
    why: 'You get this mail because it concerns the security of your account. It cannot be switched off.',
  },
  ja: {
    account: 'アカウント',
    organization: '組織',
    thing: '名前',
    left: '残りのバックアップコード',
    suspended: '一時停止されたセキュアクライアント（「APIアクセス」で再開できます）',
    at: '日時',
    address: '接続元アドレス',
    device: 'デバイス',
    unknownDevice: '不明なデバイス',
    own: 'ご自身の操作であれば、対応は不要です。',
    ownNotYou:
      '心当たりがない場合は、アカウントが第三者に使われているおそれがあります。新しいパスワードを設定し、すべてのセッションを終了したうえで、組織のほかの管理者に連絡してください。',
    other: '予定された変更であれば、対応は不要です。',
    otherNotYou: '心当たりがない場合は、組織のほかの管理者、またはこのサービスの運用者に確認してください。',
    open: 'アカウントを開く',
    why: 'アカウントの安全に関わるお知らせのため、このメールの配信を停止することはできません。',
  },
});

export function securityNotice(language: Language, model: SecurityNotice): Letter {
  const m = texts[language];
  const own = ownActs[language];
  const { kind } = model;
  const isOwn = isOwnAct(kind);
  const facts: (readonly [string, string])[] = [
    [m.account, model.email],
    ...(model.organization === undefined ? [] : [[m.organization, model.organization] as const]),
    ...(model.thing === undefined ? [] : [[m.thing, model.thing] as const]),
    ...(model.left === undefined ? [] : [[m.left, String(model.left)] as const]),
    ...(model.suspended ? [[m.suspended, String(model.suspended)] as const] : []),
    [m.at, momentOf(language, model.at, { withSeconds: true })],
    ...(model.clientAddress === undefined
      ? []
      : ([
          [m.address, model.clientAddress],
          [m.device, deviceOf(model.userAgent ?? null) ?? m.unknownDevice],
        ] as const)),
  ];
  const lines: Line[] = [
    { facts },
    isOwn ? m.own : m.other,
    isOwn ? m.ownNotYou : m.otherNotYou,
    ...(withoutAccount.has(kind) ? [] : [{ button: m.open, href: model.accountUrl }]),
  ];
  return { language, subject: isOwnAct(kind) ? own[kind] : actsOfOthers[language][kind], lines, small: [m.why] };
}

/** After these a link to the account would lead to a sign-in that is refused. */
const withoutAccount: ReadonlySet<SecurityNoticeKind> = new Set<SecurityNoticeKind>([
  'access_removed',
  'identity_deleted',
]);

function isOwnAct(kind: SecurityNoticeKind): kind is keyof (typeof ownActs)[Language] {
  return Object.hasOwn(ownActs.en, kind);
}
