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
    invited: 'The invitation was sent.',
    invitation_resent: 'The invitation was sent again. It is valid as long as before; earlier links are void.',
    invitations_resent: 'The invitations were sent again. They are valid as long as before; earlier links are void.',
    group_added: 'The group was added.',
    access_changed: 'The access was changed. It applies at once.',
    administrator_removed: 'The administrator was deleted.',
    administrators_removed: 'The administrators were deleted.',
    nothing_selected: 'Nothing was selected.',
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
    invited: '招待を送信しました。',
    invitation_resent: '招待を再送信しました。有効期限は変わりません。以前のリンクは無効です。',
    invitations_resent: '招待を再送信しました。有効期限は変わりません。以前のリンクは無効です。',
    group_added: 'グループを追加しました。',
    access_changed: 'アクセス権を変更しました。ただちに適用されます。',
    administrator_removed: '管理者を削除しました。',
    administrators_removed: '管理者を削除しました。',
    nothing_selected: '選択されていません。',
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
  invited: 'success',
  invitation_resent: 'success',
  invitations_resent: 'success',
  group_added: 'success',
  access_changed: 'success',
  administrator_removed: 'success',
  administrators_removed: 'success',
  nothing_selected: 'information',
};

export function flashOf(language: Language, done: string | undefined): Flash | undefined {
  if (done === undefined || !Object.hasOwn(kinds, done)) return undefined;
  return { kind: kinds[done as Done], text: messages[language][done as Done] };
}
