/** Whose domain an Okta URL is on (SPEC OKT-1): Okta's own, or a custom one that somebody has to say is theirs. Pure. */
import { ProviderError } from '../errors.ts';

const domains = ['okta.com', 'okta-eu.com', 'oktapreview.com'] as const;

/** Throws `domain_unconfirmed`. `customDomain`: an administrator has confirmed that it is theirs. */
export function proveDomain(url: string, customDomain: boolean): void {
  const { hostname } = new URL(url);
  const domain = domains.find((known) => hostname.endsWith(`.${known}`));
  if (domain === undefined) {
    if (customDomain) return;
    throw unconfirmed(domains.map((known) => `*.${known}`).join(', '), hostname);
  }
  const organization = hostname.slice(0, -domain.length - 1);
  // the address of Okta's admin console is copied by mistake; it is no issuer
  if (organization.endsWith('-admin'))
    throw unconfirmed(`${organization.slice(0, -'-admin'.length)}.${domain}`, hostname);
  if (organization.includes('.')) throw unconfirmed(`one name before .${domain}`, hostname);
}

function unconfirmed(expected: string, received: string): ProviderError {
  return new ProviderError('domain_unconfirmed', { detail: { where: 'url', expected, received } });
}
