/**
 * The warning before an inactivity sign-out (SPEC SES-9): a dialog where script runs, a meta refresh where not.
 * The server decides in any case; a page left open only learns of it.
 */
import { type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import type { PageContext } from './page.ts';

export interface SessionWarning {
  /** Windows of the same realm tell one another about activity. */
  realm: string;
  /** Milliseconds until the session ends for inactivity. */
  endsIn: number;
  /** Milliseconds of warning before. */
  warnFor: number;
  /** A GET that shows this page again: opening it is activity (SES-7). */
  stayHref: string;
  /** A GET that is not activity: says why the session ended, or leads back while it lives on. */
  endedHref: string;
}

export function sessionWarningDialog(context: PageContext, warning: SessionWarning | undefined): Html | undefined {
  if (!warning) return undefined;
  const m = sharedMessages[context.language].sessionWarning;
  return html`<dialog class="dialog" aria-labelledby="warning-title" data-realm="${warning.realm}" data-ends-in="${Math.ceil(warning.endsIn / 1000)}" data-warn-for="${Math.ceil(warning.warnFor / 1000)}" data-ended="${warning.endedHref}">
<h2 id="warning-title">${m.title}</h2>
<p>${m.text}</p>
<p>${m.remaining}: <strong class="numbers" data-left></strong></p>
<div class="actions"><a class="button primary" href="${warning.stayHref}" autofocus>${m.stay}</a></div>
</dialog>`;
}

/** For the head of the same page. */
export function sessionWarningRefresh(warning: SessionWarning | undefined): Html | undefined {
  if (!warning) return undefined;
  const seconds = Math.ceil(warning.endsIn / 1000) + 1;
  return html`<noscript><meta http-equiv="refresh" content="${seconds};url=${warning.endedHref}"></noscript>`;
}
