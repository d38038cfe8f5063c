/** People and groups of a connected directory, by the beginning of their name; to read. */
import type { ProviderError } from '../../../providers/errors.ts';
import type { DirectoryGroup, DirectoryPage, DirectoryUser } from '../../../providers/provider.ts';
import { actions, field, form, select, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { table } from '../../http/views/values.ts';
import { explanations } from '../../signin/explanations.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { directoryMessages } from './directory-messages.ts';

export interface ConnectedDirectoryPage extends ConnectionHead {
  /** The provider's label. */
  provider: string;
  action: string;
  typed: string;
  shown: DirectoryContent;
  firstHref?: string;
  nextHref?: string;
}
export type DirectoryContent = { of: 'users' | 'groups' } & (
  | { is: 'notLive' | 'unable' | 'notProven' }
  | { is: 'refused'; error: ProviderError }
  | { is: 'found'; page: DirectoryPage<DirectoryUser> | DirectoryPage<DirectoryGroup> }
);

export function directoryPage(context: PageContext, frame: ConsoleFrame, model: ConnectedDirectoryPage): Html {
  const { language } = context;
  const m = directoryMessages[language];
  const { shown } = model;
  const isAbsent = shown.is === 'notLive' || shown.is === 'unable' || shown.is === 'notProven';
  return connectionPageFrame(context, frame, model, {
    tab: '/directory',
    body: isAbsent
      ? notice('information', m[shown.is])
      : html`<div class="section"><p class="section-lead">${m.lead(model.provider)}</p><div role="search">${form(
          { action: model.action, method: 'get' },
          html`<div class="filters">${select({
            name: 'of',
            label: m.kinds,
            choices: [
              { value: 'users', label: m.users },
              { value: 'groups', label: m.groups },
            ],
            value: shown.of,
          })}${field({ name: 'q', label: m.search, value: model.typed, maxLength: 100 })}</div>`,
          actions(submitButton(m.find)),
        )}</div></div>${content(context, model)}`,
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
    html`<nav class="pagination" aria-label="${m.pages}">${
      firstHref !== undefined && html`<a class="button secondary" href="${firstHref}">${m.first}</a>`
    }${nextHref !== undefined && html`<a class="button secondary" rel="next" href="${nextHref}">${m.next}</a>`}</nav>`;
  if (entries.length === 0) {
    const title = shown.of === 'users' ? m.noUsers : m.noGroups;
    return html`<div class="section">${emptyState(title, typed === '' ? m.empty : m.nobody)}${pages}</div>`;
  }
  const found =
    shown.of === 'users' ? users(language, entries) : groups(language, entries as readonly DirectoryGroup[]);
  return html`<div class="section">${found}${pages}</div>`;
}

function users(language: PageContext['language'], entries: readonly (DirectoryUser | DirectoryGroup)[]): Html {
  const m = directoryMessages[language];
  return table(
    m.users,
    [{ label: m.name, kind: 'head' }, { label: m.userName }, { label: m.email }],
    (entries as readonly DirectoryUser[]).map(({ id, displayName, userName, email }) => [
      html`${displayName}<span class="sub">${id}</span>`,
      longText(userName),
      longText(email),
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

/** An address may break anywhere: it has no spaces. */
function longText(text = ''): Html {
  return html`<span class="breakable">${text}</span>`;
}
