/** Settings by key path (`attributes.sid`), as their descriptions name them. Pure. */
import type { SettingDescription } from '../../../providers/provider.ts';
import type { Settings } from './sealed-settings.ts';

/** Undefined where there is nothing. */
export function valueAt(settings: Readonly<Settings>, key: string): unknown {
  let value: unknown = settings;
  for (const name of key.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Settings)[name];
  }
  return value;
}

/** Empty texts and lists count as nothing said. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Whom a connection talks to, as a text to compare: the same as long as no endpoint has changed. */
export function endpointsOf(settings: Readonly<Settings>, descriptions: readonly SettingDescription[]): string {
  const values = descriptions
    .filter(({ endpoint }) => endpoint === true)
    .map(({ key }) => valueAt(settings, key) || null);
  return JSON.stringify(values);
}

export interface SettingChange {
  key: string;
  /** A secret is only said to have changed. */
  secret: boolean;
  before: unknown;
  after: unknown;
}

/** What differs, in the order of the descriptions. Of secrets only that. */
export function changesBetween(
  before: Readonly<Settings>,
  after: Readonly<Settings>,
  descriptions: readonly SettingDescription[],
): SettingChange[] {
  return descriptions.flatMap(({ key, secret = false }) => {
    const values = { before: valueAt(before, key), after: valueAt(after, key) };
    if (JSON.stringify(values.before ?? null) === JSON.stringify(values.after ?? null)) return [];
    return [secret ? { key, secret, before: undefined, after: undefined } : { key, secret, ...values }];
  });
}
