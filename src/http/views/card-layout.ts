/** One card in the middle: everything that somebody sees who is not (or no longer) signed in. */
import { type Child, type Html, html } from './html.ts';
import { wordmark } from './mark.ts';
import { documentPage, languageSwitcher, type PageContext } from './page.ts';

export interface Card {
  title: string;
  /** Whose page this is: always in sight above the heading. */
  organization?: string | undefined;
  /** Of a task with several pages: which one this is, above the heading. */
  step?: string | undefined;
  /** One sentence below the heading. */
  lead?: Child;
  body?: Child;
  /** Below the card: another way, help. */
  aside?: Child;
  /** In the window's title only, e.g. "Error: ". */
  titlePrefix?: string | undefined;
  wide?: boolean;
  /** For the document's head. */
  head?: Child;
}

export function cardPage(context: PageContext, card: Card): Html {
  return documentPage(context, {
    title: `${card.titlePrefix ?? ''}${card.title}`,
    owner: card.organization,
    kind: card.wide ? 'card-page wide' : 'card-page',
    head: card.head,
    body: html`<header class="card-header">${wordmark()}</header>
<main id="content" tabindex="-1">
<div class="card">
${card.organization !== undefined && html`<p class="owner">${card.organization}</p>`}
${card.step !== undefined && html`<p class="owner">${card.step}</p>`}
<h1>${card.title}</h1>
${card.lead !== undefined && html`<p class="lead">${card.lead}</p>`}
${card.body}
</div>
${card.aside !== undefined && html`<div class="card-aside">${card.aside}</div>`}
</main>
<footer class="card-footer">${languageSwitcher(context)}</footer>`,
  });
}
