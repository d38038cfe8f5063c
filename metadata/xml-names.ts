/** Names, references and attribute values of XML, as `scan-xml.ts` meets them. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
export const declarationNamespace = 'http://www.w3.org/2000/xmlns/';

export interface QualifiedName {
  name: string;
  prefix: string;
  local: string;
}

/** Characters of names: ASCII only. XML allows more, no standard that we read uses them, and others sort them differently. */
const nameStart = 1;
const namePart = 2;
const colon = 0x3a;
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) classes[code] = nameStart | namePart;
  else if (/[0-9.-]/.test(character)) classes[code] = namePart;
}

/** Where the name that begins at `start` ends; `start` itself when there is none. At most one colon, inside. */
export function endOfName(text: string, start: number): number {
  let at = start;
  let partStart = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === colon && partStart === start && at > start) {
      partStart = ++at;
      continue;
    }
    const wanted = at === partStart ? nameStart : namePart;
    // NaN (the end) and everything from 128 on find nothing in the table.
    if (((classes[code] ?? 0) & wanted) === 0) break;
    at++;
  }
  return at === partStart ? start : at;
}

export function splitName(name: string): QualifiedName {
  const at = name.indexOf(':');
  return at === -1 ? { name, prefix: '', local: name } : { name, prefix: name.slice(0, at), local: name.slice(at + 1) };
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Resolves the five entities and character references (XML 1.0 §4.1). `undefined`: there is another, or a bare `&`. */
export function resolveReferences(text: string): string | undefined {
  if (!text.includes('&#')) return resolveEntities(text);
  let resolved = '';
  let from = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', from)) {
    // `&#x10FFFF;` and a few leading zeros: no search to the end of the text for each ampersand.
    const end = at + 1 + text.slice(at + 1, at + 16).indexOf(';');
    if (end === at) return undefined;
    const name = text.slice(at + 1, end);
    const value = name.charCodeAt(0) === 0x23 ? characterOf(name) : predefinedEntity(name);
    if (value === undefined) return undefined;
    resolved += from === at ? value : text.slice(from, at) + value;
    from = end + 1;
  }
  return resolved + text.slice(from);
}

/** Without character references: five searches instead of a step for each. `&amp;` last, so that nothing is read twice. */
function resolveEntities(text: string): string | undefined {
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) return undefined;
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

function predefinedEntity(name: string): string | undefined {
  return Object.hasOwn(predefined, name) ? predefined[name] : undefined;
}

function characterOf(reference: string): string | undefined {
  const match = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(reference);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number.parseInt(match[2]!, 10) : Number.parseInt(match[1], 16);
  const isCharacter =
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

/** Where the first character stands that XML 1.0 cannot hold, a lone surrogate included; -1: nowhere. */
export function findForeignCharacter(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  if (control !== -1 || text.isWellFormed()) return control;
  return text.search(/\p{Surrogate}/u);
}
