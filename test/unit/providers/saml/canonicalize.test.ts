import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExclusiveCanonicalization } from 'xml-crypto';
import { childElements, type XmlElement } from '../../../../metadata/xml-tree.ts';
import { canonicalize } from '../../../../providers/protocols/saml/canonicalize.ts';
import { scanDocument } from '../../../../providers/protocols/saml/scan-document.ts';
import { craft, craftSigned } from '../../../support/upstreams/saml/crafted.ts';

/** Another implementation of the same standard. */
function byXmlCrypto(xml: string): string {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  return new ExclusiveCanonicalization().process(document.documentElement as never, {} as never).toString();
}

describe('exclusive canonicalization', () => {
  it('writes namespaces where they are used, attributes in order, and no empty tags', () => {
    const xml =
      '<a:x xmlns:b="urn:b" xmlns:a="urn:a" z="1" b:y="2" a="3"><b:c xmlns:unused="urn:u"/><d xmlns="urn:d"><e xmlns=""/></d></a:x>';
    expect(canonicalize(scanDocument(xml), [])).toBe(
      '<a:x xmlns:a="urn:a" xmlns:b="urn:b" a="3" z="1" b:y="2"><b:c></b:c><d xmlns="urn:d"><e xmlns=""></e></d></a:x>',
    );
  });

  it('declares for a part what its ancestors declared, and listed prefixes although unused', () => {
    const root = scanDocument('<r xmlns="urn:r" xmlns:xs="urn:xs" xmlns:p="urn:p"><p:part t="xs:string"/></r>');
    const [part] = childElements(root);
    expect(canonicalize(part!, [])).toBe('<p:part xmlns:p="urn:p" t="xs:string"></p:part>');
    expect(canonicalize(part!, ['xs'])).toBe('<p:part xmlns:p="urn:p" xmlns:xs="urn:xs" t="xs:string"></p:part>');
    expect(canonicalize(part!, ['', 'absent'])).toBe('<p:part xmlns="urn:r" xmlns:p="urn:p" t="xs:string"></p:part>');
  });

  it('escapes what the standard escapes', () => {
    const xml = `<a b="&lt;&gt;&amp;&quot;'&#9;&#10;&#13;">&lt;&gt;&amp;"'&#9;&#10;&#13;</a>`;
    expect(canonicalize(scanDocument(xml), [])).toBe(
      `<a b="&lt;>&amp;&quot;'&#x9;&#xA;&#xD;">&lt;&gt;&amp;"'\t\n&#xD;</a>`,
    );
  });

  it('leaves the enveloped signature out, and only that', () => {
    const root = scanDocument('<a><s/><b><s/></b></a>');
    expect(canonicalize(root, [], childElements(root)[0])).toBe('<a><b><s></s></b></a>');
  });

  it('agrees with xml-crypto about responses', () => {
    for (const xml of [craft(), craftSigned({}, 'both')])
      expect(canonicalize(scanDocument(xml), [])).toBe(byXmlCrypto(xml));
  });

  const name = fc.constantFrom('a', 'b', 'c', 'p:a', 'p:b', 'q:a', 'q:c');
  const text = fc.string({
    unit: fc.constantFrom('x', ' ', '&amp;', '&lt;', '&gt;', '"', "'", '&#13;', '\n', 'é', '田'),
  });
  const declaration = fc.constantFrom(
    '',
    ' xmlns="urn:1"',
    ' xmlns="urn:2"',
    ' xmlns:p="urn:1"',
    ' xmlns:p="urn:3"',
    ' xmlns:q="urn:4"',
  );
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc
      .tuple(
        name,
        declaration,
        fc.constantFrom(
          '',
          ' k="v&amp;"',
          ' p:k="1" k="2"',
          ' q:k="&#10; &#13;&quot;" j="\t"',
          ' xml:lang="en" p:k="<"'.replace('<', '&lt;'),
        ),
        fc.array(fc.oneof(text, tie('tree')), { maxLength: 3 }),
      )
      .map(([tag, declared, attributes, inside]) => `<${tag}${declared}${attributes}>${inside.join('')}</${tag}>`),
  }));

  it('agrees with xml-crypto about any document', () => {
    fc.assert(
      fc.property(tree, (inside) => {
        const xml = `<root xmlns:p="urn:p" xmlns:q="urn:q">${inside}</root>`;
        expect(canonicalize(scanDocument(xml), [])).toBe(byXmlCrypto(xml));
      }),
      { numRuns: 400 },
    );
  });

  /** What a reader sees: resolved names, values, text; nothing of how it was written. */
  function meaningOf(element: XmlElement, omit?: XmlElement): unknown {
    const inside: unknown[] = [];
    for (const child of element.children) {
      if (child === omit) continue;
      const last = inside.at(-1);
      if (typeof child !== 'string') inside.push(meaningOf(child, omit));
      else if (typeof last === 'string') inside[inside.length - 1] = last + child;
      else inside.push(child);
    }
    const attributes = element.attributes.map(({ name, uri, value }) => `${uri} ${name} ${value}`).sort();
    return [element.name, element.uri, attributes, inside];
  }

  // The reader of responses rests on this: what was signed is what stands in the tree, which is not parsed again.
  it('can be read back, part for part: two trees with one canonical form are one tree', () => {
    fc.assert(
      fc.property(tree, fc.nat(3), fc.subarray(['p', 'q', '']), (inside, omitted, listed) => {
        const root = scanDocument(`<root xmlns:p="urn:p" xmlns:q="urn:q">${inside}</root>`);
        for (const apex of [root, ...childElements(root)]) {
          const omit = childElements(apex)[omitted];
          const again = scanDocument(canonicalize(apex, listed, omit));
          expect(meaningOf(again)).toEqual(meaningOf(apex, omit));
          expect(canonicalize(again, listed)).toBe(canonicalize(apex, listed, omit));
        }
      }),
      { numRuns: 1500 },
    );
  });
});
