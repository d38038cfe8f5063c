/** What happened at one sign-in, for whoever has the link: no account, nothing to press, nothing of the organization's own. */
import { translations } from '../../core/language.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { explainedTrace, outcomeBadge } from '../../http/views/sign-in-trace.ts';
import { traceMessages } from '../../http/views/sign-in-trace-messages.ts';
import { time } from '../../http/views/time.ts';
import { definitionList, section } from '../../http/views/values.ts';
import type { Trace } from '../../signin/traces/traces.ts';
import type { Vendor } from '../../signin/vendors.ts';

const messages = translations({
  en: {
    title: (reference: string) => `Sign-in ${reference}`,
    lead: 'An administrator shares with you what happened at this sign-in. It holds no names, values or tokens.',
    outcome: 'Outcome',
    shownUntil: 'This page is shown until',
    goneTitle: 'This link shows nothing any more',
    gone: 'It has expired or was revoked, or the sign-in is older than 14 days. Ask the administrator who sent it for a new one.',
  },
  ja: {
    title: (reference: string) => `サインイン ${reference}`,
    lead: '管理者が、このサインインで起きたことを共有しています。氏名、属性の値、トークンは含まれません。',
    outcome: '結果',
    shownUntil: 'このページの有効期限',
    goneTitle: 'このリンクは無効です',
    gone: '有効期限が切れたか、取り消されたか、14日以上前のサインインです。リンクを送った管理者に、新しいリンクを依頼してください。',
  },
});

export interface ExplainedSignInPage {
  trace: Pick<Trace, 'reference' | 'beganAt' | 'outcome' | 'code' | 'steps'>;
  organization: string;
  /** The product at the other end: "Okta", "SAML 2.0". */
  provider: string | undefined;
  vendor?: Vendor | undefined;
  /** Milliseconds. */
  expiresAt: number;
}

export function explainedSignInPage(context: PageContext, model: ExplainedSignInPage): Html {
  const { language } = context;
  const m = messages[language];
  const shared = traceMessages[language];
  const { trace } = model;
  return cardPage(context, {
    title: m.title(trace.reference),
    organization: model.organization,
    lead: m.lead,
    wide: true,
    body: html`${explainedTrace(context, trace, model.vendor)}${section(
      shared.facts,
      definitionList([
        [m.outcome, outcomeBadge(language, trace.outcome)],
        [shared.began, time(context, trace.beganAt)],
        [shared.provider, model.provider],
        [m.shownUntil, time(context, model.expiresAt)],
      ]),
    )}`,
  });
}

export function explainedSignInGonePage(context: PageContext): Html {
  const m = messages[context.language];
  return cardPage(context, { title: m.goneTitle, lead: m.gone });
}
