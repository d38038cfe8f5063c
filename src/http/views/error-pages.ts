/** Pages for what went wrong at the edge: vague outside, with the code under which the log is exact. */
import { cardPage } from './card-layout.ts';
import { type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import { type Reference, referenceBlock, type WayOn, wayOnward } from './notices.ts';
import type { PageContext } from './page.ts';
import { formatDuration } from './time.ts';

/** `request_refused` is for the OpenID Provider's `renderError`: what the relying party sent, never its own text. */
export type ErrorKind =
  | 'generic'
  | 'bad_request'
  | 'form_expired'
  | 'not_found'
  | 'forbidden'
  | 'too_many_requests'
  | 'unavailable'
  | 'request_refused';

export interface ErrorPage {
  kind: ErrorKind;
  organization?: string;
  reference?: Reference;
  wayOn?: WayOn;
  /** Milliseconds; shown by `too_many_requests` and `unavailable`. */
  retryAfter?: number;
}

export function errorPage(context: PageContext, model: ErrorPage): Html {
  const m = sharedMessages[context.language].error;
  const text = m[model.kind];
  return cardPage(context, {
    title: text.title,
    organization: model.organization,
    lead: text.text,
    body: html`${
      model.retryAfter !== undefined && html`<p>${m.retryIn(formatDuration(context.language, model.retryAfter))}</p>`
    }${model.wayOn && wayOnward(context.language, model.wayOn)}${referenceBlock(context, model.reference)}`,
  });
}
