/** One spelling for each email address (SECURITY ID-13), so that `Ａlice@EXAMPLE.com` is no second alice. Pure. */
import { domainToASCII } from 'node:url';

/**
 * NFKC and lower case, the domain as IDNA A-labels without trailing dot. Undefined when it is no address.
 * The local part's case is folded although RFC 5321 §2.3.11 allows it to matter: no mail system in use lets it.
 */
export function normalizeEmail(email: string): string | undefined {
  // Lower-casing can leave what NFKC would have composed (`İ`), hence twice.
  const text = email.trim().normalize('NFKC').toLowerCase().normalize('NFKC');
  if (text.length > 254) return undefined;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = domainToASCII(text.slice(at + 1).replace(/\.$/, ''));
  if (at < 1 || local.length > 64 || /[\s\p{C}@"(),:;<>[\]\\]|^\.|\.$|\.\./u.test(local)) return undefined;
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(domain)) return undefined;
  return `${local}@${domain}`;
}
