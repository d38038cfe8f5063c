import fc from 'fast-check';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { describe, expect, it } from 'vitest';
import { scanXml, type XmlDialect } from '../../../metadata/scan-xml.ts';
import { XmlError, type XmlProblem } from '../../../metadata/xml-error.ts';
import type { XmlElement } from '../../../metadata/xml-tree.ts';

const lenient: XmlDialect = {
  depth: 40,
  elements: 500,
  attributes: 500,
  attributesPerElement: 20,
  namespacesInScope: 30,
  nameLength: 40,
  comments: 'skip',
  strictNames: false,
};
const strict: XmlDialect = { ...lenient, comments: 'refuse', strictNames: true };

function problemOf(text: string, dialect = strict): XmlProblem | undefined {
  try {
    scanXml(text, dialect);
  } catch (error) {
    if (error instanceof XmlError) return error.problem;
    throw error;
  }
  return undefined;
}

/** What an XML parser says, in a shape that both sides can be brought into. */
type Seen = [
  name: string,
  uri: string,
  attributes: [name: string, uri: string, value: string][],
  inside: (Seen | string)[],
];

function seenByUs(element: XmlElement): Seen {
  const inside: (Seen | string)[] = [];
  for (const child of element.children) {
    const last = inside.at(-1);
    if (typeof child !== 'string') inside.push(seenByUs(child));
    else if (typeof last === 'string') inside[inside.length - 1] = last + child;
    else inside.push(child);
  }
  return [element.name, element.uri, element.attributes.map(({ name, uri, value }) => [name, uri, value]), inside];
}

/** saxes: another implementation of the same standards. `undefined`: not well-formed, or with parts that we refuse. */
function seenBySaxes(text: string): Seen | undefined {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const stack: Seen[] = [];
  let root: Seen | undefined;
  let isRefused = false;
  const add = (piece: string) => {
    const inside = stack.at(-1)?.[3];
    if (inside === undefined) return;
    const last = inside.at(-1);
    if (typeof last === 'string') inside[inside.length - 1] = last + piece;
    else if (piece !== '') inside.push(piece);
  };
  parser.on('error', () => {
    isRefused = true;
  });
  parser.on('doctype', () => {
    isRefused = true;
  });
  parser.on('processinginstruction', () => {
    isRefused = true;
  });
  parser.on('xmldecl', ({ version, encoding = 'utf-8' }) => {
    if (version !== '1.0' || !/^(utf-?8|us-ascii)$/i.test(encoding)) isRefused = true;
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('opentag', (tag: SaxesTagNS) => {
    const attributes = Object.values(tag.attributes)
      .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
      .map(({ name, uri, value }): [string, string, string] => [name, uri, value]);
    const seen: Seen = [tag.name, tag.uri, attributes, []];
    stack.at(-1)?.[3].push(seen);
    root ??= seen;
    stack.push(seen);
  });
  parser.on('closetag', () => {
    stack.pop();
  });
  parser.write(text).close();
  return isRefused ? undefined : root;
}

const pieces = [
  '<a>',
  '</a>',
  '<b/>',
  '<p:b xmlns:p="urn:p" p:c="1"/>',
  '<a xmlns="urn:d">',
  '<a c="1" d=\'2\'>',
  '<a xmlns="">',
  '</p:b>',
  '<p:b xmlns:p="urn:p">',
  'x',
  ' ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '&amp;',
  '&lt;',
  '&apos;',
  '&amp;lt;',
  '&amp;#60;',
  '&#13;',
  '&#x41;',
  '&#0;',
  '&#xD800;',
  '&#x110000;',
  '&nbsp;',
  '&',
  '&amp',
  '<',
  '>',
  ']]>',
  '"',
  "'",
  '=',
  '/',
  '<!-- c -->',
  '<!--',
  '-->',
  '<!-- -- -->',
  '<!--->',
  '<![CDATA[',
  '<![CDATA[<&]]>',
  '<?x?>',
  '<?xml version="1.0"?>',
  '<!DOCTYPE a>',
  '<a xml:lang="en">',
  '<a xmlns:xml="urn:x">',
  '<a xmlns:xmlns="urn:x"/>',
  '<xml:a/>',
  '<a xmlns:p="">',
  '<a c="1" c="2"/>',
  '<a xmlns:p="urn:1" xmlns:q="urn:1" p:c="" q:c=""/>',
  '<a c="<"/>',
  '<a c="&#10;&#9; \n\t"/>',
  '<:a/>',
  '<a:/>',
  '<a:b:c/>',
  '<-a/>',
  '<1/>',
  '<é/>',
  'é',
  '😀',
  '\ud83d',
  '\u0000',
  '\u0001',
  '\ufffe',
  '\u0085',
  '\u2028',
  '\ufeff',
  '< a>',
  '<a >',
  '</a >',
  '</ a>',
  '<a\n c\n=\n"1"\n/>',
  '<a c="1"d="2"/>',
  '<a c=1/>',
  '<a c/>',
  '<a / >',
  '__proto__',
  '<__proto__ constructor="x"/>',
]; // prettier-ignore

/** Documents mostly of well-nested pieces, so that a good part of them is accepted. */
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc
    .tuple(
      fc.constantFrom('a', 'b', 'p:a', 'q:b', 'a-1.x'),
      fc.constantFrom(
        '',
        ' xmlns="urn:1"',
        ' xmlns:p="urn:2"',
        " c='&quot;\t'",
        ' p:c="1" c="2\r\n"',
        ' xmlns:q="urn:2" q:c="" ',
        ' xmlns=""',
      ),
      fc.array(
        fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom(...pieces) },
          { weight: 6, arbitrary: fc.constantFrom('x', '&gt;', 'é', '\r\n') },
          { weight: 8, arbitrary: tie('tree') },
        ),
        { maxLength: 3 },
      ),
    )
    .map(([name, attributes, inside]) => `<${name}${attributes}>${inside.join('')}</${name}>`),
}));
const document = fc.oneof(
  tree.map((inside) => `<r xmlns:p="urn:p" xmlns:q="urn:q">${inside}</r>`),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => list.join('')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((list) => `<r>${list.join('')}</r>`),
);

