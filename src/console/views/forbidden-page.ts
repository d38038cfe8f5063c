/** 403 inside the console: what the page needs and who can give it. */
import { actions, linkButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { type Reference, referenceBlock } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

export interface ForbiddenPage {
  /** Full access, or the name of one permission (SPEC ADM-2). */
  needs: 'full' | { permission: string };
  backHref: string;
  reference?: Reference;
}

export function forbiddenPage(context: PageContext, frame: ConsoleFrame, model: ForbiddenPage): Html {
  const m = consoleMessages[context.language].forbidden;
  return consolePage(context, frame, {
    title: m.title,
    lead: model.needs === 'full' ? m.full : m.permission(model.needs.permission),
    body: html`<p>${m.who}</p>${actions(linkButton(m.back, model.backHref))}${referenceBlock(context, model.reference)}`,
  });
}
