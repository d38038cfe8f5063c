/** Below "we have sent a mail", on a developer's machine without a mail server: where to read it. Elsewhere nothing. */
import { translations } from '../../core/language.ts';
import { type Html, html } from './html.ts';
import type { PageContext } from './page.ts';

const messages = translations({
  en: { text: 'No mail server is configured on this machine:', link: 'read the mail here' },
  ja: { text: 'このコンピューターにはメールサーバーが設定されていません。', link: 'メールをここで読む' },
});

export function developmentMailsLink({ developmentMails, language }: PageContext): Html | undefined {
  if (developmentMails === undefined) return undefined;
  const m = messages[language];
  return html`<p class="hint">${m.text} <a href="${developmentMails}">${m.link}</a></p>`;
}
