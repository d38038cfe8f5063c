/**
 * What every page is given, and the document around it.
 *
 * The strict Content-Security-Policy of `http/` is assumed: no inline script, no inline style, nothing from elsewhere.
 */

import { type Language, languages } from '../../core/language.ts';
import { type Child, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import type { Reader } from './time.ts';

/** The public paths of our own files, with a hash in their name. */
export interface Assets {
  style: string;
  script: string;
  /** For pages with `passkeyButton`. */
  passkeys: string;
  /** For pages with `newPasswordControls`. */
  newPassword: string;
  /** For pages with `trialChecklist`. */
  trial: string;
  icon: string;
}

export interface PageContext extends Reader {
  assets: Assets;
  /**
   * Path and query of a GET that shows this page (or this step) again: the language switcher adds `ui_locales` to it.
   * Absent where a page cannot be shown again, e.g. an answer to a form post; then there is no switcher.
   */
  path?: string;
  /** Where mails can be read that nobody sends (`config/development.ts`); absent anywhere but on a developer's machine. */
  developmentMails?: string | undefined;
}

/** The whole document. `title` comes first in the window's title, then whose page it is. */
export function documentPage(
  context: PageContext,
  page: { title: string; owner?: string | undefined; kind: string; head?: Child; body: Child },
): Html {
  return html`<!doctype html>
<html lang="${context.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<title>${page.title} · ${page.owner ?? 'Sekisho'}</title>
<link rel="stylesheet" href="${context.assets.style}">
<link rel="icon" type="image/svg+xml" href="${context.assets.icon}">
<script src="${context.assets.script}" defer></script>
${page.head}
</head>
<body class="${page.kind}">
<a class="skip" href="#content">${sharedMessages[context.language].skipToContent}</a>
${page.body}
</body>
</html>
`;
}

/** Links to this page in the other languages, each written in its own. */
export function languageSwitcher(context: PageContext): Html | undefined {
  const { path } = context;
  if (path === undefined) return undefined;
  return html`<nav class="languages" aria-label="${sharedMessages[context.language].language}">${languages.map(
    (language) =>
      language === context.language
        ? html`<span aria-current="true">${names[language]}</span>`
        : html`<a href="${inLanguage(path, language)}" lang="${language}" hreflang="${language}">${names[language]}</a>`,
  )}</nav>`;
}

const names: Record<Language, string> = { en: 'English', ja: '日本語' };

function inLanguage(path: string, language: Language): string {
  const [address = '', query = ''] = path.split('#')[0]?.split('?') ?? [];
  // `//evil.test/` is a page that we do not have, and as a link another host's.
  const own = address.replace(/^[/\\]+/, '/');
  const parameters = new URLSearchParams(query);
  parameters.set('ui_locales', language);
  return `${own}?${parameters}`;
}
