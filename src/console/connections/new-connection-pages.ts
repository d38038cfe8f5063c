/** Connecting a provider: which kind, then what it is called and whom it is for. Its settings come next. */
import type { Text } from '../../../providers/provider.ts';
import { translations } from '../../core/language.ts';
import { actions, errorSummary, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { connectionsMessages } from './connections-messages.ts';
import { type HeadFields, headFields, headProblems } from './head-fields.ts';

const messages = translations({
  en: {
    title: 'Connect a provider',
    lead: 'What do people sign in with? Several connections of one kind are possible, each with its own name.',
    administrators: 'Administrators and subscribers',
    subscribers: 'Subscribers',
    kindTitle: (kind: string) => `Connect ${kind}`,
    kindLead: 'Nobody can sign in with it before its settings are complete and have passed a test.',
    next: 'Continue to settings',
  },
  ja: {
    title: 'プロバイダーを接続',
    lead: 'サインインに使用するプロバイダーを選択してください。同じ種類の接続を、別々の名前で複数作成できます。',
    administrators: '管理者と利用者',
    subscribers: '利用者',
    kindTitle: (kind: string) => `${kind}を接続`,
    kindLead: '設定を入力し、テストに合格するまで、この接続ではサインインできません。',
    next: '設定に進む',
  },
});

export interface KindsPage {
  listHref: string;
  kinds: readonly { label: string; about?: Text; forAdministrators: boolean; href: string }[];
}

export function kindsPage(context: PageContext, frame: ConsoleFrame, model: KindsPage): Html {
  const { language } = context;
  const m = messages[language];
  return consolePage(context, frame, {
    page: 'connections',
    title: m.title,
    lead: m.lead,
    above: [{ label: connectionsMessages[language].title, href: model.listHref }],
    body: html`<ul class="kinds">${model.kinds.map(
      ({ label, about, forAdministrators, href }) =>
        html`<li class="section"><h2><a href="${href}">${label}</a></h2>${about && html`<p>${about[language]}</p>`}<p class="hint">${forAdministrators ? m.administrators : m.subscribers}</p></li>`,
    )}</ul>`,
  });
}

export interface NewConnectionPage extends HeadFields {
  kind: string;
  about?: Text;
  /** Receives `name`, `subscribers`, `administrators`, `identifier` and `csrf`. */
  action: string;
  csrf: string;
  listHref: string;
  kindsHref: string;
}

export function newConnectionPage(context: PageContext, frame: ConsoleFrame, model: NewConnectionPage): Html {
  const { language } = context;
  const m = messages[language];
  const problems = headProblems(language, model);
  return consolePage(context, frame, {
    page: 'connections',
    title: m.kindTitle(model.kind),
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    lead: m.kindLead,
    above: [
      { label: connectionsMessages[language].title, href: model.listHref },
      { label: m.title, href: model.kindsHref },
    ],
    body: html`${errorSummary(language, problems)}<div class="section">${model.about && html`<p>${model.about[language]}</p>`}${form(
      { action: model.action, csrf: model.csrf },
      headFields(language, model),
      actions(submitButton(m.next), linkButton(sharedMessages[language].cancel, model.kindsHref, 'secondary')),
    )}</div>`,
  });
}
