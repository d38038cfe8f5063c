/** On to the upstream by HTTP POST (SAML HTTP-POST binding): submits itself with script, by the button without. */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { accountsMessages } from './messages.ts';

export interface LeavingPage {
  purpose: 'sign-in' | 'sign-out';
  /** The upstream's endpoint; the response's `form-action` must name its origin. */
  action: string;
  /** `SAMLRequest`, `RelayState`. */
  fields: Readonly<Record<string, string>>;
  /** The connection's name. */
  provider: string;
  organization?: string;
}

export function leavingPage(context: PageContext, model: LeavingPage): Html {
  const m = accountsMessages[context.language].leaving;
  const signIn = model.purpose === 'sign-in';
  return cardPage(context, {
    title: signIn ? m.title : m.signOutTitle,
    organization: model.organization,
    lead: (signIn ? m.lead : m.signOutLead)(model.provider),
    body: html`<form method="post" action="${model.action}" data-auto-submit>
${Object.entries(model.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${actions(submitButton(sharedMessages[context.language].continue))}
</form>`,
  });
}
