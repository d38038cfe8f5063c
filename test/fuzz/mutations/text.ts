/** Comments, instructions, CDATA, entities and document types let in; the same text written otherwise; encodings. */
import { insert, spansOf } from '../markup.ts';
import type { Random } from '../random.ts';
import type { Mutation } from './mutation.ts';
import { any } from './structure.ts';

const intruders = [
  '<!-- c -->',
  '<!---->',
  '<?p i?>',
  '<?xml version="1.0"?>',
  '<![CDATA[]]>',
  '<![CDATA[<x/>]]>',
  '&nbsp;',
  '&x;',
  '&#0;',
  '&#x1;',
  '&#xD;',
  '&#10;',
  '&#x110000;',
  '&amp;',
  '&lt;',
  ']]>',
  '\r',
  '\r\n',
  '\t',
  '\n',
  '\u0085',
  '\u2028',
  '\u00a0',
  '\u200b',
  '\ufeff',
  '\ufffe',
  '\u{1f600}',
  'e\u0301',
  '\0',
  '\u0001',
  '<',
  '>',
  '&',
  '"',
];
const types = [
  '<!DOCTYPE x>',
  '<!DOCTYPE samlp:Response [<!ENTITY x "victim">]>',
  '<!DOCTYPE samlp:Response [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>',
  '<!DOCTYPE samlp:Response [<!ATTLIST saml:NameID Format CDATA "urn:x">]>',
  '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">',
];

export const textMutations: Record<string, Mutation> = {
  'intruder in text': (xml, random) => insert(xml, inText(xml, random), random.pick(intruders)),
  'intruder anywhere': (xml, random) => insert(xml, random.int(xml.length + 1), random.pick(intruders)),
  'comment in the name': (xml, random) =>
    xml.replace(/(<[\w:]*NameID[^>]*>[^<]{3})/, `$1${random.pick(['<!---->', '<!-- x -->', '<?x y?>', '<x/>'])}`),
  'text as CDATA': (xml, random) => {
    const span = any(xml, random);
    if (!span) return xml;
    const text = xml.slice(span.openEnd, span.closeStart);
    return text === '' ? xml : `${xml.slice(0, span.openEnd)}<![CDATA[${text}]]>${xml.slice(span.closeStart)}`;
  },
  'document type': (xml, random) => {
    const text = random.pick(types);
    return random.chance(0.8) ? text + xml : insert(xml, random.int(xml.length), text);
  },
  'entity for text': (xml, random) =>
    `<!DOCTYPE x [<!ENTITY e "${random.pick(['victim', 'attacker', '<x/>'])}">]>${xml.replace('victim', '&e;')}`,
  'character reference': (xml, random) => {
    const at = inText(xml, random);
    const point = xml.codePointAt(at);
    if (point === undefined || '<>&'.includes(String.fromCodePoint(point))) return xml;
    const written = random.pick([
      `&#${point};`,
      `&#x${point.toString(16)};`,
      `&#x0${point.toString(16).toUpperCase()};`,
    ]);
    return xml.slice(0, at) + written + xml.slice(at + String.fromCodePoint(point).length);
  },
  'other name': (xml, random) =>
    xml.replace(/victim/g, (name) =>
      random.chance(0.5) ? random.pick(['attacker', 'Victim', 'victim ', 'vıctim']) : name,
    ),
  'other character': (xml, random) => {
    const at = inText(xml, random);
    return xml.slice(0, at) + random.pick(['a', 'A', '0', ' ', 'é', '']) + xml.slice(at + 1);
  },
  'line breaks': (xml, random) =>
    random.pick([
      () => xml.replaceAll('\n', '\r\n'),
      () => xml.replaceAll('><', '>\n<'),
      () => xml.replaceAll('><', '>\r\n<'),
      () => xml.replaceAll('\n', ''),
      () => xml.replace('><', '> <'),
    ])(),
  declaration: (xml, random) =>
    random.pick([
      '<?xml version="1.0"?>',
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      '<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
      '<?xml version="1.1"?>',
      '<?xml version="1.0" encoding="UTF-16"?>',
      '<?xml version="1.0" encoding="ISO-8859-1"?>',
      '<?xml version="1.0" encoding="UTF-7"?>',
      ' <?xml version="1.0"?>',
      '<?xml version="1.0"?><?xml version="1.0"?>',
      "<?xml version='1.0' encoding='UTF-8'?>\r\n",
    ]) + xml,
  'byte order mark': (xml) => `\ufeff${xml}`,
  'flood of entities': (xml, random) => insert(xml, inText(xml, random), '&amp;'.repeat(1 + random.int(200))),
};

/** A position in character data or in a tag, mostly the former. */
function inText(xml: string, random: Random): number {
  const spans = spansOf(xml);
  const leaf = spans.filter((span, index) => spans[index + 1]?.parent !== span && span.closeStart > span.openEnd);
  if (leaf.length === 0 || random.chance(0.15)) return random.int(xml.length + 1);
  const names = leaf.filter((span) => /NameID|AttributeValue|DigestValue|SignatureValue|Issuer/.test(span.name));
  const span = random.pick(names.length > 0 && random.chance(0.7) ? names : leaf);
  return span.openEnd + random.int(span.closeStart - span.openEnd);
}

export const byteMutations: Record<string, (bytes: Buffer, random: Random) => Buffer> = {
  'other byte': (bytes, random) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[random.int(changed.length)] = random.int(256);
    return changed;
  },
  'bytes dropped': (bytes, random) => {
    const from = random.int(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random.int(20))]);
  },
  'bytes copied': (bytes, random) => {
    const from = random.int(bytes.length);
    const at = random.int(bytes.length);
    const piece = bytes.subarray(from, from + 1 + random.int(60));
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  },
  'UTF-16': (bytes, random) => {
    const text = Buffer.from(bytes.toString(), 'utf16le');
    return random.chance(0.5) ? Buffer.concat([Buffer.from([0xff, 0xfe]), text]) : text.swap16();
  },
  'Latin-1': (bytes) => Buffer.from(bytes.toString(), 'latin1'),
  'overlong form': (bytes, random) => {
    const at = random.int(bytes.length);
    const byte = bytes[at] ?? 0x41;
    const long = random.pick([
      [0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)],
      [0xe0, 0x80 | (byte >> 6), 0x80 | (byte & 0x3f)],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0x80],
    ]);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(long), bytes.subarray(at + 1)]);
  },
};
