/** The mark: a gate with a way through. Colours come from the stylesheet, so that it follows light and dark. */
import { type Html, html, trusted } from './html.ts';

const glyph = trusted(
  '<svg class="glyph" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">' +
    '<path d="M2.5 4c3 1.2 6.2 1.7 9.5 1.7s6.5-.5 9.5-1.7" /><path d="M4.5 10.5h15" />' +
    '<path d="M6.5 6v14.5M17.5 6v14.5" /><path class="way" d="M12 14v6.5" /></svg>',
);

/** Glyph and name; a link when there is somewhere to go. */
export function wordmark(href?: string): Html {
  const content = html`${glyph}<span class="wordmark-name">Sekisho</span>`;
  return href === undefined
    ? html`<span class="wordmark">${content}</span>`
    : html`<a class="wordmark" href="${href}">${content}</a>`;
}

/** The glyph alone, where the name of an organization stands beside it. */
export function gateGlyph(): Html {
  return glyph;
}
