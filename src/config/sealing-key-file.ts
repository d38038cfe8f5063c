/**
 * Reads, makes and rewrites the file of sealing keys. Its form and meaning are in `certs/sealing-keys.ts`.
 *
 * Called at start-up and by the CLI's rotation. The data folder and the file are private (0700, 0600).
 */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { formatSealingKeys, generateSealingKey, parseSealingKeys, type SealingKey } from '../../certs/sealing-keys.ts';
import type { Config } from './config.ts';

type SealingConfig = Pick<Config, 'data' | 'sealingKey' | 'sealingKeyFile'>;

/** Makes the data folder where it is missing; only its owner may look inside. */
export function openDataFolder(config: Pick<Config, 'data'>): string {
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  chmodSync(config.data, 0o700);
  return config.data;
}

/** `undefined`: the keys are in the environment and no file is involved. */
export function sealingKeyPath(config: SealingConfig): string | undefined {
  return config.sealingKey ? undefined : (config.sealingKeyFile ?? join(config.data, 'sealing-keys'));
}

/**
 * The keys, the current one first. In the data folder they are made when they are missing; a configured file that is
 * missing is an error, because a new key would open nothing. Throws `SealingKeysError` or the file system's error.
 */
export function openSealingKeys(config: SealingConfig): SealingKey[] {
  const path = sealingKeyPath(config);
  if (path === undefined) return config.sealingKey as SealingKey[];
  if (config.sealingKeyFile === undefined && !existsSync(path)) {
    openDataFolder(config);
    createOnce(path, formatSealingKeys([generateSealingKey()]));
  }
  return parseSealingKeys(readFileSync(path, 'utf8'));
}

/**
 * Replaces the whole file in one step, so that a reader sees the old keys or the new ones. Throws `SealingKeysError`,
 * and leaves the file alone, when nobody could read what it would hold (too many keys).
 */
export function writeSealingKeys(path: string, keys: readonly SealingKey[]): void {
  const text = formatSealingKeys(keys);
  parseSealingKeys(text);
  const next = join(dirname(path), `.sealing-keys.${process.pid}`);
  writeFileSync(next, text, { mode: 0o600, flush: true });
  renameSync(next, path);
}

/** Of two processes that start at once, one makes the key and both read it; neither sees half a file. */
function createOnce(path: string, text: string): void {
  const made = `${path}.${process.pid}`;
  writeFileSync(made, text, { mode: 0o600, flush: true });
  try {
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(made);
  }
}
