/** Finding the way: breadcrumbs, tabs, pages of a list. */

import type { Language } from '../../core/language.ts';
import { attributes, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';

export interface Link {
  label: string;
  href: string;
}

/** The pages above this one; the page itself is its heading. */
export function breadcrumbs(language: Language, above: readonly Link[]): Html {
  return html`<nav class="breadcrumbs" aria-label="${sharedMessages[language].breadcrumbs}"><ol>${above.map(
    (link) => html`<li><a href="${link.href}">${link.label}</a></li>`,
  )}</ol></nav>`;
}

/** Parts of one page, each with an address of its own. */
export function tabs(label: string, links: readonly (Link & { current?: boolean })[]): Html {
  return html`<nav class="tabs" aria-label="${label}">${links.map(
    (link) =>
      html`<a href="${link.href}"${attributes({ 'aria-current': link.current ? 'page' : undefined })}>${link.label}</a>`,
  )}</nav>`;
}

/** Renders nothing when everything fits on one page. */
export function pagination(language: Language, links: { previous?: string; next?: string }): Html | undefined {
  if (links.previous === undefined && links.next === undefined) return undefined;
  const m = sharedMessages[language];
  return html`<nav class="pagination" aria-label="${m.pages}">${
    links.previous !== undefined &&
    html`<a class="button secondary" rel="prev" href="${links.previous}">${m.previous}</a>`
  }${links.next !== undefined && html`<a class="button secondary" rel="next" href="${links.next}">${m.next}</a>`}</nav>`;
}
