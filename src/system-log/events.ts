/**
 * The closed list of what is recorded (SPEC LOG-1, LOG-4), and what an entry is.
 *
 * To add an event: one line in `eventTexts`, named `service/object/action` (the vendor's name where it has one), with
 * what it says in each language. A language that is missing does not compile, nor does recording what is not listed.
 */
import { type Language, languages } from '../core/language.ts';

/** Short, without a subject: who did it and to what stand beside it. */
type Text = Readonly<Record<Language, string>>;

const eventTexts = {
  'platform/session/create': { en: 'Signed in', ja: 'サインインしました' },
  'platform/session/end': { en: 'Session ended', ja: 'セッションが終了しました' },
  'platform/session/confirm': { en: 'Confirmed anew who they are', ja: '重要な操作の前に本人確認が行われました' },
  'platform/signin/failed': { en: 'Sign-in failed', ja: 'サインインに失敗しました' },
  'platform/organization/create': { en: 'Organization created', ja: '組織が作成されました' },
  'platform/organization/settings': { en: 'Organization settings changed', ja: '組織の設定が変更されました' },
  'platform/organization/recover': {
    en: 'Administrator access recovered by the operator',
    ja: '運用者が管理者アクセスを復旧しました',
  },
  'platform/connection/create': { en: 'Connection created', ja: '接続が作成されました' },
  'platform/connection/update': { en: 'Connection’s name or use changed', ja: '接続の名前または用途が変更されました' },
  'platform/connection/readmetadata': {
    en: 'Metadata of an identity provider read',
    ja: 'IDプロバイダーのメタデータが読み取られました',
  },
  'platform/connection/metadatachanged': {
    en: 'Watched metadata of an identity provider differs',
    ja: 'IDプロバイダーのメタデータに差異が検出されました',
  },
  'platform/connection/keepsettings': {
    en: 'Difference to watched metadata kept',
    ja: 'メタデータとの差異を維持することにしました',
  },
  'platform/connection/draft': { en: 'Draft of a connection saved', ja: '接続の下書きが保存されました' },
  'platform/connection/discarddraft': { en: 'Draft of a connection discarded', ja: '接続の下書きが破棄されました' },
  'platform/connection/detect': { en: 'Gateway looked for', ja: 'Gatewayの検出が実行されました' },
  'platform/connection/test': { en: 'Connection tested', ja: '接続がテストされました' },
  'platform/connection/makelive': { en: 'Connection made live', ja: '接続が本番で有効になりました' },
  'platform/connection/rollback': {
    en: 'Connection put back to an earlier version',
    ja: '接続が以前のバージョンに戻されました',
  },
  'platform/connection/disconnect': { en: 'Connection disconnected', ja: '接続が切断されました' },
  'platform/connection/failing': { en: 'Connection began to fail', ja: '接続に障害が発生しました' },
  'platform/connection/recovered': { en: 'Connection works again', ja: '接続が復旧しました' },
  'platform/connection/signingkey': {
    en: 'Key that signs requests of a connection switched',
    ja: '接続の要求に署名する鍵が切り替えられました',
  },
  'platform/connection/secretexpiry': {
    en: 'Expiry date of a connection’s secret entered',
    ja: '接続のシークレットの有効期限が入力されました',
  },
  'platform/connection/delete': { en: 'Connection deleted', ja: '接続が削除されました' },
  'platform/identityprovider/azuread/connect': {
    en: 'Azure AD tenant connected',
    ja: 'Azure ADのテナントが接続されました',
  },
  'platform/setuplink/create': { en: 'Set-up link created', ja: '設定リンクが作成されました' },
  'platform/setuplink/open': { en: 'Set-up begun with a link', ja: '設定リンクから設定が開始されました' },
  'platform/setuplink/finish': { en: 'Set-up by a link finished', ja: '設定リンクによる設定が完了しました' },
  'platform/setuplink/revoke': { en: 'Set-up link revoked', ja: '設定リンクが取り消されました' },
  'platform/application/create': { en: 'Application registered', ja: 'アプリケーションが登録されました' },
  'platform/application/delete': { en: 'Application deleted', ja: 'アプリケーションが削除されました' },
  'platform/identity/create': { en: 'Identity created', ja: 'IDが作成されました' },
  'platform/identity/read': { en: 'Identity looked up by the operator', ja: '運用者がIDの情報を参照しました' },
  'platform/identity/update': { en: 'Identity changed', ja: 'IDが変更されました' },
  'platform/identity/reset': { en: 'Second factors reset by the operator', ja: '運用者が多要素認証をリセットしました' },
  'platform/identity/delete': { en: 'Identity deleted', ja: 'IDが削除されました' },
  'platform/authenticationdevice/create': { en: 'Authenticator app enrolled', ja: '認証アプリが登録されました' },
  'platform/authenticationdevice/delete': { en: 'Authenticator app removed', ja: '認証アプリの登録が削除されました' },
  'platform/authenticationcode/limit': {
    en: 'Too many wrong codes after the password',
    ja: 'パスワードの入力後に、コードの誤入力が上限に達しました',
  },
  'platform/backupcodes/create': { en: 'Backup codes created', ja: 'バックアップコードが発行されました' },
  'platform/backupcodes/use': { en: 'Backup code used', ja: 'バックアップコードが使用されました' },
  'platform/recoverycode/send': { en: 'Code sent by email', ja: 'コードがメールで送信されました' },
  'platform/recoverycode/use': { en: 'Code sent by email used', ja: 'メールで送られたコードが使用されました' },
  'platform/recoveryphone/update': { en: 'Recovery phone number changed', ja: '回復用の電話番号が変更されました' },
  'platform/termsofservice/accept': { en: 'Terms of service accepted', ja: '利用規約に同意しました' },
  'platform/termsofservice/decline': { en: 'Terms of service declined', ja: '利用規約に同意しませんでした' },
  'platform/passkey/create': { en: 'Passkey added', ja: 'パスキーが追加されました' },
  'platform/passkey/update': { en: 'Passkey renamed', ja: 'パスキーの名前が変更されました' },
  'platform/passkey/delete': { en: 'Passkey removed', ja: 'パスキーが削除されました' },
  'platform/password/change': { en: 'Password changed', ja: 'パスワードが変更されました' },
  'platform/password/forgot': { en: 'Password reset link mailed', ja: 'パスワード再設定のリンクが送信されました' },
  'platform/password/reset': {
    en: 'Password reset with a link from a mail',
    ja: 'メールのリンクからパスワードが再設定されました',
  },
  'platform/administrator/create': { en: 'Administrator added', ja: '管理者が追加されました' },
  'platform/administrator/invite': { en: 'Administrator invited', ja: '管理者が招待されました' },
  'platform/administrator/update': { en: 'Administrator’s access changed', ja: '管理者のアクセス権が変更されました' },
  'platform/administrator/delete': { en: 'Administrator removed', ja: '管理者が削除されました' },
  'platform/administratorgroup/create': { en: 'Administrator group added', ja: '管理者グループが追加されました' },
  'platform/administratorgroup/update': {
    en: 'Administrator group’s access changed',
    ja: '管理者グループのアクセス権が変更されました',
  },
  'platform/administratorgroup/delete': { en: 'Administrator group removed', ja: '管理者グループが削除されました' },
  'platform/clientadministrator/create': { en: 'Secure client created', ja: 'セキュアクライアントが作成されました' },
  'platform/clientadministrator/delete': { en: 'Secure client revoked', ja: 'セキュアクライアントが取り消されました' },
  'platform/clientadministrator/suspend': {
    en: 'Secure client suspended',
    ja: 'セキュアクライアントが一時停止されました',
  },
  'platform/clientadministrator/resume': { en: 'Secure client resumed', ja: 'セキュアクライアントが再開されました' },
  'platform/clientadministrator/signin': {
    en: 'Secure client signed in',
    ja: 'セキュアクライアントがサインインしました',
  },
  'platform/clientadministrator/signinfailed': {
    en: 'Sign-in of a secure client refused',
    ja: 'セキュアクライアントのサインインが拒否されました',
  },
  'platform/signingkeys/rotate': { en: 'Signing keys rotated', ja: '署名鍵が更新されました' },
  'platform/signingkeys/schedule': { en: 'Roll-over of a signing key planned', ja: '署名鍵の更新が予定されました' },
  'platform/sealingkey/rotate': { en: 'Sealing key rotated', ja: '封印鍵が更新されました' },
  'platform/database/backup': { en: 'Database backed up', ja: 'データベースがバックアップされました' },
  'platform/database/restore': { en: 'Database restored', ja: 'データベースが復元されました' },
  'platform/systemlogwebhook/create': { en: 'Log webhook created', ja: 'ログのWebhookが作成されました' },
  'platform/systemlogwebhook/update': { en: 'Log webhook changed', ja: 'ログのWebhookが変更されました' },
  'platform/systemlogwebhook/renewsecret': {
    en: 'Log webhook secret renewed',
    ja: 'ログのWebhookのシークレットが更新されました',
  },
  'platform/systemlogwebhook/enable': { en: 'Log webhook enabled', ja: 'ログのWebhookが有効になりました' },
  'platform/systemlogwebhook/disable': { en: 'Log webhook disabled', ja: 'ログのWebhookが無効になりました' },
  'platform/systemlogwebhook/delete': { en: 'Log webhook deleted', ja: 'ログのWebhookが削除されました' },
  'platform/systemlog/export': { en: 'System log exported', ja: 'システムログがエクスポートされました' },
  'platform/expirycalendar/create': {
    en: 'Calendar feed of expiry dates created',
    ja: '有効期限のカレンダーが作成されました',
  },
  'platform/expirycalendar/delete': {
    en: 'Calendar feed of expiry dates revoked',
    ja: '有効期限のカレンダーが取り消されました',
  },
  'platform/signintracelink/create': {
    en: 'Link to an explained sign-in created',
    ja: 'サインインの診断を共有するリンクが作成されました',
  },
  'platform/signintracelink/open': {
    en: 'Link to an explained sign-in opened for the first time',
    ja: 'サインインの診断を共有するリンクが初めて開かれました',
  },
  'platform/signintracelink/revoke': {
    en: 'Link to an explained sign-in revoked',
    ja: 'サインインの診断を共有するリンクが取り消されました',
  },
  'wxp/identityprovider/update': {
    en: 'Workspace sign-in method changed',
    ja: 'ワークスペースのサインイン方法が変更されました',
  },
  'wxp/url/update': { en: 'Workspace URL changed', ja: 'ワークスペースURLが変更されました' },
} as const satisfies Readonly<Record<`${string}/${string}/${string}`, Text>>;
export type SystemEvent = keyof typeof eventTexts;

