/** Which organization: a subscriber's workspace name, or an administrator's sign-in identifier (SPEC §1, CIT-1, AAD-5). */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { accountsMessages } from './messages.ts';

export interface OrganizationPage {
  /** `administrator` asks for the identifier, `subscriber` for the workspace. */
  purpose: 'administrator' | 'subscriber';
  /** Receives `organization` (a name or a whole URL) and `csrf`. */
  action: string;
  csrf?: string;
  value?: string;
  error?: 'empty' | 'malformed' | 'unknown';
  /** The relying party that asks. */
  application?: string;
  /** Back to email and password (administrators). */
  backHref?: string;
}

export function organizationPage(context: PageContext, model: OrganizationPage): Html {
  const { language } = context;
  const m = accountsMessages[language].organization;
  const administrator = model.purpose === 'administrator';
  return cardPage(context, {
    title: administrator ? m.administratorTitle : m.subscriberTitle,
    titlePrefix: model.error && sharedMessages[language].errorPrefix,
    lead: administrator ? m.administratorLead : m.subscriberLead(model.application),
    body: form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'organization',
        label: administrator ? m.administratorLabel : m.subscriberLabel,
        hint: administrator ? m.administratorHint : m.subscriberHint,
        autocomplete: 'organization',
        inputMode: 'url',
        maxLength: 200,
        value: model.value,
        autofocus: true,
        error: model.error && m[model.error],
      }),
      actions(submitButton(sharedMessages[language].continue)),
    ),
    aside: model.backHref !== undefined && html`<p><a href="${model.backHref}">${m.back}</a></p>`,
  });
}
