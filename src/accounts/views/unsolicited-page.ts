/** IdP-initiated SAML (SML-4): refused, with what to do instead. */
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import { type Reference, referenceBlock, wayOnward } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { accountsMessages } from './messages.ts';

export interface UnsolicitedPage {
  /** Only when the organization is known by something other than the unverified message. */
  workspace?: { organization: string; url: string };
  reference: Reference;
}

export function unsolicitedPage(context: PageContext, model: UnsolicitedPage): Html {
  const m = accountsMessages[context.language].unsolicited;
  const { workspace } = model;
  return cardPage(context, {
    title: m.title,
    organization: workspace?.organization,
    lead: m.lead,
    body: html`<div><h2>${m.whatTitle}</h2><ul class="steps"><li>${
      workspace ? m.openKnown(workspace.url) : m.openWorkspace
    }</li><li>${m.bookmark}</li></ul></div>
${workspace && wayOnward(context.language, { to: 'workspace', organization: workspace.organization, href: workspace.url })}
${referenceBlock(context, model.reference)}`,
  });
}
