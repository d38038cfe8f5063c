/** A setting's value in words, and what changed between two. A secret is said to be set or changed, never shown (CON-12). */
import { X509Certificate } from 'node:crypto';
import type { SettingDescription } from '../../../providers/provider.ts';
import { type Language, translations } from '../../core/language.ts';
import { isSet, type SettingChange, valueAt } from '../../directory/connections/setting-paths.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { table } from '../../http/views/values.ts';

export type ShownSetting =
  | { label: string; value: string | undefined; multiline?: boolean }
  | { label: string; secret: true; isSet: boolean };

/** A secret is said to be set, whatever `settings` holds under its name. */
export function describeSetting(
  language: Language,
  settings: Readonly<Record<string, unknown>>,
  description: SettingDescription,
  secrets: ReadonlySet<string>,
): ShownSetting {
  const { key, secret, multiline } = description;
  const label = description.label[language];
  if (secret === true) return { label, secret, isSet: secrets.has(key) };
  const value = valueAt(settings, key);
  return {
    label,
    value: textOf(language, value, description),
    ...((multiline === true || Array.isArray(value)) && { multiline: true }),
  };
}

export function settingValue(language: Language, setting: ShownSetting): Html {
  const m = sharedMessages[language];
  if ('secret' in setting) return html`<span class="muted">${setting.isSet ? m.hidden : m.notSet}</span>`;
  return plainValue(language, setting.value, setting.multiline);
}

const messages = translations({
  en: {
    caption: 'Changes',
    setting: 'Setting',
    before: 'Before',
    after: 'After',
    changed: 'Changed (secret)',
    value: 'Value',
  },
  ja: {
    caption: '変更点',
    setting: '設定',
    before: '変更前',
    after: '変更後',
    changed: '変更あり（シークレット）',
    value: '値',
  },
});

/** `isFirst`: there was nothing before. */
export function changesTable(
  language: Language,
  changes: readonly SettingChange[],
  descriptions: readonly SettingDescription[],
  { isFirst = false } = {},
): Html {
  const m = messages[language];
  const columns = [
    { label: m.setting, kind: 'head' as const },
    ...(isFirst ? [{ label: m.value }] : [{ label: m.before }, { label: m.after }]),
  ];
  return table(
    m.caption,
    columns,
    changes.map((change) => {
      const description = descriptions.find(({ key }) => key === change.key);
      const label = description?.label[language] ?? change.key;
      const shown = (value: unknown) =>
        plainValue(
          language,
          textOf(language, value, description),
          description?.multiline === true || Array.isArray(value),
        );
      const secret = html`<span class="muted">${isFirst ? sharedMessages[language].hidden : m.changed}</span>`;
      if (change.secret) return isFirst ? [label, secret] : [label, null, secret];
      return isFirst ? [label, shown(change.after)] : [label, shown(change.before), shown(change.after)];
    }),
  );
}

function plainValue(language: Language, value: string | undefined, multiline = false): Html {
  if (value === undefined || value === '') return html`<span class="muted">${sharedMessages[language].notSet}</span>`;
  return multiline ? html`<pre tabindex="0">${value}</pre>` : html`<span class="setting-value">${value}</span>`;
}

function textOf(language: Language, value: unknown, description?: SettingDescription): string | undefined {
  if (!isSet(value)) return undefined;
  const m = sharedMessages[language];
  if (typeof value === 'boolean') return value ? m.yes : m.no;
  if (Array.isArray(value)) return value.map((item) => textOf(language, item) ?? '').join('\n');
  const text = typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
  return description?.choices?.find((choice) => choice.value === text)?.label[language] ?? certificateOf(text) ?? text;
}

/** One certificate as people compare it: subject, end and fingerprint; undefined: the text is something else. */
function certificateOf(text: string): string | undefined {
  if (!/^\s*-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\s*$/.test(text)) return undefined;
  try {
    const { subject, validTo, fingerprint256 } = new X509Certificate(text);
    const end = new Date(validTo).toISOString().slice(0, 10);
    return `${subject.replaceAll('\n', ', ')} (– ${end})\nSHA-256 ${fingerprint256}`;
  } catch {
    return undefined;
  }
}