export const systemEvents = Object.keys(eventTexts) as SystemEvent[];

/** What it says. An event that only a newer version knows is told by its name. */
export function eventText(event: string, language: Language): string {
  return isSystemEvent(event) ? eventTexts[event][language] : event;
}

export function isSystemEvent(event: string): event is SystemEvent {
  return Object.hasOwn(eventTexts, event);
}

/** LOG-4 `Message`: by BCP 47 tag. */
export function eventMessages(event: string): Record<string, string> {
  return Object.fromEntries(languages.map((language) => [regions[language], eventText(event, language)]));
}
const regions = { en: 'en-US', ja: 'ja-JP' } as const satisfies Record<Language, string>;

const targetTypeTexts = {
  organization: { en: 'Organization', ja: '組織' },
  connection: { en: 'Connection', ja: '接続' },
  application: { en: 'Application', ja: 'アプリケーション' },
  identity: { en: 'Identity', ja: 'ID' },
  administrator: { en: 'Administrator', ja: '管理者' },
  session: { en: 'Session', ja: 'セッション' },
  setuplink: { en: 'Set-up link', ja: '設定リンク' },
  clientadministrator: { en: 'Secure client', ja: 'セキュアクライアント' },
  key: { en: 'Key', ja: '鍵' },
  database: { en: 'Database', ja: 'データベース' },
  systemlog: { en: 'System log', ja: 'システムログ' },
  signintrace: { en: 'Sign-in', ja: 'サインイン' },
} as const satisfies Readonly<Record<string, Text>>;
export type TargetType = keyof typeof targetTypeTexts;

