/**
 * A letter: what a mail says, once, from which its text and its HTML are made. Pure.
 *
 * Letters are files in `letters/`: a function from values to a `Letter` in the reader's language. Nothing in a mail is
 * fetched from anywhere: no images, no trackers.
 */

import type { Language } from '../core/language.ts';

/** A paragraph; a link to follow; a code to type; or facts to read. */
export type Line =
  | string
  | { button: string; href: string }
  | { code: string }
  | { facts: readonly (readonly [label: string, value: string])[] };

export interface Letter {
  language: Language;
  subject: string;
  /** Above the text; the subject unless given. */
  heading?: string;
  lines: readonly Line[];
  /** Below a rule: why one got this, and what to do when one did not ask for it. */
  small?: readonly string[];
  /** The same in the other language, below it. */
  also?: Omit<Letter, 'also'>;
}

/** For somebody whose language is not known: both, Japanese first. */
export function inBothLanguages(write: (language: Language) => Letter): Letter {
  const [first, second] = [write('ja'), write('en')];
  return { ...first, heading: first.subject, subject: `${first.subject} / ${second.subject}`, also: second };
}

export function textOf(letter: Letter): string {
  const whole = partOf(letter);
  return letter.also === undefined
    ? whole
    : `${whole}\n${'='.repeat(40)}\n\n${letter.also.subject}\n\n${partOf(letter.also)}`;
}

function partOf(letter: Letter): string {
  const lines = letter.lines.map((line) => {
    if (typeof line === 'string') return line;
    if ('button' in line) return `${line.button}:\n${line.href}`;
    if ('code' in line) return `    ${line.code}`;
    return line.facts.map(([label, value]) => `${label}: ${value}`).join('\n');
  });
  const small = letter.small?.length ? ['--', ...letter.small] : [];
  return `${[...lines, ...small].join('\n\n')}\n`;
}

const style = {
  body: 'margin:0;padding:24px 12px;background:#f4f3f0;color:#1f2328;font:16px/1.6 system-ui,-apple-system,"Segoe UI","Hiragino Sans","Noto Sans JP",sans-serif',
  card: 'max-width:560px;margin:0 auto 16px;padding:28px 32px;background:#ffffff;border:1px solid #e2e0da;border-radius:12px',
  brand: 'margin:0 0 20px;font-weight:700;letter-spacing:.02em',
  heading: 'margin:0 0 16px;font-size:20px;line-height:1.35',
  button:
    'display:inline-block;padding:11px 20px;background:#1d4f91;color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600',
  code: 'margin:20px 0;font:600 28px/1.2 ui-monospace,Consolas,monospace;letter-spacing:.14em',
  small:
    'max-width:560px;margin:16px auto 0;padding:0 32px;box-sizing:border-box;color:#5c636b;font-size:13px;line-height:1.5',
} as const;

export function htmlOf(letter: Letter): string {
  const also = letter.also === undefined ? '' : cardOf(letter.also);
  return `<!doctype html><html lang="${letter.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(letter.subject)}</title></head><body style="${escapeHtml(style.body)}">${cardOf(letter)}${also}</body></html>`;
}

function cardOf(letter: Letter): string {
  const lines = letter.lines.map((line) => {
    if (typeof line === 'string') return `<p>${escapeHtml(line)}</p>`;
    if ('button' in line) {
      const href = escapeHtml(line.href);
      return `<p style="margin:24px 0"><a style="${escapeHtml(style.button)}" href="${href}">${escapeHtml(line.button)}</a></p><p style="font-size:13px;color:#5c636b;word-break:break-all">${href}</p>`;
    }
    if ('code' in line) return `<p style="${escapeHtml(style.code)}">${escapeHtml(line.code)}</p>`;
    return `<p>${line.facts.map(([label, value]) => `<strong>${escapeHtml(label)}</strong> ${escapeHtml(value)}`).join('<br>')}</p>`;
  });
  const small = letter.small?.length
    ? `<div style="${escapeHtml(style.small)}">${letter.small.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}</div>`
    : '';
  return `<div lang="${letter.language}" style="${escapeHtml(style.card)}"><p style="${escapeHtml(style.brand)}">Sekisho</p><h1 style="${escapeHtml(style.heading)}">${escapeHtml(letter.heading ?? letter.subject)}</h1>${lines.join('')}</div>${small}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
