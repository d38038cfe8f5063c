/** Pages for what went wrong at the edge: vague outside, with the code under which the log is exact. */
import type { AppErrorCode } from '../../core/errors.ts';
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
  | 'signed_out'
  | 'not_found'
  | 'forbidden'
  | 'conflict'
  | 'too_many_requests'
  | 'unavailable'
  | 'request_refused';

/** What a person sees for each of our errors. */
export const errorKindOf: Readonly<Record<AppErrorCode, ErrorKind>> = {
  request_invalid: 'bad_request',
  field_repeated: 'bad_request',
  signed_out: 'signed_out',
  forbidden: 'forbidden',
  cross_site_refused: 'form_expired',
  not_found: 'not_found',
  method_not_allowed: 'bad_request',
  conflict: 'conflict',
  gone: 'not_found',
  precondition_failed: 'conflict',
  too_large: 'bad_request',
  media_type_refused: 'bad_request',
  host_unknown: 'not_found',
  too_many_requests: 'too_many_requests',
  internal: 'generic',
  upstream_failed: 'generic',
  unavailable: 'unavailable',
};

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
