/** "Are you sure?" as a page of its own, so that it works without script. */
import { actions, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type ConsoleFrame, type ConsolePageId, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

export interface ConfirmPage {
  act: 'end_session' | 'end_other_sessions' | 'end_organization_sessions';
  /** Whose session, or which organization. */
  who: string;
  page: ConsolePageId;
  /** Receives `csrf` and the hidden fields. */
  action: string;
  csrf: string;
  hidden?: Readonly<Record<string, string>>;
  cancelHref: string;
}

export function confirmPage(context: PageContext, frame: ConsoleFrame, model: ConfirmPage): Html {
  const { language } = context;
  const m = consoleMessages[language];
  const text = m.confirm[model.act];
  return consolePage(context, frame, {
    page: model.page,
    title: text.title,
    above: [{ label: m.pages[model.page], href: model.cancelHref }],
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf, ...(model.hidden === undefined ? {} : { hidden: model.hidden }) },
      html`<p>${text.text(model.who)}</p>`,
      actions(
        submitButton(text.confirm, { kind: 'danger' }),
        linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary'),
      ),
    )}</div>`,
  });
}
