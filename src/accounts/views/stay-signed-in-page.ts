/** Native applications ask during sign-in whether to stay signed in (SPEC SES-4). */
import { cardPage } from '../../http/views/card-layout.ts';
import { form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { formatDuration } from '../../http/views/time.ts';
import { accountsMessages } from './messages.ts';

export interface StaySignedInPage {
  /** Receives `stay=yes` or `stay=no`, and `csrf`. */
  action: string;
  csrf: string;
  application: string;
  organization?: string;
  /** Milliseconds. */
  agreed: { period: number; inactivity: number };
  declined: { period: number };
}

export function staySignedInPage(context: PageContext, model: StaySignedInPage): Html {
  const { language } = context;
  const m = accountsMessages[language].stay;
  const duration = (milliseconds: number) => formatDuration(language, milliseconds);
  return cardPage(context, {
    title: m.title,
    organization: model.organization,
    lead: m.lead(model.application),
    body: form(
      { action: model.action, csrf: model.csrf },
      html`<div class="choices">
<div>${submitButton(m.agree, { name: 'stay', value: 'yes' })}<p class="hint">${m.agreeHint(duration(model.agreed.period), duration(model.agreed.inactivity))}</p></div>
<div>${submitButton(m.decline, { name: 'stay', value: 'no', kind: 'secondary' })}<p class="hint">${m.declineHint(duration(model.declined.period))}</p></div>
</div>`,
      html`<p class="hint">${m.shared}</p>`,
    ),
  });
}
