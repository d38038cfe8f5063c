/** The mails of a developer's machine, to read and to follow. English only: nobody else sees them. */
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { definitionList, table } from '../../http/views/values.ts';
import type { Mail } from '../../mail/senders.ts';

export function developmentMailsPage(
  context: PageContext,
  model: { mails: readonly (Mail & { href: string })[] },
): Html {
  return cardPage(context, {
    title: 'Mails',
    lead: 'What would have been mailed. This page exists only on a developer’s machine without a mail server.',
    body:
      model.mails.length === 0
        ? html`<p>No mails yet.</p>`
        : table(
            'Mails',
            [{ label: 'Subject', kind: 'head' }, { label: 'To' }],
            model.mails.map((mail) => [html`<a href="${mail.href}">${mail.subject}</a>`, mail.to]),
          ),
    wide: true,
  });
}

export function developmentMailPage(context: PageContext, mail: Mail & { backHref: string }): Html {
  return cardPage(context, {
    title: mail.subject,
    body: html`${definitionList([['To', mail.to]])}${mail.text
      .split('\n\n')
      .map(
        (paragraph) => html`<p>${paragraph.split('\n').map((line) => html`${linkOf(line)}<br>`)}</p>`,
      )}<p><a href="${mail.backHref}">All mails</a></p>`,
    wide: true,
  });
}

function linkOf(line: string): Html {
  return /^https?:\/\/\S+$/.test(line) ? html`<a href="${line}">${line}</a>` : html`${line}`;
}
