/** Which URLs may be an upstream's: https, or http on loopback (whether loopback may be reached, the guarded fetch decides). */

/** What is wrong with it, as a sentence for the person who typed it; undefined when nothing is. */
export function explainBadEndpoint(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'must be a whole URL, such as https://login.example.com';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return 'must begin with https://';
  }
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (text.includes('#')) return 'must not contain a fragment (#)';
  return undefined;
}

/** As typed by a person; the rules above plus: no query. */
export function explainBadIssuer(text: string): string | undefined {
  return explainBadEndpoint(text) ?? (text.includes('?') ? 'must not contain a query (?)' : undefined);
}

const wellKnown = '/.well-known/openid-configuration';

/**
 * The issuer that somebody meant who pasted an issuer, or the address of its discovery document. Discovery then starts
 * from this issuer and the document must name exactly it: a pasted document address never chooses its own issuer (RP-10).
 */
export function normaliseIssuer(text: string): string {
  return withoutDocument(text).replace(/\/+$/, '');
}

/** The same for providers whose issuer may end in a slash (Auth0, Azure AD B2C): one that was typed stays. */
export function withoutDocument(text: string): string {
  const trimmed = text.trim();
  return trimmed.endsWith(wellKnown) ? trimmed.slice(0, -wellKnown.length) : trimmed;
}

/** OpenID Connect Discovery §4.1. */
export function documentUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}${wellKnown}`;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
