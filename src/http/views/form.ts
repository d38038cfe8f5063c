/** Forms: every control has a label; hints and errors are tied to it; one primary action. Plain posts, no script. */

import type { Language } from '../../core/language.ts';
import { attributes, type Child, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';

export interface Form {
  action: string;
  method?: 'post' | 'get';
  /** The value of the hidden `csrf` field; see `http/` for what it must equal. */
  csrf?: string | undefined;
  /** Only where a file is sent: the route must read it (`http/multipart.ts`). */
  enctype?: 'multipart/form-data';
  /** Hidden fields. */
  hidden?: Readonly<Record<string, string>>;
  id?: string;
}

/** A form of ours: errors are shown by us, in the reader's language, hence `novalidate`. */
export function form(settings: Form, ...content: readonly Child[]): Html {
  const hidden = { ...(settings.csrf === undefined ? {} : { csrf: settings.csrf }), ...settings.hidden };
  return html`<form${attributes({ id: settings.id, method: settings.method ?? 'post', action: settings.action, enctype: settings.enctype, novalidate: true })}>
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${content}
</form>`;
}

export interface Field {
  name: string;
  label: string;
  hint?: Child;
  error?: string | undefined;
  value?: string | number | undefined;
  type?: 'text' | 'email' | 'password' | 'url' | 'date' | 'tel';
  /** HTML autofill token: `username`, `current-password`, `one-time-code` … */
  autocomplete?: string;
  inputMode?: 'numeric' | 'url' | 'email';
  maxLength?: number;
  autofocus?: boolean | undefined;
  /** Shown and posted, not typed. */
  readOnly?: boolean;
  /** Id of something else that describes it. */
  describedBy?: string;
  /** Unit or suffix after the control. */
  after?: Child;
  /** Large and spaced, for codes. */
  code?: boolean;
  /** For a number of a few digits. */
  short?: boolean;
}

export function field(settings: Field): Html {
  const { name, hint, error } = settings;
  const control = attributes({
    id: name,
    name,
    type: settings.type ?? 'text',
    value: settings.value,
    autocomplete: settings.autocomplete ?? 'off',
    inputmode: settings.inputMode,
    maxlength: settings.maxLength,
    autofocus: settings.autofocus,
    readonly: settings.readOnly,
    autocapitalize: 'none',
    spellcheck: 'false',
    class: settings.code ? 'code-input' : settings.short ? 'short' : undefined,
    'aria-describedby': describedBy(settings),
    'aria-invalid': error === undefined ? undefined : 'true',
  });
  return html`<div class="${error === undefined ? 'field' : 'field has-error'}">
<label for="${name}">${settings.label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}
<div class="control"><input${control}>${settings.after !== undefined && html`<span class="after">${settings.after}</span>`}</div>
</div>`;
}

/** Several lines: PEM, documents. */
export function textArea(
  settings: Pick<Field, 'name' | 'label' | 'hint' | 'error' | 'autofocus' | 'describedBy'> & {
    value?: string | undefined;
    rows: number;
  },
): Html {
  const { name, hint, error } = settings;
  const control = attributes({
    id: name,
    name,
    rows: settings.rows,
    autocomplete: 'off',
    autocapitalize: 'none',
    autofocus: settings.autofocus,
    spellcheck: 'false',
    'aria-describedby': describedBy(settings),
    'aria-invalid': error === undefined ? undefined : 'true',
  });
  return html`<div class="${error === undefined ? 'field' : 'field has-error'}">
<label for="${name}">${settings.label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}
<div class="control"><textarea${control}>
${settings.value ?? ''}</textarea></div>
</div>`;
}

/** A password, with a button to show it where script runs. */
export function passwordField(language: Language, settings: Omit<Field, 'type' | 'after'>): Html {
  const m = sharedMessages[language];
  return field({
    ...settings,
    type: 'password',
    after: html`<button type="button" class="quiet" hidden data-reveal="${settings.name}" data-show="${m.show}" data-hide="${m.hide}" aria-pressed="false">${m.show}</button>`,
  });
}

export interface Choice {
  value: string;
  label: string;
  hint?: Child;
}

/** One of several, all in sight. */
export function radioGroup(settings: {
  name: string;
  legend: string;
  choices: readonly Choice[];
  value?: string | undefined;
  hint?: Child;
  error?: string | undefined;
}): Html {
  const { name, error } = settings;
  return html`<fieldset${attributes({
    class: error === undefined ? 'field' : 'field has-error',
    'aria-describedby': describedBy(settings),
  })}>
<legend>${settings.legend}</legend>
${settings.hint !== undefined && html`<p class="hint" id="${name}-hint">${settings.hint}</p>`}
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}
${settings.choices.map((choice, index) => option('radio', name, choice, choice.value === settings.value, index))}
</fieldset>`;
}

/** On or off. Posts `value` ("on" when not given) or nothing. */
export function checkbox(settings: {
  name: string;
  label: string;
  hint?: Child;
  checked: boolean;
  error?: string | undefined;
}): Html {
  const choice = {
    value: 'on',
    label: settings.label,
    ...(settings.hint === undefined ? {} : { hint: settings.hint }),
  };
  const { name, error } = settings;
  return html`<div class="${error === undefined ? 'field' : 'field has-error'}">${
    error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`
  }${option('checkbox', name, choice, settings.checked, 0, error === undefined ? undefined : `${name}-error`)}</div>`;
}

/** Any of several, each with a name of its own: a field that came twice would be refused (http/forms.ts). */
export function checkboxGroup(settings: {
  /** Of the group: where its error links to. */
  name: string;
  legend: string;
  choices: readonly (Omit<Choice, 'value'> & { name: string; checked: boolean })[];
  error?: string | undefined;
}): Html {
  const { name, error } = settings;
  return html`<fieldset${attributes({
    id: name,
    class: error === undefined ? 'field' : 'field has-error',
    'aria-describedby': describedBy(settings),
  })}>
<legend>${settings.legend}</legend>
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}
${settings.choices.map(({ name: own, checked, ...choice }) => option('checkbox', own, { ...choice, value: 'on' }, checked, 0))}
</fieldset>`;
}

function describedBy(
  described: Partial<Pick<Field, 'hint' | 'error' | 'describedBy'>> & Pick<Field, 'name'>,
): string | undefined {
  const { name, hint, error } = described;
  const own = [hint !== undefined && `${name}-hint`, error !== undefined && `${name}-error`];
  const ids = [...own, described.describedBy].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}

function option(
  type: 'radio' | 'checkbox',
  name: string,
  choice: Choice,
  checked: boolean,
  index: number,
  errorId?: string,
): Html {
  const id = index === 0 ? name : `${name}-${index}`;
  const described = [choice.hint !== undefined && `${id}-note`, errorId].filter(Boolean).join(' ') || undefined;
  return html`<div class="option"><input${attributes({ type, id, name, value: choice.value, checked, 'aria-describedby': described, 'aria-invalid': errorId && 'true' })}>
