/**
 * Headers of every answer, oidc-provider's own pages included (it sends none of these).
 *
 * A table and two small functions. A page that posts or leads elsewhere asks for it with `allowFormAction`.
 */
import type { ServerResponse } from 'node:http';
import type { Middleware } from './edge.ts';

const directives =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

const headers: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', contentSecurityPolicy(["'self'"])],
  ['X-Frame-Options', 'DENY'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()'],
  ['Cache-Control', 'no-store'],
];

/** `secure`: HSTS too. Two years; without includeSubDomains, because other names below the domain are not ours. */
export function createSecurityHeaders(secure: boolean): Middleware {
  const all = secure ? [...headers, ['Strict-Transport-Security', 'max-age=63072000'] as const] : headers;
  return (_request, response, next) => {
    for (const [name, value] of all) response.setHeader(name, value);
    next();
  };
}

/** The policy with other `form-action` sources; `scripts`: further sources such as `'sha256-…'` of an inline script. */
export function contentSecurityPolicy(formAction: readonly string[], scripts: readonly string[] = []): string {
  const base = scripts.length === 0 ? directives : directives.replace("script-src 'self'", `$& ${scripts.join(' ')}`);
  return `${base}; form-action ${formAction.join(' ')}`;
}

/**
 * Lets this page's forms lead to other origins. Chromium applies `form-action` to every redirect after the post, so a
 * page on the way to a relying party or an upstream must name where the journey may end: `https:` in general.
 * Sources are origins (`https://idp.example.org`), schemes (`https:`, `com.example.app:`); anything else is dropped.
 */
export function allowFormAction(response: ServerResponse, sources: readonly string[]): void {
  const safe = sources.filter((source) => /^[a-z][a-z0-9+.-]*:(\/\/[a-z0-9.[\]:*-]+)?$/i.test(source));
  response.setHeader('Content-Security-Policy', contentSecurityPolicy(["'self'", ...safe]));
}

/** Where a sign-in or sign-out may end. Over http (loopback: demo, tests) other loopback applications are http too. */
export function anyApplication(secure: boolean): readonly string[] {
  return secure ? ['https:', 'http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'] : ['https:', 'http:'];
}
