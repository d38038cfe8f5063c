/** A sign-in to the console or a workspace that did not arrive: says so and leads on, never by itself (no loops). */

import { translations } from '../../core/language.ts';
import { cardPage } from './card-layout.ts';
import { type Html, html } from './html.ts';
import { type Reference, referenceBlock, wayOnward } from './notices.ts';
import type { PageContext } from './page.ts';

const messages = translations({
  en: {
    stale: {
      title: 'This sign-in is over',
      text: 'It took too long, was finished already, or began in another browser. You can start again.',
    },
    denied: {
      title: 'The sign-in was not completed',
      text: 'You are not signed in. You can try again.',
    },
  },
  ja: {
    stale: {
      title: 'このサインインは終了しています',
      text: '制限時間を過ぎたか、すでに完了しているか、別のブラウザーで開始されたサインインです。最初からやり直すことができます。',
    },
    denied: {
      title: 'サインインは完了しませんでした',
      text: 'サインインしていません。もう一度お試しください。',
    },
  },
});

export interface SignInStoppedPage {
  problem: 'stale' | 'denied';
  /** Starts again. */
  againHref: string;
  organization?: string;
  reference?: Reference;
}

export function signInStoppedPage(context: PageContext, model: SignInStoppedPage): Html {
  const text = messages[context.language][model.problem];
  const way = { to: model.problem === 'stale' ? 'signInAgain' : 'tryAgain', href: model.againHref } as const;
  return cardPage(context, {
    title: text.title,
    organization: model.organization,
    lead: text.text,
    body: html`${wayOnward(context.language, way)}${referenceBlock(context, model.reference)}`,
  });
}
