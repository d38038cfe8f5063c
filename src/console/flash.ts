/** What the last act did, told on the page that its redirect leads to: a code from a closed list in `?done=`. */
import { type Language, translations } from '../core/language.ts';
import type { Flash } from '../http/views/notices.ts';

const messages = translations({
  en: {
    saved: 'The settings were saved. They apply at once.',
    unchanged: 'Nothing was changed.',
    session_ended: 'The session was ended.',
    sessions_ended: 'The sessions were ended.',
    session_gone: 'This session had ended already.',
    password_changed: 'Your password was changed, and your other sessions were ended.',
    passkey_added: 'The passkey was added. You can sign in with it from now on.',
    passkey_renamed: 'The passkey was renamed.',
    passkey_removed: 'The passkey was removed.',
    passkey_last: 'This passkey is your only second factor, so it stays. Enrol an authenticator app first.',
    client_revoked: 'The secure client was revoked.',
    client_gone: 'There is no such secure client; it may have been revoked already.',
    client_once: 'The secure client was created already; its secret is not shown again.',
  },
  ja: {
    saved: '設定を保存しました。ただちに適用されます。',
    unchanged: '変更はありません。',
    session_ended: 'セッションを終了しました。',
    sessions_ended: 'セッションをすべて終了しました。',
    session_gone: 'このセッションはすでに終了しています。',
    password_changed: 'パスワードを変更し、ほかのセッションを終了しました。',
    passkey_added: 'パスキーを追加しました。次回からサインインに使えます。',
    passkey_renamed: 'パスキーの名前を変更しました。',
    passkey_removed: 'パスキーを削除しました。',
    passkey_last: 'このパスキーは唯一の第2要素のため、削除できません。先に認証アプリを登録してください。',
    client_revoked: 'セキュアクライアントを取り消しました。',
    client_gone: 'このセキュアクライアントはありません。すでに取り消されている可能性があります。',
    client_once: 'このセキュアクライアントはすでに作成されています。シークレットは再表示されません。',
  },
});
export type Done = keyof (typeof messages)['en'];

const kinds: Readonly<Record<Done, Flash['kind']>> = {
  saved: 'success',
  unchanged: 'information',
  session_ended: 'success',
  sessions_ended: 'success',
  session_gone: 'information',
  password_changed: 'success',
  passkey_added: 'success',
  passkey_renamed: 'success',
  passkey_removed: 'success',
  passkey_last: 'error',
  client_revoked: 'success',
  client_gone: 'information',
  client_once: 'information',
};

export function flashOf(language: Language, done: string | undefined): Flash | undefined {
  if (done === undefined || !Object.hasOwn(kinds, done)) return undefined;
  return { kind: kinds[done as Done], text: messages[language][done as Done] };
}
