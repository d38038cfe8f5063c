/** The current one-time code, in a frame of the start page: it renews itself without moving the page around it. */
import { type Html, html } from '../../../src/http/views/html.ts';
import { documentPage, type PageContext } from '../../../src/http/views/page.ts';
import { copyValue } from '../../../src/http/views/values.ts';
import type { OneTimeCode } from '../facts.ts';
import { startPageMessages } from './messages.ts';

export function codePage(context: PageContext, { digits, remaining }: OneTimeCode): Html {
  const m = startPageMessages[context.language];
  const seconds = Math.max(1, Math.round(remaining / 1000));
  return documentPage(context, {
    title: m.code,
    kind: 'one-time-code',
    head: html`<link rel="stylesheet" href="/demo.css">`,
    body: html`<main id="content"><h1 class="hidden-text">${m.code}</h1>${copyValue(context.language, m.code, digits)}
<svg class="time-left" viewBox="0 0 30 1" preserveAspectRatio="none" role="img" aria-label="${m.codeLasts(seconds)}"><rect width="${seconds}" height="1"><animate attributeName="width" from="${seconds}" to="0" dur="${seconds}s" fill="freeze"/></rect></svg></main>`,
  });
}
