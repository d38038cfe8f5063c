/**
 * The frame of every console page: the organization always in sight, where one can go, who one is.
 *
 * Menus are popovers (HTML, no script). What may be seen is decided by the caller: a page that is not in
 * `navigation` does not exist for this person.
 */
import { hiddenText, submitButton } from '../../http/views/form.ts';
import { attributes, type Child, type Html, html } from '../../http/views/html.ts';
import { gateGlyph } from '../../http/views/mark.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { breadcrumbs, type Link } from '../../http/views/navigation.ts';
import { type Flash, flashMessage } from '../../http/views/notices.ts';
import { documentPage, languageSwitcher, type PageContext } from '../../http/views/page.ts';
import { type SessionWarning, sessionWarningDialog, sessionWarningRefresh } from '../../http/views/session-warning.ts';
import { consoleMessages } from './messages.ts';

const groupOf = {
  overview: 'person',
  sessions: 'person',
  mfa: 'person',
  password: 'person',
  passkeys: 'person',
  administrators: 'organization',
  connections: 'organization',
  expiry: 'organization',
  workspace_configuration: 'organization',
  organization_sessions: 'organization',
  session_settings: 'organization',
  api_access: 'organization',
  sign_ins: 'organization',
  system_log: 'organization',
} as const;
export type ConsolePageId = keyof typeof groupOf;

export interface ConsoleFrame {
  organization: { name: string; orgId: string };
  /** The organization switcher's page; absent when there is only one organization. */
  switchHref?: string;
  person: { name: string; email: string };
  homeHref: string;
  /** In the order of the menu. */
  navigation: readonly { page: ConsolePageId; href: string }[];
  signOut: { action: string; csrf: string };
  flash?: Flash;
  warning?: SessionWarning;
}

export interface ConsolePage {
  page?: ConsolePageId;
  title: string;
  lead?: Child;
  above?: readonly Link[];
  /** The state of what the page is about. */
  badge?: Child;
  /** At the other end of the heading: the page's primary action. */
  beside?: Child;
  body: Child;
  /** Further elements of the document's head. */
  head?: Child;
  titlePrefix?: string | undefined;
}

export function consolePage(context: PageContext, frame: ConsoleFrame, page: ConsolePage): Html {
  const m = consoleMessages[context.language];
  return documentPage(context, {
    title: `${page.titlePrefix ?? ''}${page.title}`,
    owner: `${frame.organization.name} · Sekisho`,
    kind: 'console',
    head: html`${sessionWarningRefresh(frame.warning)}${page.head}`,
    body: html`<header class="top">
<button type="button" class="quiet menu-button" popovertarget="navigation" aria-label="${sharedMessages[context.language].menu}"><span class="bars"></span></button>
<a class="wordmark" href="${frame.homeHref}" aria-label="Sekisho">${gateGlyph()}<span class="wordmark-name">Sekisho</span></a>
<div class="organization"><span class="organization-name">${frame.organization.name}</span><span class="organization-id">${frame.organization.orgId}</span>
${frame.switchHref !== undefined && html`<a class="button quiet" href="${frame.switchHref}">${m.switch}${hiddenText(m.switchWhat)}</a>`}</div>
${accountMenu(context, frame)}
</header>
<div class="columns">
<nav id="navigation" class="sidebar" popover aria-label="${m.navigation}">${navigation(context, frame, page.page)}</nav>
<main id="content" tabindex="-1">
${page.above && breadcrumbs(context.language, page.above)}
<div class="heading"><div><h1>${page.title}${page.badge}</h1>${page.lead !== undefined && html`<p class="lead">${page.lead}</p>`}</div>${page.beside !== undefined && html`<div class="beside">${page.beside}</div>`}</div>
${flashMessage(frame.flash)}
${page.body}
</main>
</div>
${sessionWarningDialog(context, frame.warning)}`,
  });
}

function navigation(context: PageContext, frame: ConsoleFrame, current: ConsolePageId | undefined): Html {
  const m = consoleMessages[context.language];
  return html`${(['person', 'organization'] as const).map((group) => {
    const entries = frame.navigation.filter((entry) => groupOf[entry.page] === group);
    return (
      entries.length > 0 &&
      html`<p class="nav-group" id="nav-${group}">${m.groups[group]}</p><ul aria-labelledby="nav-${group}">${entries.map(
        (entry) =>
          html`<li><a href="${entry.href}"${attributes({ 'aria-current': entry.page === current ? 'page' : undefined })}>${m.pages[entry.page]}</a></li>`,
      )}</ul>`
    );
  })}`;
}

function accountMenu(context: PageContext, frame: ConsoleFrame): Html {
  const { name, email } = frame.person;
  return html`<button type="button" class="avatar" popovertarget="account" data-initials="${initials(name)}" aria-label="${consoleMessages[context.language].accountMenu}: ${name}"></button>
<div id="account" class="menu" popover>
<p class="menu-person"><strong>${name}</strong><span>${email}</span></p>
${languageSwitcher(context)}
<form method="post" action="${frame.signOut.action}"><input type="hidden" name="csrf" value="${frame.signOut.csrf}">${submitButton(sharedMessages[context.language].signOut, { kind: 'secondary' })}</form>
</div>`;
}

/** Of a Latin name the first letters of first and last word; of any other its first character. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => Array.from(word ?? '')[0] ?? '',
  );
  return /^\p{Script=Latin}*$/u.test(letters.join('')) ? letters.join('').toUpperCase() : (letters[0] ?? '');
}
