/**
 * Is this password known from a data breach (CIT-2, CIT-3)? One question, and the sources that an installation has.
 *
 * The shipped list always answers; an offline file (`compromised-passwords-file.ts`) and the range service
 * (`pwned-passwords-range.ts`) where they are configured. A source that cannot answer is logged and passed over: nobody
 * is kept from signing in, or from changing a password, because somebody else's server is away. Called by
 * `passwords.ts` and `identities.ts`, never with a password that has not been proven right or that is not being set.
 */
import { createHash } from 'node:crypto';
import type { Log } from '../core/log.ts';
import { isCommonPassword } from './password-rules.ts';

export interface CompromisedPasswords {
  has(password: string): Promise<boolean>;
}

/** `sha1`: 40 hexadecimal digits in upper case, as the published lists have them. Throws when it cannot tell. */
export interface CompromisedHashes {
  name: string;
  has(sha1: string): boolean | Promise<boolean>;
}

/** `sources`: asked in this order until one knows it. */
export function createCompromisedPasswords(
  sources: readonly CompromisedHashes[] = [],
  log?: Pick<Log, 'warn'>,
): CompromisedPasswords {
  return {
    async has(password) {
      if (isCommonPassword(password)) return true;
      if (sources.length === 0) return false;
      const sha1 = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase();
      for (const source of sources) {
        try {
          if (await source.has(sha1)) return true;
        } catch (error) {
          // Never the hash: it stands for the password.
          log?.warn({ err: error, source: source.name }, 'compromised passwords could not be looked up');
        }
      }
      return false;
    },
  };
}
