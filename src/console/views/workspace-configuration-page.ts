/** How subscribers sign in to the workspace: one of the connections that are live (ADM-2). */
import { type Language, translations } from '../../core/language.ts';
import {
  actions,
  checkbox,
  errorSummary,
  field,
  form,
  linkButton,
  radioGroup,
  submitButton,
} from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { copyValue, definitionList, section } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';

const messages = translations({
  en: {
    title: 'Workspace configuration',
    lead: 'Where subscribers start, and how they sign in.',
    workspace: 'Workspace',
    url: 'Workspace URL',
    method: 'Sign-in method',
    methodLead: 'A change applies to the next sign-in. People who are signed in stay signed in.',
    choose: 'Subscribers sign in with',
    missing: 'Choose a connection.',
    impact:
      'From then on subscribers sign in elsewhere. People who are not known there cannot sign in, and people who sign in there for the first time get new accounts: what belonged to their earlier accounts does not follow.',
    understood: 'I understand the impact on the subscriber experience',
    notUnderstood: 'Confirm that you understand the impact.',
    find: 'Find a connection by name',
    findButton: 'Find',
    more: 'There are more connections than are shown here.',
    noneFound: 'No connection matches.',
    session: 'Sign-in settings',
    sessionLead: 'How long subscribers stay signed in, and whether they are always asked for their credentials.',
    sessionLink: 'Session settings',
    save: 'Save',
    emptyTitle: 'No connection can be chosen yet',
    empty: 'A connection can be chosen when it is live and meant for subscribers.',
  },
  ja: {
    title: 'ワークスペース構成',
    lead: '利用者がアクセスする場所と、サインイン方法です。',
    workspace: 'ワークスペース',
    url: 'ワークスペースURL',
    method: 'サインイン方法',
    methodLead: '変更は次回のサインインから適用されます。サインイン中の利用者には影響しません。',
    choose: '利用者のサインインに使用する接続',
    missing: '接続を選択してください。',
    impact:
      '変更後、利用者のサインイン先が変わります。新しいプロバイダーに登録されていない人はサインインできません。また、初めてサインインした人には新しいアカウントが作成され、以前のアカウントの情報は引き継がれません。',
    understood: '利用者への影響を理解しました',
    notUnderstood: '影響を理解したことを確認してください。',
    find: '接続を名前で検索',
    findButton: '検索',
    more: 'ここに表示されていない接続もあります。',
    noneFound: '該当する接続はありません。',
    session: 'サインインの設定',
    sessionLead: '利用者のサインインの有効期間と、認証情報を毎回要求するかどうかを設定します。',
    sessionLink: 'セッション設定',
    save: '保存',
    emptyTitle: '選択できる接続がありません',
    empty: '利用者向けの有効な接続を選択できます。',
  },
});

export interface WorkspaceConfigurationPage {
  /** Receives `connection`, `version` and `csrf`. */
  action: string;
  csrf: string;
  version: number;
  workspaceUrl: string;
  /** Live, and for subscribers. `kind`: the provider's label. */
  connections: readonly { id: string; name: string; kind: string }[];
  chosen: string | null;
  /** Present when there are too many to show; what was searched for. GET with `search`. */
  search?: string;
  /** `missing`: nothing, or nothing that there is, was chosen. */
  problem?: 'missing' | 'notUnderstood';
  sessionSettingsHref: string;
}

export function workspaceConfigurationPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: WorkspaceConfigurationPage,
): Html {
  const { language } = context;
  const m = messages[language];
  const { problem } = model;
  const error = problem === 'missing' ? m.missing : undefined;
  const notUnderstood = problem === 'notUnderstood' ? m.notUnderstood : undefined;
  const problems = [
    ...(error === undefined ? [] : [{ field: 'connection', message: error }]),
    ...(notUnderstood === undefined ? [] : [{ field: 'understood', message: notUnderstood }]),
  ];
  return consolePage(context, frame, {
    page: 'workspace_configuration',
    title: m.title,
    titlePrefix: problem === undefined ? undefined : sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: html`${errorSummary(language, problems)}${section(
      m.workspace,
      definitionList([[m.url, copyValue(language, m.url, model.workspaceUrl)]]),
    )}${model.search !== undefined && searchForm(language, model.action, model.search)}${
      model.connections.length === 0 && model.search === undefined
        ? emptyState(m.emptyTitle, m.empty)
        : form(
            { action: model.action, csrf: model.csrf, hidden: { version: String(model.version) } },
            section(
              m.method,
              radioGroup({
                name: 'connection',
                legend: m.choose,
                value: model.chosen ?? undefined,
                error,
                choices: model.connections.map(({ id, name, kind }) => ({ value: id, label: name, hint: kind })),
              }),
              { lead: m.methodLead },
            ),
            html`<div class="section"><p>${m.impact}</p>${checkbox({
              name: 'understood',
              label: m.understood,
              checked: false,
              error: notUnderstood,
            })}</div>`,
            actions(submitButton(m.save)),
          )
    }${section(m.session, actions(linkButton(m.sessionLink, model.sessionSettingsHref, 'secondary')), { lead: m.sessionLead })}`,
  });
}

function searchForm(language: Language, action: string, search: string): Html {
  const m = messages[language];
  return html`<div class="list-filters" role="search"><p class="hint">${m.more}</p>${form(
    { action, method: 'get' },
    html`<div class="filter-fields">${field({ name: 'search', label: m.find, value: search, maxLength: 100 })}${submitButton(m.findButton, { kind: 'secondary' })}</div>`,
  )}</div>`;
}
