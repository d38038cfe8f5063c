/** Between the controls of a form and the settings of a draft. Pure. */
import { z } from 'zod';
import type { ProviderDefinition, SettingDescription } from '../../../providers/provider.ts';
import { holdsPrivateKey } from '../../directory/connections/drafts.ts';
import type { Settings } from '../../directory/connections/sealed-settings.ts';
import { isSet, valueAt } from '../../directory/connections/setting-paths.ts';
import type { Form } from '../forms.ts';
import { secretField, settingField } from './setting-fields.ts';

/** Key path → value that a setting has when nothing is said. Asked of the schema, so that no second list can differ. */
export function defaultsOf({ schema, descriptions }: ProviderDefinition): ReadonlyMap<string, unknown> {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return new Map(
    descriptions.flatMap(({ key }) => {
      let at: JsonSchema | undefined = whole;
      for (const name of key.split('.')) at = at?.properties?.[name];
      return at?.default === undefined ? [] : [[key, at.default] as const];
    }),
  );
}
interface JsonSchema {
  properties?: Readonly<Record<string, JsonSchema>>;
  default?: unknown;
}

/** For the controls: what is stored, else the default. */
export function valuesOf(
  settings: Readonly<Settings>,
  descriptions: readonly SettingDescription[],
  defaults: ReadonlyMap<string, unknown>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { key, secret, type } of descriptions) {
    if (secret) continue;
    const stored = valueAt(settings, key);
    const value = stored === undefined ? defaults.get(key) : stored;
    if (type === 'yes-no') values[key] = value === true ? 'on' : '';
    else if (Array.isArray(value)) values[key] = value.join('\n');
    else if (isSet(value)) values[key] = String(value);
  }
  return values;
}

export interface TypedSettings {
  settings: Settings;
  secrets: Record<string, string>;
  /** As typed, to be shown again; without what must not be. */
  values: Record<string, string>;
}

/** `before`: what no control stands for stays as it is. */
export function readSettings(
  form: Form,
  before: Readonly<Settings>,
  descriptions: readonly SettingDescription[],
): TypedSettings {
  const settings = structuredClone(before) as Settings;
  const typed: TypedSettings = { settings, secrets: {}, values: {} };
  for (const description of descriptions) {
    const { key, secret } = description;
    if (secret) {
      const value = form[secretField(key)] ?? '';
      if (value !== '') typed.secrets[key] = value;
      continue;
    }
    const text = (form[settingField(key)] ?? '').replaceAll('\r\n', '\n');
    // What was pasted by mistake is not sent back in a page.
    typed.values[key] = holdsPrivateKey(text) ? '' : text;
    setAt(settings, key, settingOf(text, description));
  }
  return typed;
}

/** Every control that a form for these settings has. */
export function settingFieldNames(descriptions: readonly SettingDescription[]): string[] {
  return descriptions.map(({ key, secret }) => (secret ? secretField(key) : settingField(key)));
}

function settingOf(text: string, { type, multiline = false }: SettingDescription): unknown {
  if (type === 'yes-no') return text === 'on';
  if (text.trim() === '') return undefined;
  if (type !== 'list') return text;
  return multiline ? splitBlocks(text) : text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** PEM blocks, each by itself; what is no PEM is left to the schema as one piece. */
function splitBlocks(text: string): string[] {
  if (!text.includes('-----BEGIN ')) return [text.trim()];
  return text
    .split(/(?=-----BEGIN )/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
}

/** Undefined takes it away, and the objects that are empty then. */
function setAt(settings: Settings, key: string, value: unknown): void {
  const names = key.split('.');
  const last = names.pop()!;
  const parents: [Settings, string][] = [];
  let at = settings;
  for (const name of names) {
    const inner = Object.hasOwn(at, name) ? at[name] : undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
      if (value === undefined) return;
      at[name] = {};
    }
    parents.push([at, name]);
    at = at[name] as Settings;
  }
  if (value !== undefined) {
    at[last] = value;
    return;
  }
  delete at[last];
  for (const [parent, name] of parents.toReversed())
    if (Object.keys(parent[name] as Settings).length === 0) delete parent[name];
}
