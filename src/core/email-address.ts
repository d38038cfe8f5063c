/** What an email address is, where its mail goes, and one spelling for each (SECURITY ID-13). Pure. */
import { domainToASCII } from 'node:url';

export interface EmailAddress {
  /** Where mail goes: the local part's case as typed, the domain as in `normalized`. This is what is stored and shown. */
  mailbox: string;
  /** Equal for all spellings, so that `Ａlice@EXAMPLE.com` is no second alice. */
  normalized: string;
}

/** The signs of a dot-atom, as `claims/attributes.ts` reads them: whoever can be made can sign in. Nothing invisible. */
const local = /^(?:(?!\p{DI})[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]){1,64}$/u;
/** Before IDNA: `domainToASCII` would read a URL's host, so end at `/?#\`, drop line breaks and undo `%40`. */
const typedDomain = /^(?:(?!\p{DI})[\p{L}\p{M}\p{N}.。-])+$/u;
const domain = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * NFKC, the domain as IDNA A-labels without trailing dot; in `normalized` lower case too. Undefined when it is no address.
 * Both name the same mailbox: mail to what was typed could go elsewhere than the name that it gives. Of the local part
 * only the case may differ: RFC 5321 §2.3.11 allows it to matter, but no mail system in use lets it.
 */
export function readEmail(email: string): EmailAddress | undefined {
  const text = email.trim().normalize('NFKC');
  if (text.length > 254) return undefined;
  const at = text.lastIndexOf('@');
  const [name, typed] = [text.slice(0, at), text.slice(at + 1).replace(/\.$/, '')];
  if (at < 1 || !local.test(name) || /^\.|\.$|\.\./.test(name) || !typedDomain.test(typed)) return undefined;
  const host = domainToASCII(typed);
  // A host in digits would be an IPv4 address in one of its spellings.
  if (!domain.test(host) || /(^|\.)\d+$/.test(host) || name.length + 1 + host.length > 254) return undefined;
  // Lower-casing can leave what NFKC would have composed (`İ`), hence twice.
  return { mailbox: `${name}@${host}`, normalized: `${name.toLowerCase().normalize('NFKC')}@${host}` };
}

export function normalizeEmail(email: string): string | undefined {
  return readEmail(email)?.normalized;
}
