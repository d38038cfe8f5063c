/**
 * Security identifiers of Windows (MS-DTYP 2.4.2): from text, Base64 of the binary form, or bytes, to canonical text.
 *
 * Pure. Called by `src/claims`, and by providers that search a directory by SID.
 */

const maximumSubAuthorities = 15;
/** `S-1-` + authority (10 or 14 characters) + 15 × `-4294967295`; Base64 is shorter. */
const maximumLength = 4 + 14 + maximumSubAuthorities * 11;
const sidText = /^S-1-(0x[0-9a-f]{12}|0|[1-9]\d{0,9})((?:-(?:0|[1-9]\d{0,9})){1,15})$/i;

/** `S-1-5-21-…` in canonical form (MS-DTYP 2.4.2.1), or `undefined` for anything that is not exactly one SID. */
export function parseSid(value: string | Uint8Array): string | undefined {
  const bytes = typeof value === 'string' ? (encodeSid(value) ?? decodeBase64(value)) : value;
  return bytes && formatSid(bytes);
}

/** The text of a binary SID (objectSid, MS-DTYP 2.4.2.2); `undefined` when revision, count or length are wrong. */
export function formatSid(bytes: Uint8Array): string | undefined {
  const count = bytes[1] ?? 0;
  if (bytes[0] !== 1 || count < 1 || count > maximumSubAuthorities || bytes.length !== 8 + 4 * count) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The authority is big-endian, what follows little-endian.
  const high = view.getUint16(2);
  const low = view.getUint32(4);
  const hex = high.toString(16).padStart(4, '0') + low.toString(16).padStart(8, '0');
  let text = `S-1-${high === 0 ? low : `0x${hex.toUpperCase()}`}`;
  for (let index = 0; index < count; index++) text += `-${view.getUint32(8 + 4 * index, true)}`;
  return text;
}

/** The binary form of a SID given as text; `undefined` when it is not one. */
export function encodeSid(text: string): Uint8Array | undefined {
  const [, authority, rest] = (text.length <= maximumLength && sidText.exec(text)) || [];
  if (authority === undefined || rest === undefined) return undefined;
  const subAuthorities = rest.slice(1).split('-').map(Number);
  const decimal = !/^0x/i.test(authority);
  if ((decimal && Number(authority) > 0xffffffff) || subAuthorities.some((each) => each > 0xffffffff)) return undefined;
  const bytes = new Uint8Array(8 + 4 * subAuthorities.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[1] = subAuthorities.length;
  // 48 bits: Number holds them exactly, bit operators would not.
  view.setUint16(2, Math.floor(Number(authority) / 2 ** 32));
  view.setUint32(4, Number(authority) % 2 ** 32);
  for (const [index, each] of subAuthorities.entries()) view.setUint32(8 + 4 * index, each, true);
  return bytes;
}

/** Strict: `Buffer` alone skips what it does not know, so that many texts would mean one SID. */
function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length > maximumLength) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
