/** The terms of service: to accept or decline during a sign-in, to read at any time, and what declining means (CIT-10). */
import { translations } from '../../core/language.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';

const messages = translations({
  en: {
    title: 'Terms of service',
    lead: 'Please read these terms. You go on to the console when you accept them.',
    version: (version: string) => `Version ${version}`,
    accept: 'Accept and continue',
    decline: 'Decline',
    account: (email: string) => `Signing in as ${email}.`,
    declinedTitle: 'You have declined the terms',
    declinedLead:
      'You are signed out, and nothing else has changed. Without accepting them you cannot administer organizations with this account.',
    declinedWho: 'If you have questions about the terms, ask the person who invited you.',
    again: 'Sign in again',
    read: 'Read the terms',
  },
  ja: {
    title: '利用規約',
    lead: '次の規約をお読みください。同意すると、管理コンソールに進みます。',
    version: (version: string) => `バージョン ${version}`,
    accept: '同意して続ける',
    decline: '同意しない',
    account: (email: string) => `${email} としてサインインしています。`,
    declinedTitle: '利用規約に同意されませんでした',
    declinedLead:
      'サインアウトしました。ほかには何も変更されていません。同意されるまで、このアカウントで組織を管理することはできません。',
    declinedWho: '規約について不明な点がある場合は、招待した方にお問い合わせください。',
    again: 'もう一度サインイン',
    read: '規約を読む',
  },
});

interface Text {
  version: string;
  /** In the reader's language (`config/terms-of-service.ts`). */
  text: string;
}

export interface TermsPage extends Text {
  /** Receives `answer` (`accept` or `decline`), `version` and `csrf`. */
  action: string;
  csrf: string;
  email: string;
}

export function termsPage(context: PageContext, model: TermsPage): Html {
  const m = messages[context.language];
  return cardPage(context, {
    title: m.title,
    wide: true,
    lead: m.lead,
    body: html`${body(context, model)}${form(
      { action: model.action, csrf: model.csrf, hidden: { version: model.version } },
      actions(
        submitButton(m.accept, { name: 'answer', value: 'accept' }),
        submitButton(m.decline, { name: 'answer', value: 'decline', kind: 'secondary' }),
      ),
    )}`,
    aside: html`<p>${m.account(model.email)}</p>`,
  });
}

/** To read, without a question. */
export function termsTextPage(context: PageContext, model: Text): Html {
  return cardPage(context, { title: messages[context.language].title, wide: true, body: body(context, model) });
}

export function termsDeclinedPage(context: PageContext, model: { againHref: string; termsHref: string }): Html {
  const m = messages[context.language];
  return cardPage(context, {
    title: m.declinedTitle,
    lead: m.declinedLead,
    body: html`<p>${m.declinedWho}</p>${actions(linkButton(m.again, model.againHref), linkButton(m.read, model.termsHref, 'secondary'))}`,
  });
}

function body({ language }: PageContext, { version, text }: Text): Html {
  return html`<div class="terms"><p class="hint">${messages[language].version(version)}</p>${blocksOf(text).map(
    (block) => (block.heading ? html`<h2>${block.text}</h2>` : html`<p>${block.text}</p>`),
  )}</div>`;
}

/** Plain text becomes text: nothing in it is markup. */
function blocksOf(text: string): { heading: boolean; text: string }[] {
  return text.split(/\n{2,}/).flatMap((block) => {
    const lines = block.split('\n');
    const heading = lines[0]?.startsWith('# ') ? lines.shift()?.slice(2).trim() : undefined;
    const rest = lines.join('\n').trim();
    return [
      ...(heading === undefined ? [] : [{ heading: true, text: heading }]),
      ...(rest === '' ? [] : [{ heading: false, text: rest }]),
    ];
  });
}