<label for="${id}">${choice.label}</label>
${choice.hint !== undefined && html`<p class="hint" id="${id}-note">${choice.hint}</p>`}</div>`;
}

/** One of a list. */
export function select(settings: {
  name: string;
  label: string;
  choices: readonly Choice[];
  value: string | undefined;
  hint?: Child;
  error?: string | undefined;
}): Html {
  const { name, hint, error } = settings;
  return html`<div class="${error === undefined ? 'field' : 'field has-error'}">
<label for="${name}">${settings.label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}
<div class="control"><select${attributes({
    id: name,
    name,
    'aria-describedby': describedBy(settings),
    'aria-invalid': error === undefined ? undefined : 'true',
  })}>${settings.choices.map(
    (choice) =>
      html`<option${attributes({ value: choice.value, selected: choice.value === settings.value })}>${choice.label}</option>`,
  )}</select></div></div>`;
}

/** A file; its form has the `enctype` of one. */
export function fileField(
  settings: Pick<Field, 'name' | 'label' | 'hint' | 'error'> & {
    /** What the browser offers first: types and endings. */
    accept?: string;
  },
): Html {
  const { name, hint, error } = settings;
  const control = attributes({
    id: name,
    name,
    type: 'file',
    accept: settings.accept,
    'aria-describedby': describedBy(settings),
    'aria-invalid': error === undefined ? undefined : 'true',
  });
  return html`<div class="${error === undefined ? 'field' : 'field has-error'}">
<label for="${name}">${settings.label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}
<div class="control"><input${control}></div>
</div>`;
}

/**
 * What is wrong with what was sent, above the form; it takes the focus. With `field` a problem links to its control.
 * Renders nothing without problems.
 */
export function errorSummary(
  language: Language,
  problems: readonly { field?: string; message: string }[],
): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<div class="notice error" role="alert" tabindex="-1" autofocus>
<p class="notice-title">${sharedMessages[language].errorSummary(problems.length)}</p>
<ul>${problems.map((problem) =>
    problem.field === undefined
      ? html`<li>${problem.message}</li>`
      : html`<li><a href="#${problem.field}">${problem.message}</a></li>`,
  )}</ul></div>`;
}

export type ButtonKind = 'primary' | 'secondary' | 'danger' | 'quiet';

/**
 * Submits its form. `about` is only heard: which row the button belongs to. A page has one `primary` (or one `danger` where the act destroys).
 */
export function submitButton(
  label: string,
  settings: { kind?: ButtonKind; name?: string; value?: string; form?: string; about?: string } = {},
): Html {
  const { kind = 'primary', name, value, form } = settings;
  return html`<button${attributes({ class: `button ${kind}`, type: 'submit', name, value, form })}>${label}${settings.about !== undefined && hiddenText(settings.about)}</button>`;
}

/** Heard, not seen: what a short label is about. */
export function hiddenText(text: string): Html {
  return html`<span class="hidden-text"> (${text})</span>`;
}

/** Looks like a button, is a link: goes somewhere and changes nothing. */
export function linkButton(label: string, href: string, kind: ButtonKind = 'primary'): Html {
  return html`<a class="button ${kind}" href="${href}">${label}</a>`;
}

/** The row at the end of a form or a page: the primary action first. */
export function actions(...content: readonly Child[]): Html {
  return html`<div class="actions">${content}</div>`;
}
