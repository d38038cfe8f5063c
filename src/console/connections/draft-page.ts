/** The form of the settings that are being prepared. What was typed stays, also when somebody else was quicker. */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type RefusalCode, refusalText } from '../../http/views/problem-texts.ts';
import { type SettingFields, settingFields, settingProblems } from '../../http/views/setting-fields.ts';
import { time } from '../../http/views/time.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { editorName } from './connection-words.ts';

const messages = translations({
  en: {
    title: 'Settings',
    titleOf: (name: string) => `Settings of ${name}`,
    leadLive: 'A change is prepared here. People sign in with the live settings until it has passed its test.',
    lead: 'You can save settings that are not complete, and go on later.',
    ours: 'Your identity provider wants to know our addresses first:',
    oursLink: 'values to copy',
    byImport: 'The quickest way is its metadata, from a URL, a file or pasted:',
    importLink: 'Import metadata',
    save: 'Save',
    saveAnyway: 'Save mine instead',
    conflict: 'Somebody else has saved these settings meanwhile',
    conflictText: (who: string) =>
      `${who} has saved them. Nothing of yours was saved. Below is what you typed; passwords and secrets have to be typed again. If you save it now, it replaces theirs.`,
    seeTheirs: 'Look at theirs (yours is lost)',
    somebody: 'The operator of this service',
    lostSecrets:
      'You have confirmed who you are, and what you entered was saved, except for secrets: enter them once more.',
    dropped: 'Stored secrets were deleted',
    droppedText:
      'An address that secrets are sent to has changed. So that nobody has them sent somewhere else, enter them again. What is live keeps its own.',
  },
  ja: {
    title: '設定',
    titleOf: (name: string) => `${name}の設定`,
    leadLive: 'ここでは変更を準備します。テストに合格するまで、現在の設定でサインインが続きます。',
    lead: '入力の途中でも保存でき、あとで続けられます。',
    ours: 'IDプロバイダーに先に登録する値：',
    oursLink: 'コピー用の値を表示',
    byImport: 'IDプロバイダーのメタデータ（URL、ファイル、貼り付け）から入力できます：',
    importLink: 'メタデータをインポート',
    save: '保存',
    saveAnyway: '自分の内容で保存',
    conflict: 'ほかの管理者がこの設定を先に保存しました',
    conflictText: (who: string) =>
      `${who}が先に保存したため、あなたの変更は保存されませんでした。以下はあなたが入力した内容です（シークレットは再入力が必要です）。このまま保存すると、先に保存された内容は置き換えられます。`,
    seeTheirs: '先に保存された内容を見る（入力内容は失われます）',
    somebody: 'サービスの運用者',
    lostSecrets:
      '本人確認が完了し、入力内容を保存しました。シークレットだけは保存されていないため、もう一度入力してください。',
    dropped: '保存されていたシークレットを削除しました',
    droppedText:
      'シークレットの送信先となるアドレスが変更されました。別の宛先に送信されないよう、もう一度入力してください。現在の設定のシークレットはそのまま残っています。',
  },
});

export interface DraftPage extends ConnectionHead {
  /** The settings that are live go on meanwhile. */
  isLive: boolean;
  fields: SettingFields;
  revision: number;
  /** Receives `revision`, `csrf` and the controls of `fields`. */
  action: string;
  csrf: string;
  /** Somebody else has saved; `revision` is theirs. `by`: null: the operator. */
  conflict?: { by: string | null; at: number; reloadHref: string };
  refusal?: RefusalCode;
  /** SAML: metadata by URL, file or paste fills the form. */
  importHref?: string;
  /** Secrets had been typed before the proof of who one is. */
  hasLostSecrets?: boolean;
}

export function draftPage(context: PageContext, frame: ConsoleFrame, model: DraftPage): Html {
  const { language } = context;
  const m = messages[language];
  const { fields, conflict, refusal } = model;
  const refused = refusal && refusalText(language, refusal);
  const problems = [...(refused ? [{ message: refused }] : []), ...settingProblems(language, fields)];
  return connectionPageFrame(context, frame, model, {
    title: m.titleOf(model.name),
    titlePrefix: problems.length > 0 || conflict ? sharedMessages[language].errorPrefix : undefined,
    lead: model.isLive ? m.leadLive : m.lead,
    body: html`${
      conflict &&
      html`<div class="notice error" role="alert"><p class="notice-title">${m.conflict}</p><p>${m.conflictText(editorName(context, conflict.by, m.somebody))} ${time(context, conflict.at)}</p><p><a href="${conflict.reloadHref}">${m.seeTheirs}</a></p></div>`
    }${model.hasLostSecrets && notice('information', m.lostSecrets)}${
      fields.dropped.size > 0 && notice('warning', m.droppedText, m.dropped)
    }${errorSummary(language, problems)}${
      !model.isLive && html`<p>${m.ours} <a href="${model.href}">${m.oursLink}</a></p>`
    }${model.importHref !== undefined && html`<p>${m.byImport} <a href="${model.importHref}">${m.importLink}</a></p>`}${form(
      { action: model.action, csrf: model.csrf, hidden: { revision: String(model.revision) } },
      settingFields(language, fields),
      actions(
        submitButton(conflict ? m.saveAnyway : m.save),
        linkButton(sharedMessages[language].cancel, model.href, 'secondary'),
      ),
    )}`,
  });
}
