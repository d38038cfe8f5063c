/** The URL that signs the person out at the upstream (OpenID Connect RP-Initiated Logout 1.0 §2). */
import type { Discovered } from './discovery.ts';

/** `undefined` when the upstream has no such endpoint. `parameters`: what tells it who is meant. */
export function buildSignOutUrl(
  { endSessionEndpoint }: Pick<Discovered, 'endSessionEndpoint'>,
  returnTo: string,
  handle: string,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  if (endSessionEndpoint === undefined) return undefined;
  const url = new URL(endSessionEndpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  url.searchParams.set('post_logout_redirect_uri', returnTo);
  url.searchParams.set('state', handle);
  return url.href;
}
