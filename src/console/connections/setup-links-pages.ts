/** The links by which somebody without an account sets up a connection: a new one, and those that there are. */
import type { SetupLink } from '../../directory/connections/setup-links.ts';
import {
  actions,
  checkbox,
  errorSummary,
  field,
  form,
  linkButton,
  select,
  submitButton,
} from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, section, table } from '../../http/views/values.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { setupLinksMessages } from './setup-links-messages.ts';

export type SetupLinkProblem = 'emailInvalid' | 'daysInvalid' | 'tooMany' | 'tooManyToday' | 'notCitrix';

export interface SetupLinksPage extends ConnectionHead {
  links: readonly (SetupLink & { revokeAction?: string })[];
  csrf: string;
  /** Receives `email`, `language`, `days`, `mayFinish`, `once` and `csrf`. */
  action: string;
  /** Sending the form again makes no second link. */
  once: string;
  typed?: { email: string; language: string; days: string; mayFinish: boolean };
  problem?: SetupLinkProblem;
}

const fieldOf: Partial<Record<SetupLinkProblem, string>> = { emailInvalid: 'email', daysInvalid: 'days' };

export function setupLinksPage(context: PageContext, frame: ConsoleFrame, model: SetupLinksPage): Html {
  const { language } = context;
  const m = setupLinksMessages[language];
  const { problem, typed } = model;
  const at = problem && fieldOf[problem];
  const errorAt = (name: string) => (problem !== undefined && at === name ? m[problem] : undefined);
  const summary = problem === undefined ? [] : [{ ...(at !== undefined && { field: at }), message: m[problem] }];
  return connectionPageFrame(context, frame, model, {
    tab: '/setup-links',
    titlePrefix: problem === undefined ? undefined : sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: html`${errorSummary(language, summary)}${section(
      m.create,
      form(
        { action: model.action, csrf: model.csrf, hidden: { once: model.once } },
        field({
          name: 'email',
          label: m.email,
          hint: m.emailHint,
          type: 'email',
          value: typed?.email,
          maxLength: 254,
          error: errorAt('email'),
        }),
        select({
          name: 'language',
          label: m.language,
          choices: [
            { value: 'en', label: 'English' },
            { value: 'ja', label: '日本語' },
          ],
          value: typed?.language ?? language,
        }),
        field({
          name: 'days',
          label: m.days,
          hint: m.daysHint,
          inputMode: 'numeric',
          short: true,
          maxLength: 2,
          value: typed?.days ?? '7',
          error: errorAt('days'),
        }),
        checkbox({ name: 'mayFinish', label: m.mayFinish, hint: m.mayFinishHint, checked: typed?.mayFinish ?? false }),
        actions(submitButton(m.createButton)),
      ),
    )}${section(m.links, linksTable(context, model))}`,
  });
}

function linksTable(context: PageContext, { links, csrf }: SetupLinksPage): Html {
  const { language } = context;
  const m = setupLinksMessages[language];
  if (links.length === 0) return emptyState(m.none, m.noneText);
  return table(
    m.links,
    [
      { label: m.sentTo, kind: 'head' },
      { label: m.state },
      { label: m.created },
      { label: m.opened },
      { label: m.until },
      { label: m.actions, kind: 'actions' },
    ],
    links.map((link) => [
      html`${link.email ?? m.byHand}${link.mayFinish && html`<span class="sub">${m.finishes}</span>`}`,
      stateBadge(context, link),
      html`${time(context, link.createdAt)}${link.createdBy !== null && html`<span class="sub">${m.by(link.createdBy)}</span>`}`,
      link.openedFirstAt === null
        ? html`<span class="muted">–</span>`
        : html`${time(context, link.openedFirstAt)}${
            link.openedLastAt !== null &&
            link.openedLastAt !== link.openedFirstAt &&
            html`<span class="sub">${m.openedLast} ${time(context, link.openedLastAt)}</span>`
          }`,
      time(context, link.expiresAt),
      link.revokeAction !== undefined &&
        form(
          { action: link.revokeAction, csrf },
          submitButton(m.revoke, { kind: 'quiet', about: link.email ?? m.byHand }),
        ),
    ]),
  );
}

function stateBadge(context: PageContext, { state, outcome }: SetupLink): Html {
  const m = setupLinksMessages[context.language];
  const tone = { open: 'neutral', begun: 'warning', finished: 'good', revoked: 'neutral', expired: 'neutral' } as const;
  return html`${badge(tone[state], m.states[state])}${outcome !== null && html`<span class="sub">${m.outcomes[outcome]}</span>`}`;
}

export interface SetupLinkMadePage extends ConnectionHead {
  url: string;
  email: string | null;
  linksHref: string;
}

/** The answer to the form, and the only page that the link stands in. */
export function setupLinkMadePage(context: PageContext, frame: ConsoleFrame, model: SetupLinkMadePage): Html {
  const { language } = context;
  const m = setupLinksMessages[language];
  return connectionPageFrame(context, frame, model, {
    title: m.madeTitle,
    body: html`${notice('warning', m.once)}<div class="section"><p>${
      model.email === null ? m.passOn : m.mailed(model.email)
    }</p><p>${copyValue(language, m.link, model.url)}</p></div>${actions(linkButton(m.toList, model.linksHref, 'secondary'))}`,
  });
}
