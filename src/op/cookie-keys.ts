/** Signs oidc-provider's cookies in the place of the keygrip package, which signs with SHA-1 and takes ten times as long. */
import { timingSafeEqual } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { macOf } from '../../certs/mac.ts';

type CookieKeys = Exclude<NonNullable<NonNullable<Configuration['cookies']>['keys']>, readonly unknown[]>;

/** `keys`: newest first; the first signs, all are accepted, and what an older one signed is signed anew. */
export function createCookieKeys(keys: readonly string[]): CookieKeys {
  const secrets = keys.map((key) => Buffer.from(key));
  const [newest] = secrets;
  if (newest === undefined) throw new Error('cookies need a key');

  const index = (data: string, digest: string): number => {
    const given = Buffer.from(digest, 'base64url');
    return given.length === 32 ? secrets.findIndex((key) => timingSafeEqual(macOf(key, data), given)) : -1;
  };
  return {
    sign: (data) => macOf(newest, String(data)).toString('base64url'),
    index: (data, digest) => index(String(data), digest),
    verify: (data, digest) => index(String(data), digest) >= 0,
  } as CookieKeys;
}
