/** Values to read and to copy: copy fields, definition lists, badges, tables (cards on a phone). */

import type { Language } from '../../core/language.ts';
import { attributes, type Child, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';

/** A value in fixed width with a Copy button; the button appears only where script runs. */
export function copyValue(language: Language, label: string, value: string): Html {
  const m = sharedMessages[language];
  return html`<span class="copy"><code>${value}</code><button type="button" class="quiet" hidden data-copy="${value}" data-copied="${m.copied}" aria-label="${m.copyValue(label)}">${m.copy}</button></span>`;
}

/** Terms and what they are. A value of `undefined` leaves its row out. */
export function definitionList(rows: readonly (readonly [term: string, value: Child])[]): Html {
  return html`<dl class="definitions">${rows.map(
    ([term, value]) => value !== undefined && html`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

export type Tone = 'neutral' | 'good' | 'warning' | 'bad';

/** A state in a word. The word says it; the colour only helps. */
export function badge(tone: Tone, label: string): Html {
  return html`<span class="badge ${tone}">${label}</span>`;
}

export interface Column {
  label: string;
  /** `head`: names the row. `short`: stays on one line. `value`: needs no label on a phone. `actions`: buttons, at the end. */
  kind?: 'head' | 'short' | 'value' | 'actions';
}

/**
 * Rows of cells in the order of the columns. Roles are written out because the phone layout turns rows into cards
 * (`display: block`), which would take the table's meaning from a screen reader.
 */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Child[])[]): Html {
  return html`<div class="table-frame"><table class="table" role="table"><caption class="hidden-text">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(
    (column) =>
      html`<th role="columnheader" scope="col"${attributes({ class: column.kind })}><span${attributes({ class: column.kind === 'actions' ? 'hidden-text' : undefined })}>${column.label}</span></th>`,
  )}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => html`<tr role="row">${cells.map((cell, index) => tableCell(columns[index], cell))}</tr>`)}</tbody></table></div>`;
}

function tableCell(column: Column | undefined, cell: Child): Html {
  if (column?.kind === 'head') return html`<th role="rowheader" scope="row" class="head">${cell}</th>`;
  const label = column?.kind === 'actions' || column?.kind === 'value' ? undefined : column?.label;
  return html`<td role="cell"${attributes({ class: column?.kind, 'data-label': label })}><div>${cell}</div></td>`;
}

/** A titled part of a page. */
export function section(title: string, content: Child, settings: { id?: string; lead?: Child } = {}): Html {
  return html`<section class="section"${attributes({ id: settings.id })}><h2>${title}</h2>${settings.lead !== undefined && html`<p class="section-lead">${settings.lead}</p>`}${content}</section>`;
}