export function targetTypeText(type: string, language: Language): string {
  return Object.hasOwn(targetTypeTexts, type) ? targetTypeTexts[type as TargetType][language] : type;
}

/** Who did it. `setuplink`: whoever holds one, without an account. `system`: the CLI or the broker (the vendor's `CwcSystem`). */
export type Actor =
  | { type: 'administrator' | 'subscriber' | 'client' | 'setuplink'; id: string | null; name?: string | null }
  | { type: 'system' };

export interface Target {
  type: TargetType;
  id?: string | null;
  name?: string | null;
  /** Of a person. */
  email?: string | null;
}

/** Never a secret, a token, an assertion or the value of a person's attribute. */
export type EventDetail = Readonly<Record<string, string | number | boolean | null>>;

/** Properties of the target before or after it was changed (LOG-4). As `EventDetail`: no secret. */
export type Changes = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface SystemLogEntry {
  event: SystemEvent;
  /** Null: it concerns the installation. */
  organizationId: string | null;
  actor: Actor;
  target?: Target;
  detail?: EventDetail;
  before?: Changes;
  after?: Changes;
  /** The code on the vague page (CLM-1). */
  reference?: string;
  clientAddress?: string;
  userAgent?: string;
}

/** Somebody doing something: what all entries of one request have in common. */
export interface Act {
  actor: Actor;
  clientAddress?: string;
  userAgent?: string;
}

/** An entry by this somebody. */
export function entryBy(act: Act, what: Omit<SystemLogEntry, keyof Act>): SystemLogEntry {
  return { ...what, ...act };
}
