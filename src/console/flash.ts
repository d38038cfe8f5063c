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
  },
  ja: {
    saved: '設定を保存しました。ただちに適用されます。',
    unchanged: '変更はありません。',
    session_ended: 'セッションを終了しました。',
    sessions_ended: 'セッションをすべて終了しました。',
    session_gone: 'このセッションはすでに終了しています。',
    password_changed: 'パスワードを変更し、ほかのセッションを終了しました。',
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
};

export function flashOf(language: Language, done: string | undefined): Flash | undefined {
  if (done === undefined || !Object.hasOwn(kinds, done)) return undefined;
  return { kind: kinds[done as Done], text: messages[language][done as Done] };
}
