/** What people type or paste where a name is asked for: the bare name, or a URL of ours, with or without scheme. Pure. */
import { namePattern, type Sites } from '../config/sites.ts';

type Resolves = Pick<Sites, 'resolve'>;

/** The name of a workspace; undefined when it can be none. */
export function readWorkspaceName(sites: Resolves, typed: string): string | undefined {
  return destinationOf(sites, typed)?.workspace ?? nameIn(typed);
}

/** The identifier of `/go/<identifier>`; undefined when it can be none. */
export function readIdentifier(sites: Resolves, typed: string): string | undefined {
  const destination = destinationOf(sites, typed);
  return nameIn(destination?.path.replace(/^\/go\//, '') ?? typed);
}

function nameIn(text: string): string | undefined {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/^\/+|\/+$/g, '');
  return namePattern.test(name) ? name : undefined;
}

function destinationOf(sites: Resolves, typed: string) {
  const text = typed.trim().toLowerCase();
  const whole = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const { host, pathname } = new URL(whole);
  return sites.resolve(host, pathname);
}
