/** Name, uses and identifier of a connection. They act at once: there is nothing to test. */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { type HeadFields, headFields, headProblems } from './head-fields.ts';

const messages = translations({
  en: {
    lead: 'A change acts at once. Whoever signed in for a use that you take away is signed out.',
    save: 'Save',
  },
  ja: {
    lead: '変更はただちに適用されます。外した用途でサインインしている人はサインアウトされます。',
    save: '保存',
  },
});

export interface DetailsPage extends ConnectionHead {
  fields: HeadFields;
  version: number;
  /** Receives the fields, `version` and `csrf`. */
  action: string;
  csrf: string;
}

export function detailsPage(context: PageContext, frame: ConsoleFrame, model: DetailsPage): Html {
  const { language } = context;
  const m = messages[language];
  const problems = headProblems(language, model.fields);
  return connectionPageFrame(context, frame, model, {
    tab: '/details',
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    body: html`${errorSummary(language, problems)}<div class="section"><p class="section-lead">${m.lead}</p>${form(
      { action: model.action, csrf: model.csrf, hidden: { version: String(model.version) } },
      headFields(language, model.fields),
      actions(submitButton(m.save), linkButton(sharedMessages[language].cancel, model.href, 'secondary')),
    )}</div>`,
  });
}
