/** People and groups of a connected directory, by the beginning of their name; to read. */
import type { ProviderError } from '../../../providers/errors.ts';
import type { DirectoryGroup, DirectoryPage, DirectoryUser } from '../../../providers/provider.ts';
import { actions, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { tabs } from '../../http/views/navigation.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { table } from '../../http/views/values.ts';
import { explanations } from '../../signin/explanations.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { consoleMessages } from '../views/messages.ts';
import { directoryMessages } from './directory-messages.ts';

export interface ConnectedDirectoryPage {
  /** Of the connection. */
  name: string;
  /** The provider's label. */
  provider: string;
  listHref: string;
  connectionHref: string;
  action: string;
  /** Of the form, without what is typed. */
  hrefs: { users: string; groups: string };
  typed: string;
  shown: DirectoryContent;
  firstHref?: string;
  nextHref?: string;
}
export type DirectoryContent = { of: 'users' | 'groups' } & (
  | { is: 'notLive' | 'unable' }
  | { is: 'refused'; error: ProviderError }
  | { is: 'found'; page: DirectoryPage<DirectoryUser> | DirectoryPage<DirectoryGroup> }
);

export function directoryPage(context: PageContext, frame: ConsoleFrame, model: ConnectedDirectoryPage): Html {
  const { language } = context;
  const m = directoryMessages[language];
  const { shown } = model;
  const isAbsent = shown.is === 'notLive' || shown.is === 'unable';
  return consolePage(context, frame, {
    page: 'connections',
    title: m.title,
    above: [
      { label: consoleMessages[language].pages.connections, href: model.listHref },
      { label: model.name, href: model.connectionHref },
    ],
    lead: m.lead(model.provider),
    body: isAbsent
      ? notice('information', m[shown.is])
      : html`${tabs(m.kinds, [
          { label: m.users, href: model.hrefs.users, current: shown.of === 'users' },
          { label: m.groups, href: model.hrefs.groups, current: shown.of === 'groups' },
        ])}<div class="section"><div role="search">${form(
          { action: model.action, method: 'get', hidden: { of: shown.of } },
          field({ name: 'q', label: m.search, value: model.typed, maxLength: 100 }),
          actions(submitButton(m.find)),
        )}</div>${content(context, model)}</div>`,
  });
}

function content(
  { language }: PageContext,
  { shown, typed, firstHref, nextHref }: ConnectedDirectoryPage,
): Html | undefined {
  const m = directoryMessages[language];
  if (shown.is === 'refused') return refusal(language, shown.error);
  if (shown.is !== 'found') return undefined;
  const { entries } = shown.page;
  const pages =
    (firstHref !== undefined || nextHref !== undefined) &&
    html`<nav class="pagination" aria-label="${m.title}">${
      firstHref !== undefined && html`<a class="button secondary" href="${firstHref}">${m.first}</a>`
    }${nextHref !== undefined && html`<a class="button secondary" rel="next" href="${nextHref}">${m.next}</a>`}</nav>`;
  if (entries.length === 0) {
    const title = shown.of === 'users' ? m.noUsers : m.noGroups;
    return html`${emptyState(title, typed === '' ? m.empty : m.nobody)}${pages}`;
  }
  const found =
    shown.of === 'users' ? users(language, entries) : groups(language, entries as readonly DirectoryGroup[]);
  return html`${found}${pages}`;
}

function users(language: PageContext['language'], entries: readonly (DirectoryUser | DirectoryGroup)[]): Html {
  const m = directoryMessages[language];
  return table(
    m.users,
    [{ label: m.name, kind: 'head' }, { label: m.userName }, { label: m.email }],
    (entries as readonly DirectoryUser[]).map(({ id, displayName, userName, email }) => [
      html`${displayName}<span class="sub">${id}</span>`,
      userName ?? '',
      email ?? '',
    ]),
  );
}

function groups(language: PageContext['language'], entries: readonly DirectoryGroup[]): Html {
  const m = directoryMessages[language];
  return table(
    m.groups,
    [{ label: m.name, kind: 'head' }, { label: m.description }],
    entries.map(({ id, displayName, description }) => [
      html`${displayName}<span class="sub">${id}</span>`,
      description ?? '',
    ]),
  );
}

function refusal(language: PageContext['language'], { code, detail }: ProviderError): Html {
  const m = directoryMessages[language];
  const { meaning, remedy } = explanations[code];
  const seconds = /^retry after (\d+) s$/.exec(detail.note ?? '')?.[1];
  const text = seconds === undefined ? `${meaning[language]} ${remedy[language]}` : m.wait(Number(seconds));
  return notice('error', text, m.problem);
}
