/** What happened, what is wrong, what is not there yet. */

import type { Language } from '../../core/language.ts';
import { type Child, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import { type Reader, time } from './time.ts';
import { copyValue } from './values.ts';

export interface Flash {
  kind: 'success' | 'error' | 'information';
  text: string;
}

/** The outcome of the last act, after a redirect. Announced, and part of the page: it does not vanish by itself. */
export function flashMessage(flash: Flash | undefined): Html | undefined {
  if (!flash) return undefined;
  return html`<div class="notice ${flash.kind}" role="${flash.kind === 'error' ? 'alert' : 'status'}"><p>${flash.text}</p></div>`;
}

export function notice(kind: Flash['kind'] | 'warning', content: Child, title?: string): Html {
  return html`<div class="notice ${kind}">${title !== undefined && html`<p class="notice-title">${title}</p>`}<p>${content}</p></div>`;
}

/** Nothing to list: says what would stand here and what to do about it. */
export function emptyState(title: string, text: Child, action?: Child): Html {
  return html`<div class="empty"><p class="empty-title">${title}</p><p>${text}</p>${action}</div>`;
}

export interface Reference {
  /** `referenceCode()` of `core/random.ts`. */
  code: string;
  at: number;
}

/** The code that joins a vague page to the exact log line (SPEC CLM-1). */
export function referenceBlock(reader: Reader, reference: Reference | undefined): Html | undefined {
  if (!reference) return undefined;
  const m = sharedMessages[reader.language];
  return html`<div class="reference"><dl>
<div><dt>${m.referenceCode}</dt><dd>${copyValue(reader.language, m.referenceCode, reference.code)}</dd></div>
<div><dt>${m.referenceTime}</dt><dd>${time(reader, reference.at)}</dd></div>
</dl><p class="hint">${m.referenceHint}</p></div>`;
}

/** Where a stopped journey leads on to: there are no dead ends (ARCHITECTURE §3). */
export type WayOn =
  | { to: 'workspace'; organization: string; href: string }
  | { to: 'console' | 'signIn' | 'tryAgain' | 'signInAgain'; href: string }
  /** Without `href` (an application without home URL) the page names it and says to start again there. */
  | { to: 'application'; name?: string; href?: string };

/** A button to the place, or the sentence that says where to start again. */
export function wayOnward(language: Language, way: WayOn): Html {
  const m = sharedMessages[language].wayOn;
  if (way.to === 'application' && way.href === undefined)
    return html`<p>${way.name === undefined ? m.startAgain : m.startAgainAt(way.name)}</p>`;
  return html`<div class="actions"><a class="button primary" href="${way.href ?? ''}">${wayLabel(language, way)}</a></div>`;
}

function wayLabel(language: Language, way: WayOn): string {
  const m = sharedMessages[language].wayOn;
  if (way.to === 'workspace') return m.workspace(way.organization);
  if (way.to === 'application') return way.name === undefined ? m.signInAgain : m.application(way.name);
  return m[way.to];
}
