/** Takes the secret settings out of a connection's settings, by the provider's own description of them. Pure. */
import type { SettingDescription } from '../../../providers/provider.ts';

type Settings = Record<string, unknown>;

/** `secrets`: key path → value; null when there are none. */
export function splitSecrets(
  settings: Readonly<Settings>,
  descriptions: readonly SettingDescription[],
): { plain: Settings; secrets: Settings | null } {
  const plain = structuredClone(settings) as Settings;
  const secrets: Settings = {};
  for (const { key, secret } of descriptions) {
    if (secret !== true) continue;
    const { parent, last } = parentOf(plain, key);
    if (parent === undefined || !Object.hasOwn(parent, last)) continue;
    secrets[key] = parent[last];
    delete parent[last];
  }
  return { plain, secrets: Object.keys(secrets).length === 0 ? null : secrets };
}

export function joinSecrets(plain: Readonly<Settings>, secrets: Readonly<Settings>): Settings {
  const whole = structuredClone(plain) as Settings;
  for (const [key, value] of Object.entries(secrets)) {
    const { parent, last } = parentOf(whole, key);
    if (parent !== undefined) parent[last] = value;
  }
  return whole;
}

/** The object that holds the last segment of a key path. */
function parentOf(settings: Settings, key: string): { parent: Settings | undefined; last: string } {
  const segments = key.split('.');
  const last = segments.pop()!;
  let parent: unknown = settings;
  for (const segment of segments) {
    parent = isObject(parent) && Object.hasOwn(parent, segment) ? parent[segment] : undefined;
  }
  return { parent: isObject(parent) ? parent : undefined, last };
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
