/** The register of everything that expires, secrets without a date, and the calendar's address (shown once). */
import type { ExpiryFeed } from '../../directory/expiry-feeds.ts';
import { form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section, type Tone, table } from '../../http/views/values.ts';
import type { ExpiryItem, UndatedSecret } from '../../upkeep/expiry-register.ts';
import { daysLeft, daysLeftText, expiryKindText } from '../../upkeep/expiry-words.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { expiryMessages } from './expiry-messages.ts';
import { consoleMessages } from './messages.ts';

export interface ExpiryPage {
  now: number;
  items: readonly (ExpiryItem & { connectionHref?: string; datesHref?: string })[];
  undated: readonly (UndatedSecret & { datesHref: string })[];
  feed?: ExpiryFeed;
  /** Just made: this is the only time that it is shown. */
  feedUrl?: string;
  csrf: string;
  /** POST; `create` receives `language`. */
  actions: Readonly<Record<'create' | 'revoke', string>>;
}

/** Of ten thousand connections nobody reads all. */
const shownItems = 200;

export function expiryPage(context: PageContext, frame: ConsoleFrame, model: ExpiryPage): Html {
  const { language } = context;
  const m = expiryMessages[language];
  const { items, undated, feedUrl } = model;
  return consolePage(context, frame, {
    page: 'expiry',
    title: consoleMessages[language].pages.expiry,
    lead: m.lead,
    body: html`${
      feedUrl !== undefined &&
      html`<div class="notice success" role="status"><p class="notice-title">${m.newTitle}</p><p>${m.newText}</p><p>${copyValue(language, m.address, feedUrl)}</p></div>`
    }${
      items.length === 0
        ? emptyState(m.emptyTitle, m.empty)
        : table(
            m.caption,
            [
              { label: m.what, kind: 'head' },
              { label: m.connection },
              { label: m.expires, kind: 'short' },
              { label: m.left, kind: 'short' },
              { label: m.change, kind: 'actions' },
            ],
            items.slice(0, shownItems).map((item) => row(context, model.now, item)),
          )
    }${items.length > shownItems && html`<p class="hint">${m.more(items.length - shownItems)}</p>`}${
      undated.length > 0 &&
      section(
        m.undated,
        table(
          m.undated,
          [{ label: m.connection, kind: 'head' }, { label: m.secret }, { label: m.enter, kind: 'actions' }],
          undated
            .slice(0, shownItems)
            .map(({ connection, label, datesHref }) => [
              connection.name,
              label[language],
              linkButton(m.enter, datesHref, 'secondary'),
            ]),
        ),
        { lead: m.undatedLead },
      )
    }${calendar(context, model)}`,
  });
}

function row(
  context: PageContext,
  now: number,
  item: ExpiryItem & { connectionHref?: string; datesHref?: string },
): Child[] {
  const { language } = context;
  const m = expiryMessages[language];
  const { kind, what, connection, connectionHref, datesHref, expiresAt } = item;
  return [
    kind === 'secret'
      ? what[language]
      : html`${expiryKindText(kind, language)}<br><span class="muted">${what[language]}</span>`,
    connection === undefined
      ? m.installation
      : html`<a href="${connectionHref ?? ''}">${connection.name}</a>${connection.isDraft && html` <span class="muted">(${m.draft})</span>`}`,
    time(context, expiresAt),
    badge(toneOf(daysLeft(expiresAt, now)), daysLeftText(expiresAt, now, language)),
    datesHref === undefined ? '' : linkButton(m.change, datesHref, 'quiet'),
  ];
}

function toneOf(days: number): Tone {
  if (days < 7) return 'bad';
  return days < 30 ? 'warning' : 'neutral';
}

function calendar(context: PageContext, { feed, csrf, actions }: ExpiryPage): Html {
  const { language } = context;
  const m = expiryMessages[language];
  const create = form(
    { action: actions.create, csrf, hidden: { language } },
    submitButton(feed ? m.renew : m.create, { kind: 'secondary' }),
  );
  const revoke = form({ action: actions.revoke, csrf }, submitButton(m.revoke, { kind: 'secondary' }));
  return section(
    m.calendar,
    feed
      ? html`${definitionList([
          [m.created, time(context, feed.createdAt)],
          [m.createdBy, feed.createdBy ?? m.operator],
          [m.fetched, feed.fetchedAt === null ? m.never : time(context, feed.fetchedAt)],
        ])}<div class="actions">${create}${revoke}</div>`
      : html`<p class="muted">${m.none}</p><div class="actions">${create}</div>`,
    { lead: m.calendarLead },
  );
}
