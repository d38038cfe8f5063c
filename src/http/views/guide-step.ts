/** A step of a set-up guide as a page shows it: what to click, our values to copy, which attribute comes from where. */
import type { AttributeRole, Text } from '../../../providers/provider.ts';
import { type Language, translations } from '../../core/language.ts';
import type { GuidePart, GuideStep, OurValues } from '../../guides/guide.ts';
import { attributes, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import { copyValue, definitionList, table } from './values.ts';

const messages = translations({
  en: {
    caption: 'Attributes',
    name: 'Name',
    meaning: 'Active Directory',
    note: 'Note',
    download: 'Open or download',
    meanings: {
      sid: 'objectSid',
      upn: 'userPrincipalName',
      oid: 'objectGUID',
      email: 'mail',
      displayName: 'displayName',
      givenName: 'givenName',
      familyName: 'sn',
      groups: 'Group SIDs',
    },
  },
  ja: {
    caption: '属性',
    name: '名前',
    meaning: 'Active Directory',
    note: '補足',
    download: '開く、またはダウンロードする',
    meanings: {
      sid: 'objectSid',
      upn: 'userPrincipalName',
      oid: 'objectGUID',
      email: 'mail',
      displayName: 'displayName',
      givenName: 'givenName',
      familyName: 'sn',
      groups: 'グループのSID',
    },
  },
} satisfies Record<Language, { meanings: Record<AttributeRole, string> } & Record<string, unknown>>);

export function guideStep(language: Language, step: GuideStep, ours: OurValues): Html {
  // One numbering through the whole step, whatever stands between the instructions.
  let number = 1;
  return html`<div class="guide">${step.parts.map((part) => {
    const shown = guidePart(language, part, ours, number);
    if ('do' in part) number += part.do.length;
    return shown;
  })}</div>`;
}

function guidePart(language: Language, part: GuidePart, ours: OurValues, number: number): Html | undefined {
  const m = messages[language];
  if ('say' in part) return html`<p>${guideText(language, part.say)}</p>`;
  if ('note' in part)
    return html`<p class="guide-note"><span class="hidden-text">${m.note}: </span>${guideText(language, part.note)}</p>`;
  if ('do' in part)
    return html`<ol${attributes({ class: 'guide-steps', start: number === 1 ? undefined : number })}>${part.do.map(
      (text) => html`<li>${guideText(language, text)}</li>`,
    )}</ol>`;
  if ('copy' in part) {
    const rows = part.copy.flatMap(({ value, at }) => {
      const own = ours.values[value];
      if (own === undefined) return [];
      const copy = copyValue(language, at[language], own);
      const link =
        value === 'metadata' && html`<a class="sub" href="${own}" target="_blank" rel="noopener">${m.download}</a>`;
      return [[at[language], html`${copy}${link}`] as const];
    });
    return rows.length === 0 ? undefined : definitionList(rows);
  }
  if ('script' in part) return copyBlock(language, part.label[language], part.script(ours.names));
  return table(
    m.caption,
    [{ label: m.name, kind: 'head' }, { label: part.source[language] }],
    part.attributes.map(({ role, from, optional }) => {
      const name = ours.names[role];
      const source = typeof from === 'string' ? from : from[language];
      const meaning = m.meanings[role];
      const sub = [meaning === source ? undefined : meaning, optional && sharedMessages[language].optional];
      const below = sub.filter((text) => typeof text === 'string').join(language === 'ja' ? '、' : ', ');
      return [
        copyValue(language, name, name),
        html`${source}${below !== '' && html`<span class="sub">${below}</span>`}`,
      ];
    }),
  );
}

/** `**…**`: what stands on a button there; `` `…` ``: to be typed exactly. */
export function guideText(language: Language, text: Text): Html {
  const pieces = text[language].split(/(\*\*[^*]+\*\*|`[^`]+`)/);
  return html`${pieces.map((piece) => {
    if (piece.startsWith('**')) return html`<b>${piece.slice(2, -2)}</b>`;
    if (piece.startsWith('`')) return html`<code>${piece.slice(1, -1)}</code>`;
    return piece;
  })}`;
}

/** Several lines in fixed width with a Copy button, which appears only where script runs. */
function copyBlock(language: Language, label: string, text: string): Html {
  const m = sharedMessages[language];
  return html`<figure class="copy-block"><figcaption>${label}</figcaption><pre tabindex="0">${text}</pre><button type="button" class="quiet" hidden data-copy="${text}" data-copied="${m.copied}" aria-label="${m.copyValue(label)}">${m.copy}</button></figure>`;
}
