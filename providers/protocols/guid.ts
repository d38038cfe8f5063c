/**
 * GUIDs of Active Directory: from text, Base64 of the 16 bytes, or bytes, to canonical lower-case text.
 *
 * The bytes are mixed-endian, as objectGUID and Entra's onPremisesImmutableId have them (MS-DTYP 2.3.4.2): the first
 * three groups are little-endian. Pure. Called by `src/claims`, and by providers that search a directory by GUID.
 */

const guidText = /^(\{?)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(\}?)$/i;
/** Where the n-th byte of the text stands in the binary form. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case, or `undefined` for anything that is not exactly one GUID. */
export function parseGuid(value: string | Uint8Array): string | undefined {
  if (typeof value !== 'string') return formatGuid(value);
  const [, opened, text, closed] = (value.length <= 38 && guidText.exec(value)) || [];
  if (text !== undefined) return (opened === '{') === (closed === '}') ? text.toLowerCase() : undefined;
  // 16 bytes are 24 characters. Strict, because `Buffer` alone skips what it does not know.
  if (value.length !== 24) return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? formatGuid(bytes) : undefined;
}

/** The text of a binary GUID; `undefined` unless there are 16 bytes. */
export function formatGuid(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(order.map((position) => bytes[position] ?? 0)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The binary form of a GUID given as text, with or without braces; `undefined` when it is not one. */
export function encodeGuid(text: string): Uint8Array | undefined {
  if (text.length < 36) return undefined;
  const canonical = parseGuid(text);
  if (canonical === undefined) return undefined;
  const hex = Buffer.from(canonical.replaceAll('-', ''), 'hex');
  return new Uint8Array(order.map((position) => hex[position] ?? 0));
}
