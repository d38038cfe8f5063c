/** Where every sign-out ends: says why, and how to come back. Also the content of oidc-provider's `postLogoutSuccess`. */
import { cardPage } from './card-layout.ts';
import { type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import { type WayOn, wayOnward } from './notices.ts';
import type { PageContext } from './page.ts';

export type SignedOutReason =
  | 'signed_out'
  | 'inactivity'
  | 'time_limit'
  | 'upstream_limit'
  | 'ended_by_administrator'
  | 'ended_by_self'
  | 'access_removed'
  | 'replaced'
  | 'unknown';

export interface SignedOutPage {
  reason: SignedOutReason;
  organization?: string;
  wayOn?: WayOn;
  /** True when the upstream was not signed out: the page says that its session may live on. */
  upstreamRemains?: boolean;
}

export function signedOutPage(context: PageContext, model: SignedOutPage): Html {
  const m = sharedMessages[context.language].signedOut;
  return cardPage(context, {
    title: m.title,
    organization: model.organization,
    lead: m[model.reason],
    body: html`${model.upstreamRemains === true && html`<p class="hint">${m.elsewhere}</p>`}${model.wayOn && wayOnward(context.language, model.wayOn)}`,
  });
}
