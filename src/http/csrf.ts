/**
 * Against forged posts (SECURITY CON-01), two independent checks: where the browser says the request comes from
 * (`Sec-Fetch-Site`, else `Origin`), and a token in the form that is bound to this browser or session.
 *
 * Not for endpoints that others post to by right (ACS, token endpoint): `app.ts` leaves them out.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { macOf } from '../../certs/mac.ts';
import { AppError } from '../core/errors.ts';
import { edgeOf, type Middleware } from './edge.ts';

/** Name of the hidden field. */
export const csrfField = 'csrf';

/** Refuses unsafe requests that a browser sends for another site, or for a sibling host of ours. */
export const refuseCrossSite: Middleware = (request, _response, next) => {
  const { method } = request;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return next();
  next(isOwnSite(request) ? undefined : new AppError('cross_site_refused'));
};

/** `none`: typed, bookmarked or reloaded by the person. Neither header: no browser of this decade, so the token decides. */
function isOwnSite(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = request.headers;
  return origin === undefined || origin === edgeOf(request).origin;
}

export interface Csrf {
  /** The token for forms shown to whoever holds `binding` (the browser cookie's value or the session's uid). */
  tokenFor(binding: string): string;
  /** Throws `cross_site_refused` unless `fields.csrf` is that token. */
  require(binding: string | undefined, fields: Readonly<Record<string, string>>): void;
}

/** `keys`: from `followKeys(sealingKeys, 'csrf')`; the first makes tokens, all are accepted. */
export function createCsrf(keys: () => readonly Uint8Array[]): Csrf {
  const current = (): Uint8Array => {
    const [first] = keys();
    if (first === undefined) throw new Error('CSRF tokens need a key');
    return first;
  };
  return {
    tokenFor: (binding) => macOf(current(), binding).toString('base64url'),
    require(binding, fields) {
      const token = Buffer.from(fields[csrfField] ?? '', 'base64url');
      const isRight =
        binding !== undefined &&
        binding !== '' &&
        token.length === 32 &&
        keys().some((key) => timingSafeEqual(token, macOf(key, binding)));
      if (!isRight) throw new AppError('cross_site_refused');
    },
  };
}
