/** Where every sign-out ends: says why, and how to come back. Also the content of oidc-provider's `postLogoutSuccess`. */
import type { EndReason } from '../../sessions/policy.ts';
import { cardPage } from './card-layout.ts';
import { type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import { type WayOn, wayOnward } from './notices.ts';
import type { PageContext } from './page.ts';

/** What ended the session (`sessions/policy.ts`); `unknown` when nothing is remembered of it. */
export type SignedOutReason = EndReason | 'unknown';

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
