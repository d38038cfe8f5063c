/** The upstream said no, or its answer could not be accepted. Vague here; the log is exact under the same code (CLM-1). */
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import { type Reference, referenceBlock, type WayOn, wayOnward } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { accountsMessages } from './messages.ts';

export interface UpstreamErrorPage {
  /** `no_access`: authenticated, but neither subscriber nor administrator here. */
  problem: 'denied' | 'failed' | 'unreachable' | 'reauthentication' | 'no_access';
  /** The connection's name, as its administrators call it. */
  provider: string;
  organization?: string;
  reference: Reference;
  /** Usually `{ to: 'tryAgain' }`: a new attempt, begun by the person and not by us. */
  wayOn: WayOn;
}

export function upstreamErrorPage(context: PageContext, model: UpstreamErrorPage): Html {
  const text = accountsMessages[context.language].upstream[model.problem];
  return cardPage(context, {
    title: text.title,
    organization: model.organization,
    lead: text.text(model.provider),
    body: html`${wayOnward(context.language, model.wayOn)}${referenceBlock(context, model.reference)}`,
  });
}
