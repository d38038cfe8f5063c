/** How subscribers sign in to the workspace: one of the connections that are live (ADM-2). */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, form, radioGroup, submitButton } from '../../http/views/form.ts';
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
  /** Nothing, or nothing that there is, was chosen. */
  isMissing?: boolean;
}

export function workspaceConfigurationPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: WorkspaceConfigurationPage,
): Html {
  const { language } = context;
  const m = messages[language];
  const error = model.isMissing ? m.missing : undefined;
  return consolePage(context, frame, {
    page: 'workspace_configuration',
    title: m.title,
    titlePrefix: error === undefined ? undefined : sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: html`${errorSummary(language, error === undefined ? [] : [{ field: 'connection', message: error }])}${section(
      m.workspace,
      definitionList([[m.url, copyValue(language, m.url, model.workspaceUrl)]]),
    )}${
      model.connections.length === 0
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
            actions(submitButton(m.save)),
          )
    }`,
  });
}
