/** "Are you sure?" before an act on a connection, and why it was refused. */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type RefusalCode, refusalText } from '../../http/views/problem-texts.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';

const messages = translations({
  en: {
    back: 'Back to the connection',
    workspaceConfiguration: 'Workspace configuration',
    acts: {
      edit: { title: 'Edit settings', text: '', confirm: '' },
      live: { title: 'Make live', text: '', confirm: '' },
      discard: {
        title: 'Discard the changes?',
        text: 'What was prepared is deleted. The live settings stay as they are.',
        confirm: 'Discard changes',
      },
      disconnect: {
        title: 'Disconnect?',
        text: 'Everybody who signed in with this connection is signed out, and nobody can sign in with it any more. Its secrets, its prepared changes and its earlier versions are deleted. Who signed in with it is still known: connected again, the same people have the same accounts. The identifier is kept for your organization for 90 days.',
        confirm: 'Disconnect',
      },
      remove: {
        title: 'Delete the connection?',
        text: 'It is deleted with its settings and secrets, and with the administrators and groups that signed in by it. This cannot be undone.',
        confirm: 'Delete',
      },
      rollback: {
        title: 'Go back to this version?',
        text: 'Its settings become live at once, as a new version. The next sign-ins use them.',
        confirm: 'Go back to this version',
      },
    },
  },
  ja: {
    back: '接続に戻る',
    workspaceConfiguration: 'ワークスペース構成',
    acts: {
      edit: { title: '設定の編集', text: '', confirm: '' },
      live: { title: '設定の有効化', text: '', confirm: '' },
      discard: {
        title: '変更を破棄しますか？',
        text: '準備した内容は削除されます。現在の設定は変わりません。',
        confirm: '変更を破棄',
      },
      disconnect: {
        title: '切断しますか？',
        text: 'この接続でサインインしている全員がサインアウトされ、以後サインインできなくなります。シークレット、準備中の変更、以前のバージョンは削除されます。サインインした人の情報は残り、再接続すれば同じアカウントを引き続き使用できます。識別子は90日間、この組織のために確保されます。',
        confirm: '切断',
      },
      remove: {
        title: '接続を削除しますか？',
        text: '設定とシークレット、およびこの接続でサインインする管理者とグループの登録が削除されます。元に戻せません。',
        confirm: '削除',
      },
      rollback: {
        title: 'このバージョンに戻しますか？',
        text: 'このバージョンの設定が、新しいバージョンとしてただちに有効になります。次回のサインインから使用されます。',
        confirm: 'このバージョンに戻す',
      },
    },
  },
});
export type ConfirmConnectionAct = keyof (typeof messages)['en']['acts'];

export interface ConfirmConnectionPage extends ConnectionHead {
  act: ConfirmConnectionAct;
  /** Why it cannot be done; nothing is asked then. */
  refusal?: RefusalCode;
  /** Where the workspace's method is chosen, when that is what stands in the way. */
  workspaceConfigurationHref?: string;
  /** Receives `version` and `csrf`. */
  action?: string;
  csrf?: string;
  version?: number;
  /** What the act changes. */
  detail?: Child;
}

export function confirmConnectionPage(context: PageContext, frame: ConsoleFrame, model: ConfirmConnectionPage): Html {
  const { language } = context;
  const m = messages[language];
  const text = m.acts[model.act];
  const refused = model.refusal && refusalText(language, model.refusal);
  return connectionPageFrame(context, frame, model, {
    title: text.title,
    titlePrefix: refused ? sharedMessages[language].errorPrefix : undefined,
    body: refused
      ? html`${errorSummary(language, [{ message: refused }])}${actions(
          linkButton(m.back, model.href),
          model.workspaceConfigurationHref !== undefined &&
            linkButton(m.workspaceConfiguration, model.workspaceConfigurationHref, 'secondary'),
        )}`
      : html`<div class="section">${form(
          { action: model.action ?? '', csrf: model.csrf, hidden: { version: String(model.version) } },
          html`<p>${text.text}</p>${model.detail}`,
          actions(
            submitButton(text.confirm, { kind: 'danger' }),
            linkButton(sharedMessages[language].cancel, model.href, 'secondary'),
          ),
        )}</div>`,
  });
}
