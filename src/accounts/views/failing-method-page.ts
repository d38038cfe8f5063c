/** The provider that somebody would be sent to has not been answering: since when, and what else there is. */
import { translations } from '../../core/language.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';

export interface FailingMethodPage {
  organization: string;
  /** The connection's name. */
  provider: string;
  /** Milliseconds. */
  since: number;
  anywayHref: string;
  /** Other connections of the organization. */
  others: readonly { name: string; href: string }[];
  /** Of administrators: with the built-in identity. */
  citrixHref?: string;
}

const texts = translations({
  en: {
    title: (provider: string) => `${provider} has a problem`,
    lead: (since: Html) => html`Signing in there has been failing since ${since}. Your administrators have been told.`,
    others: 'You can also sign in with',
    citrix: 'Citrix identity',
    anyway: (provider: string) => `Try ${provider} anyway`,
  },
  ja: {
    title: (provider) => `${provider}に障害が発生しています`,
    lead: (since) => html`${since}から、サインインに失敗する状態が続いています。管理者には通知済みです。`,
    others: '次の方法でもサインインできます',
    citrix: 'Citrix ID',
    anyway: (provider) => `このまま${provider}で試す`,
  },
});

export function failingMethodPage(context: PageContext, model: FailingMethodPage): Html {
  const m = texts[context.language];
  const { provider, others, citrixHref } = model;
  const ways = [...others, ...(citrixHref === undefined ? [] : [{ name: m.citrix, href: citrixHref }])];
  const anyway = html`<a class="button ${ways.length > 0 ? 'secondary' : 'primary'}" href="${model.anywayHref}">${m.anyway(provider)}</a>`;
  return cardPage(context, {
    title: m.title(provider),
    organization: model.organization,
    lead: m.lead(time(context, model.since)),
    body: html`${ways.length > 0 && html`<h2>${m.others}</h2><div class="choices close">${ways.map(({ name, href }, index) => html`<a class="button ${index === 0 ? 'primary' : 'secondary'}" href="${href}">${name}</a>`)}</div>`}
<div class="choices">${anyway}</div>`,
  });
}
