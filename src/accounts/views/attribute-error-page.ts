/** Attributes that are missing or unusable (CLM-1, CLM-2): their names, the claims they feed, who can fix it. Never a value. */
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import { type Reference, referenceBlock, type WayOn, wayOnward } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { table } from '../../http/views/values.ts';
import { accountsMessages } from './messages.ts';

export interface AttributeProblem {
  /** The connection's own name of the attribute or claim. */
  attribute: string;
  /** The claim of ours that it feeds, e.g. `cip_sid`. */
  claim: string;
  problem: 'missing' | 'empty' | 'several' | 'malformed' | 'too_long';
}

export interface AttributeErrorPage {
  provider: string;
  organization?: string;
  problems: readonly AttributeProblem[];
  reference: Reference;
  wayOn: WayOn;
}

export function attributeErrorPage(context: PageContext, model: AttributeErrorPage): Html {
  const m = accountsMessages[context.language].attributes;
  const missing = model.problems.every((each) => each.problem === 'missing');
  return cardPage(context, {
    title: missing ? m.title : m.titleInvalid,
    organization: model.organization,
    wide: true,
    lead: m.lead(model.provider),
    body: html`${table(
      m.caption,
      [
        { label: m.attribute, kind: 'head' },
        { label: m.feeds, kind: 'short' },
        { label: m.problem, kind: 'short' },
      ],
      model.problems.map((each) => [
        html`<code>${each.attribute}</code>`,
        html`<code>${each.claim}</code>`,
        m[each.problem],
      ]),
    )}
<div><h2>${m.who}</h2><p>${m.whoText(model.provider)}</p></div>
${wayOnward(context.language, model.wayOn)}${referenceBlock(context, model.reference)}`,
  });
}
