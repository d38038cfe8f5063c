import { refuse } from './refuse.ts';

/** SECURITY §1.1, step 2. A response with 150 groups has about 20 kB; base64 of this limit fits the form limit of 384 kB. */
export const maxResponseBytes = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const alphabet = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The form field `SAMLResponse` to bytes: RFC 4648 §4 with line breaks between groups allowed (SAML bindings §3.5.4
 * lets the sender break lines), nothing else skipped.
 */
export function decodeBase64(field: string): Uint8Array {
  if (field.length > Math.ceil(maxResponseBytes / 3) * 4 * 1.1) {
    refuse('saml_too_large', { expected: `at most ${maxResponseBytes} bytes`, where: 'SAMLResponse' });
  }
  const compact = field.replace(/[\r\n]/g, '');
  if (compact === '' || compact.length % 4 !== 0 || !alphabet.test(compact)) {
    refuse('saml_malformed', { expected: 'base64', where: 'SAMLResponse' });
  }
  return Buffer.from(compact, 'base64');
}

/**
 * Bytes to text: at most 256 kB of UTF-8 and nothing else. UTF-16, overlong forms and NUL stop here (SAML-48); a BOM
 * is refused too, because what is signed never has one.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > maxResponseBytes) {
    refuse('saml_too_large', { expected: `at most ${maxResponseBytes} bytes`, received: `${bytes.length} bytes` });
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refuse('saml_malformed', { expected: 'UTF-8', where: 'Response' });
  }
  if (text.startsWith('\uFEFF') || text.includes('\0')) {
    refuse('saml_malformed', { expected: 'UTF-8 without byte order mark and NUL', where: 'Response' });
  }
  return text;
}
