/** The same document written otherwise, or changed where nobody signed: what a strict reader may well accept. */
import { attributesOf, cut, insert, localOf, spansNamed, spansOf } from '../markup.ts';
import type { Mutation } from './mutation.ts';

export const harmlessMutations: Record<string, Mutation> = {
  'other quotes': (xml, random) => {
    const attributes = spansOf(xml).flatMap((span) => attributesOf(xml, span));
    const one = random.pick(attributes);
    if (!one || /["'&]/.test(one.value)) return xml;
    return cut(
      xml,
      { start: one.valueStart - 1, end: one.end },
      random.chance(0.5) ? `'${one.value}'` : `"${one.value}"`,
    );
  },
  'space in a tag': (xml, random) => {
    const span = random.pick(spansOf(xml));
    if (!span) return xml;
    const isEmpty = xml[span.openEnd - 2] === '/';
    return insert(xml, span.openEnd - (isEmpty ? 2 : 1), random.pick([' ', '\n', '\t\r\n', '  ']));
  },
  'empty tag': (xml, random) => {
    const empty = [...xml.matchAll(/<([\w:]+)([^<>]*[^/])?><\/\1>|<([\w:]+)([^<>]*)\/>/g)];
    const found = random.pick(empty);
    if (!found) return xml;
    const [whole, name, rest = '', single, attributes = ''] = found;
    const written = single ? `<${single}${attributes}></${single}>` : `<${name}${rest}/>`;
    return cut(xml, { start: found.index, end: found.index + whole.length }, written);
  },
  'space in an end tag': (xml, random) => {
    const span = random.pick(spansOf(xml).filter(({ closeStart, end }) => end > closeStart));
    return span ? insert(xml, span.end - 1, random.pick([' ', '\n'])) : xml;
  },
  'unused namespace': (xml, random) => {
    const span = random.pick(spansOf(xml));
    return span ? insert(xml, span.start + 1 + span.name.length, ` xmlns:u${random.int(9)}="urn:u"`) : xml;
  },
  'envelope with more': (xml, random) => {
    const [status] = spansNamed(xml, 'Status');
    if (!status) return xml;
    return random.pick([
      () => xml.replace(/(<[\w:]*Response )/, '$1Consent="urn:x" '),
      () => insert(xml, status.closeStart, '<samlp:StatusMessage>ok</samlp:StatusMessage>'),
      () => insert(xml, status.start, '<samlp:Extensions><x:y xmlns:x="urn:x"/></samlp:Extensions>'),
      () => insert(xml, status.end, random.pick(['\n', ' ', 'text', '&amp;'])),
      () => xml.replace(/(<[\w:]*Response [^>]*?)\sDestination="[^"]*"/, '$1'),
      () => xml.replace(/(<[\w:]*Response [^>]*?)\sID="[^"]*"/, '$1 ID="_anything"'),
    ])();
  },
  'no key information': (xml, random) => {
    const infos = spansNamed(xml, 'KeyInfo');
    return infos.length > 0 ? cut(xml, random.pick(infos)) : xml;
  },
  'space around signature parts': (xml, random) => {
    const parts = spansOf(xml).filter(({ name }) =>
      /SignatureValue|KeyInfo|X509Data|X509Certificate/.test(localOf(name)),
    );
    const part = random.pick(parts);
    return part
      ? insert(xml, random.pick([part.start, part.openEnd, part.end]), random.pick(['\n', ' ', '\r\n', '\t']))
      : xml;
  },
  'text by number': (xml, random) =>
    xml.replace(/>([^<>&]*victim[^<>&]*)</, (_, text: string) => {
      const at = random.int(text.length);
      return `>${text.slice(0, at)}&#x${text.charCodeAt(at).toString(16)};${text.slice(at + 1)}<`;
    }),
  declaration: (xml) => (xml.startsWith('<?') ? xml : `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
  'line after the end': (xml) => `${xml}\n`,
};
