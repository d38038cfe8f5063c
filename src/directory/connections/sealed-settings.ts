/**
 * A connection's settings as they lie in a row: the plain ones as JSON, the secret ones sealed and bound to that row, so
 * that they open in no other.
 */
import type { Sealer } from '../../../certs/sealing.ts';
import type { SettingDescription } from '../../../providers/provider.ts';
import { joinSecrets, splitSecrets } from './connection-secrets.ts';

export type Settings = Record<string, unknown>;

/** Key path → value. Never shown, never logged. */
export type Secrets = Readonly<Record<string, unknown>>;

export interface SettingColumns {
  settings: string;
  secrets_sealed: string | null;
}

export const connectionContext = (id: string) => `connections/${id}`;
export const draftContext = (connectionId: string) => `connection-drafts/${connectionId}`;
export const versionContext = (id: string) => `connection-versions/${id}`;

/** `context`: one of the three above. */
export function sealSettings(
  sealer: Sealer,
  context: string,
  settings: Readonly<Settings>,
  descriptions: readonly SettingDescription[],
): SettingColumns {
  const { plain, secrets } = splitSecrets(settings, descriptions);
  return {
    settings: JSON.stringify(plain),
    secrets_sealed: secrets && sealer.seal(JSON.stringify(secrets), context),
  };
}

export function openSecrets(sealer: Sealer, context: string, { secrets_sealed: sealed }: SettingColumns): Secrets {
  return sealed === null ? {} : JSON.parse(sealer.openText(sealed, context));
}

/** Whole: what a definition's schema takes. Never shown, never logged. */
export function openSettings(sealer: Sealer, context: string, columns: SettingColumns): Settings {
  return joinSecrets(JSON.parse(columns.settings), openSecrets(sealer, context, columns));
}
