/** Which organization to administer (SPEC CIT-9): after signing in, or from the switcher. No new sign-in. */
import { translations } from '../../core/language.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { badge } from '../../http/views/values.ts';
import { consoleMessages } from './messages.ts';

export interface OrganizationsPage {
  person: string;
  organizations: readonly {
    name: string;
    orgId: string;
    customerId: string;
    href: string;
    current: boolean;
    /** Opens by itself after signing in with this browser; one at most. */
    remembered: boolean;
  }[];
  /** Receives `organization` (customer id, or empty to forget) and `csrf`. */
  remember: { action: string; csrf: string };
  signOut: { action: string; csrf: string };
  /** Back to the console; absent when none has been chosen yet. */
  backHref?: string;
}

const messages = translations({
  en: {
    remember: 'Always open',
    forget: 'Ask me again',
    remembered: (name: string) =>
      `${name} opens by itself when you sign in with this browser. You can always switch here.`,
    hint: 'With “Always open” this browser remembers your choice and does not ask next time.',
  },
  ja: {
    remember: '常に開く',
    forget: '毎回確認する',
    remembered: (name: string) =>
      `このブラウザーでサインインすると、${name}が自動的に開きます。切り替えはいつでもこのページでできます。`,
    hint: '「常に開く」を選ぶと、このブラウザーに選択が保存され、次回から確認されません。',
  },
});

export function organizationsPage(context: PageContext, model: OrganizationsPage): Html {
  const m = consoleMessages[context.language].organizations;
  const own = messages[context.language];
  const remembered = model.organizations.find((organization) => organization.remembered);
  return cardPage(context, {
    title: m.title,
    lead: m.lead(model.person),
    wide: true,
    body: html`<ul class="rows links">${model.organizations.map(
      (organization) =>
        html`<li><a href="${organization.href}"><span class="row-title">${organization.name}</span><span class="hint">${m.orgId(organization.orgId)}</span></a>${organization.current && badge('good', m.current)}${rememberForm(context, model, organization)}</li>`,
    )}</ul><p class="hint below">${remembered ? own.remembered(remembered.name) : own.hint}</p>`,
    aside: html`${model.backHref !== undefined && html`<p><a href="${model.backHref}">${m.back}</a></p>`}${form(
      model.signOut,
      submitButton(sharedMessages[context.language].signOut, { kind: 'quiet' }),
    )}`,
  });
}

function rememberForm(
  { language }: PageContext,
  { remember }: OrganizationsPage,
  { name, customerId, remembered }: OrganizationsPage['organizations'][number],
): Html {
  const m = messages[language];
  return form(
    { action: remember.action, csrf: remember.csrf, hidden: { organization: remembered ? '' : customerId } },
    submitButton(remembered ? m.forget : m.remember, { kind: 'quiet', about: name }),
  );
}