describe('the XML scanner', () => {
  it('reads nothing that saxes does not read, and always the same in it', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, (text) => {
        if (problemOf(text, lenient) !== undefined) return;
        accepted++;
        expect(seenByUs(scanXml(text, lenient))).toEqual(seenBySaxes(text));
      }),
      { numRuns: 6000 },
    );
    expect(accepted).toBeGreaterThan(600);
  });

  it('refuses of what saxes reads only what is on its list', () => {
    fc.assert(
      fc.property(document, (text) => {
        // saxes swallows the `<` behind half a surrogate pair.
        if (!text.isWellFormed() || problemOf(text, lenient) === undefined || seenBySaxes(text) === undefined) return;
        // Names beyond ASCII, and a byte order mark before the root (the callers' affair).
        expect(text).toMatch(/<\/?[^<>]*[^\p{ASCII}][^<>]*>|^\ufeff/u);
      }),
      { numRuns: 6000 },
    );
  });

  it('resolves namespaces by scope, attributes without prefix to none', () => {
    const [inner] = scanXml(
      '<a xmlns="urn:1" xmlns:p="urn:2"><p:b c="1" p:c="2" xmlns:p="urn:3"/></a>',
      strict,
    ).children;
    expect(inner).toMatchObject({
      prefix: 'p',
      local: 'b',
      uri: 'urn:3',
      declared: 1,
      attributes: [
        { name: 'c', uri: '', value: '1' },
        { name: 'p:c', uri: 'urn:3', value: '2' },
      ],
    });
  });

  it('normalizes line ends and blanks of attributes, and keeps what was written as a reference', () => {
    const root = scanXml('<a b="1\r\n2\t&#13;&#10;&#9;">\r\n\r&#13;</a>', strict);
    expect(root.attributes[0]?.value).toBe('1 2 \r\n\t');
    expect(root.children).toEqual(['\n\n\r']);
  });

  it.each<[string, XmlProblem]>([
    ['<!DOCTYPE a><a/>', 'doctype'],
    ['<a><!ENTITY x "y"></a>', 'doctype'],
    ['<a><?p?></a>', 'processing-instruction'],
    ['<a/><?p?>', 'processing-instruction'],
    ['<a><!-- --></a>', 'comment'],
    ['<!----><a/>', 'comment'],
    ['<a><![CDATA[x]]></a>', 'comment'],
    ['<a xmlns="relative"/>', 'namespace'],
    ['<a xmlns:p="urn:é"/>', 'namespace'],
    ['<a xmlns:p="urn:&quot;"/>', 'namespace'],
    ['<a xml:id="x"/>', 'attribute'],
    ['<a xml:base="x"/>', 'attribute'],
    ['<?xml version="1.1"?><a/>', 'declaration'],
    ['<?xml version="1.0" encoding="utf-16"?><a/>', 'declaration'],
    ['<?xml encoding="utf-8"?><a/>', 'malformed'],
    [' <?xml version="1.0"?><a/>', 'malformed'],
    ['<a/>x', 'malformed'],
    ['<a/><a/>', 'malformed'],
    ['', 'malformed'],
    ['<a', 'malformed'],
    ['<a b="', 'malformed'],
    ['<a></ab>', 'malformed'],
    ['<a></a', 'malformed'],
    ['<a>\u0000</a>', 'malformed'],
  ])('refuses %s: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  const many = (count: number, write: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => write(at)).join('');
  it.each<[string, number, (count: number) => string]>([
    ['levels', 40, (count) => '<a>'.repeat(count) + '</a>'.repeat(count)],
    ['elements', 500, (count) => `<a>${'<b/>'.repeat(count - 1)}</a>`],
    ['attributes of an element', 20, (count) => `<a${many(count, (at) => ` b${at}=""`)}/>`],
    [
      'attributes',
      500,
      (count) => `<a>${'<b c=""/>'.repeat(count)}</a>`.replaceAll('<b c=""/><b c=""/>', '<b c="" d=""/>'),
    ],
    ['namespaces in scope', 30, (count) => `<a ${ns(0, 15)}><b ${ns(15, count - 15)}/></a>`],
    ['characters in a name', 40, (count) => `<${'a'.repeat(count)}/>`],
  ])('stops at too many %s, and at none of what is allowed', (_, limit, write) => {
    expect(problemOf(write(limit))).toBeUndefined();
    expect(problemOf(write(limit + 1))).toBe('too-many');
  });

  it('counts namespaces where they are in scope, and not beside each other', () => {
    expect(problemOf(`<a>${`<b ${ns(0, 15)}/>`.repeat(30)}</a>`)).toBeUndefined();
  });

  it('keeps of an aggregate what it is told to, and counts only that', () => {
    const text = `<a>${'<b><c d=""/></b>'.repeat(2000)}</a>`;
    let seen = 0;
    const root = scanXml(text, strict, (element, around) => {
      if (element.local !== 'b') return 'keep';
      expect(around.map(({ local }) => local)).toEqual(['a']);
      expect(element.children).toHaveLength(1);
      return ++seen === 7 ? 'keep' : 'drop';
    });
    expect(seen).toBe(2000);
    expect(root.children).toHaveLength(1);
    expect(problemOf(text)).toBe('too-many');
  });
});

function ns(from: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `xmlns:n${from + at}="urn:x"`).join(' ');
}
