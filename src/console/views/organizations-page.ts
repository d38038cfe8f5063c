/** Which organization to administer (SPEC CIT-9): after signing in, or from the switcher. No new sign-in. */
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { badge } from '../../http/views/values.ts';
import { consoleMessages } from './messages.ts';

export interface OrganizationsPage {
  person: string;
  organizations: readonly { name: string; orgId: string; href: string; current: boolean }[];
  /** Back to the console; absent when none has been chosen yet. */
  backHref?: string;
}

export function organizationsPage(context: PageContext, model: OrganizationsPage): Html {
  const m = consoleMessages[context.language].organizations;
  return cardPage(context, {
    title: m.title,
    lead: m.lead(model.person),
    body: html`<ul class="rows links">${model.organizations.map(
      (organization) =>
        html`<li><a href="${organization.href}"><span class="row-title">${organization.name}</span><span class="hint">${m.orgId(organization.orgId)}</span></a>${organization.current && badge('good', m.current)}</li>`,
    )}</ul>`,
    aside: model.backHref !== undefined && html`<p><a href="${model.backHref}">${m.back}</a></p>`,
  });
}
