/** The names that become hosts and paths: workspace names, customer ids, identifiers (SPEC §2). Pure. */
import { reservedNames } from '../config/sites.ts';
import { DirectoryError } from './errors.ts';

/** Throws `name_invalid` or `name_reserved`. `what` is how the message calls it: "workspace name". */
export function requireName(what: string, name: string): void {
  const problem = problemOfName(name);
  if (problem === undefined) return;
  throw new DirectoryError(
    reservedNames.has(name) ? 'name_reserved' : 'name_invalid',
    `The ${what} "${name}" ${problem}`,
  );
}

/** What is wrong with it, as the end of a sentence; `undefined` when nothing is. */
export function problemOfName(name: string): string | undefined {
  if (!/^[a-z0-9-]{2,40}$/.test(name)) return 'must be 2 to 40 of the characters a-z, 0-9 and -';
  // As a host label it would be invalid (RFC 1123 §2.1) or shown as other letters than these (IDNA's `xn--`).
  if (/^-|-$|^xn--/.test(name)) return 'must not begin or end with - and not begin with xn--';
  if (reservedNames.has(name)) return 'is reserved';
  return undefined;
}
