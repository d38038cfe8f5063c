/** What an installation looks compromised passwords up in, from its configuration. Called by `services.ts` and `cli/`. */
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import {
  type CompromisedHashes,
  type CompromisedPasswords,
  createCompromisedPasswords,
} from './compromised-passwords.ts';
import { openCompromisedPasswordsFile } from './compromised-passwords-file.ts';
import { createPwnedPasswordsRange, type RangeOptions } from './pwned-passwords-range.ts';

export interface CompromisedSourcesOptions {
  config: Pick<Config, 'compromisedPasswordsFile' | 'compromisedPasswordsUrl'>;
  clock: Clock;
  log?: Log;
  /** Absent: the range service is not asked (CLI). */
  fetch?: RangeOptions['fetch'];
}

/** Throws `PasswordFileError` when the file is none: better now than at the first sign-in. */
export function openCompromisedPasswords({
  config,
  clock,
  log,
  fetch,
}: CompromisedSourcesOptions): CompromisedPasswords {
  const { compromisedPasswordsFile: file, compromisedPasswordsUrl: url } = config;
  const sources: CompromisedHashes[] = [];
  // The file first: what it knows need not be asked of anybody.
  if (file !== undefined) sources.push(openCompromisedPasswordsFile(file));
  if (url !== undefined && fetch) sources.push(createPwnedPasswordsRange({ url, fetch, clock }));
  return createCompromisedPasswords(sources, log);
}
