/** A sign-in that cannot go on: too late, already finished, another browser's. Explains and leads on (ARCHITECTURE §3). */
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import { type Reference, referenceBlock, type WayOn, wayOnward } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { accountsMessages } from './messages.ts';

export interface AttemptPage {
  problem: 'over' | 'expired' | 'used' | 'other_browser' | 'unknown' | 'no_method' | 'incomplete';
  wayOn: WayOn;
  organization?: string;
  reference?: Reference;
}

export function attemptPage(context: PageContext, model: AttemptPage): Html {
  const text = accountsMessages[context.language].attempt[model.problem];
  return cardPage(context, {
    title: text.title,
    organization: model.organization,
    lead: text.text,
    body: html`${wayOnward(context.language, model.wayOn)}${referenceBlock(context, model.reference)}`,
  });
}
