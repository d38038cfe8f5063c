/** On to the upstream by HTTP POST (SAML HTTP-POST binding): submits itself with script, by the button without. */
import { translations } from '../../core/language.ts';
import { cardPage } from './card-layout.ts';
import { actions, submitButton } from './form.ts';
import { type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import type { PageContext } from './page.ts';

const messages = translations({
  en: {
    title: 'Taking you to your sign-in page',
    lead: (provider: string) => `${provider} asks you to sign in. If nothing happens, continue here.`,
    signOutTitle: 'Signing you out',
    signOutLead: (provider: string) => `${provider} is signing you out, too. If nothing happens, continue here.`,
  },
  ja: {
    title: 'サインインページに移動しています',
    lead: (provider) => `${provider}でサインインします。自動的に移動しない場合は、下のボタンを押してください。`,
    signOutTitle: 'サインアウトしています',
    signOutLead: (provider) =>
      `${provider}からもサインアウトします。自動的に移動しない場合は、下のボタンを押してください。`,
  },
});

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
  const m = messages[context.language];
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
