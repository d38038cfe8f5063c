/**
 * The settings of a connection as controls of a form, made from their descriptions (ARCHITECTURE §4): what is usual
 * first, what is right for nearly everybody folded away, attributes in a part of their own. Knows no vendor.
 */
import type { SettingDescription } from '../../../providers/provider.ts';
import { type Language, translations } from '../../core/language.ts';
import type { Problem } from '../../directory/errors.ts';
import { checkbox, field, passwordField, select, textArea } from './form.ts';
import { attributes, type Html, html } from './html.ts';
import { problemText } from './problem-texts.ts';
import { section } from './values.ts';

/** Names of the controls: key path behind a prefix, so that they meet no other field, and secrets are known by theirs. */
export const settingField = (key: string) => `setting.${key}`;
export const secretField = (key: string) => `secret.${key}`;

const messages = translations({
  en: {
    settings: 'Settings',
    advanced: 'Advanced settings',
    attributes: 'Attributes',
    attributesLead: 'What the provider calls the values that identify a person. The defaults suit nearly everybody.',
    isSet: 'It is set. Leave empty to keep it.',
    isNotSet: 'Not set yet.',
    typeAgain:
      'Enter it again: an address that it was sent to has changed, and the stored one must not be sent somewhere else.',
    notChosen: 'Not specified',
    list: 'One per line.',
    pem: 'Several one below the other.',
  },
  ja: {
    settings: '設定',
    advanced: '詳細設定',
    attributes: '属性',
    attributesLead: '個人を識別する値の、プロバイダー側での名前です。ほとんどの場合、既定値のままで使用できます。',
    isSet: '設定されています。変更しない場合は空欄のままにしてください。',
    isNotSet: 'まだ設定されていません。',
    typeAgain:
      'もう一度入力してください。送信先のアドレスが変更されたため、保存されていた値は別の宛先に送信されないように削除されました。',
    notChosen: '指定しない',
    list: '1行に1つずつ入力します。',
    pem: '複数ある場合は続けて入力します。',
  },
});

export interface SettingFields {
  descriptions: readonly SettingDescription[];
  /** By key: as typed, or as stored. `on` or nothing of a yes or no. Never a secret. */
  values: Readonly<Record<string, string>>;
  /** Key paths of the secrets that are set. */
  secrets: ReadonlySet<string>;
  /** Secrets that were dropped because an endpoint has changed (SECURITY RP-20). */
  dropped: ReadonlySet<string>;
  /** By key path within the settings. */
  problems: readonly Problem[];
  /** Keys that cannot be left unset: they have a default. */
  withDefault: ReadonlySet<string>;
}

export function settingFields(language: Language, model: SettingFields): Html {
  const m = messages[language];
  const controls = (wanted: (description: SettingDescription) => boolean) =>
    model.descriptions.filter(wanted).map((description) => control(language, model, description));
  const isOpen = (wanted: (description: SettingDescription) => boolean) =>
    model.descriptions.filter(wanted).some(({ key }) => errorOf(language, model, key) !== undefined);
  const isAttribute = ({ key }: SettingDescription) => key.startsWith('attributes.');
  const isAdvanced = (each: SettingDescription) => each.advanced === true && !isAttribute(each);
  const isUsual = (each: SettingDescription) => !isAdvanced(each) && !isAttribute(each);
  const folded = (title: string, lead: string | undefined, wanted: typeof isUsual) =>
    model.descriptions.some(wanted) &&
    html`<details class="section disclosure"${attributes({ open: isOpen(wanted) })}><summary>${title}</summary><div>${
      lead !== undefined && html`<p class="section-lead">${lead}</p>`
    }${controls(wanted)}</div></details>`;
  return html`${section(m.settings, controls(isUsual))}${folded(m.attributes, m.attributesLead, isAttribute)}${folded(m.advanced, undefined, isAdvanced)}`;
}

function control(language: Language, model: SettingFields, description: SettingDescription): Html {
  const m = messages[language];
  const { key, multiline = false } = description;
  const name = settingField(key);
  const error = errorOf(language, model, key);
  const value = model.values[key];
  const common = { name, label: description.label[language], hint: description.help[language], error };
  if (description.secret === true) return secretControl(language, model, description);
  if (description.type === 'yes-no') return checkbox({ ...common, checked: value === 'on' });
  if (description.choices) {
    const choices = description.choices.map((choice) => ({ value: choice.value, label: choice.label[language] }));
    const none = model.withDefault.has(key) ? [] : [{ value: '', label: m.notChosen }];
    return select({ ...common, choices: [...none, ...choices], value: value ?? '' });
  }
  if (description.type === 'list')
    return textArea({
      ...common,
      hint: inOne(language, common.hint, multiline ? m.pem : m.list),
      value,
      rows: multiline ? 10 : 4,
    });
  if (multiline) return textArea({ ...common, value, rows: 8 });
  return field({ ...common, value });
}

function secretControl(language: Language, model: SettingFields, description: SettingDescription): Html {
  const m = messages[language];
  const { key, multiline = false } = description;
  const isSet = model.secrets.has(key);
  const wasDropped = model.dropped.has(key);
  const settings = {
    name: secretField(key),
    label: description.label[language],
    hint: inOne(language, description.help[language], isSet ? m.isSet : wasDropped ? '' : m.isNotSet),
    error: errorOf(language, model, key) ?? (wasDropped && !isSet ? m.typeAgain : undefined),
  };
  if (multiline) return textArea({ ...settings, value: undefined, rows: 8 });
  return passwordField(language, { ...settings, autocomplete: 'new-password' });
}

/** Two sentences; Japanese has no space between them. */
function inOne(language: Language, one: string, other: string): string {
  return `${one}${language === 'ja' ? '' : ' '}${other}`.trim();
}

function errorOf(language: Language, { problems, descriptions }: SettingFields, key: string): string | undefined {
  const own = problems.filter(({ path }) => keyOf(descriptions, path) === key);
  return own.length === 0
    ? undefined
    : [...new Set(own.map(({ message }) => problemText(language, message)))].join(' ');
}

/** For the list above the form: each problem with the control that it belongs to. */
export function settingProblems(language: Language, model: SettingFields): { field?: string; message: string }[] {
  const { problems, descriptions, dropped, secrets } = model;
  const ofDropped = descriptions
    .filter(({ key }) => dropped.has(key) && !secrets.has(key))
    .filter(({ key }) => !problems.some(({ path }) => keyOf(descriptions, path) === key))
    .map(({ key, label }) => ({
      field: secretField(key),
      message: `${label[language]}: ${messages[language].typeAgain}`,
    }));
  return [
    ...problems.map(({ path, message }) => {
      const description = descriptions.find(({ key }) => key === keyOf(descriptions, path));
      const text = problemText(language, message);
      if (!description) return { message: path === '' ? text : `${path}: ${text}` };
      const name = description.secret ? secretField(description.key) : settingField(description.key);
      return { field: name, message: `${description.label[language]}: ${text}` };
    }),
    ...ofDropped,
  ];
}

/** The label of the setting that a key path lies in. */
export function settingLabel(language: Language, descriptions: readonly SettingDescription[], path: string): string {
  return descriptions.find(({ key }) => key === keyOf(descriptions, path))?.label[language] ?? path;
}

/** `certificates.0` belongs to `certificates`. */
function keyOf(descriptions: readonly SettingDescription[], path: string): string | undefined {
  const keys = descriptions.map(({ key }) => key);
  return keys.find((key) => path === key) ?? keys.find((key) => path.startsWith(`${key}.`));
}
