/**
 * Exclusive canonicalisation byte for byte, over everything that the scan accepts: against xml-crypto for whole
 * documents, and against xmlsec1 (libxml2) for parts of documents and lists of prefixes, by asking it to verify
 * signatures whose digests are over our bytes.
 */
import { createHash, sign } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExclusiveCanonicalization } from 'xml-crypto';
import { childElements } from '../../metadata/xml-tree.ts';
import { canonicalize } from '../../providers/protocols/saml/canonicalize.ts';
import { scanDocument } from '../../providers/protocols/saml/scan-document.ts';
import { describeIf } from '../support/skips.ts';
import { idpKey } from '../support/upstreams/saml/crafted.ts';
import { askXmlsec, hasXmlsec, noXmlsec } from './xmlsec.ts';

/** xml-crypto sorts by the rules of a language, where Z follows a and a hyphen counts for little. */
const plainPrefixes = ['', 'p', 'q', 'r', 'xs'];
const prefixes = [...plainPrefixes, 'Z', 'a-1.x'];
const uris = ['urn:1', 'urn:2', 'http://x/#y', 'urn:a%20b'];
const locals = ['a', 'b', 'B', 'a.b', 'a-', '_', 'Id1'];
const written = (prefix: string, local: string) => (prefix === '' ? local : `${prefix}:${local}`);

const text = fc.string({
  unit: fc.constantFrom(
    ...[
      'x',
      ' ',
      '\t',
      '\n',
      '"',
      "'",
      '>',
      ']',
      '&amp;',
      '&lt;',
      '&gt;',
      '&quot;',
      '&apos;',
      '&#13;',
      '&#x9;',
      '&#10;',
    ],
    ...['é', 'e\u0301', '田', '\u{20bb7}', '&#x20bb7;', '\u00a0', '\u2028', '\u0085', '\ufffd', '&#xD;'],
  ),
});
const quoted = text.map((value) => value.replaceAll('"', '&quot;').replaceAll("'", '&apos;'));
const declarations = (of: readonly string[]) =>
  fc.uniqueArray(fc.tuple(fc.constantFrom(...of), fc.constantFrom(...uris, '')), {
    selector: ([prefix]) => prefix,
    maxLength: 3,
  });
const attributes = (of: readonly string[], names: readonly string[]) =>
  fc.uniqueArray(
    fc.tuple(fc.constantFrom(...of, 'xml'), fc.constantFrom(...names), quoted),
    // An attribute once, also where two prefixes mean one namespace.
    { selector: ([, local]) => local, maxLength: 3 },
  );
const trees = (of: readonly string[], names: readonly string[]) =>
  fc.letrec<{ tree: string }>((tie) => ({
    tree: fc
      .tuple(
        fc.constantFrom(...of),
        fc.constantFrom(...locals),
        declarations(of),
        attributes(of, names),
        fc.array(fc.oneof(text, tie('tree')), { maxLength: 4 }),
        fc.constantFrom('"', "'"),
      )
      .map(([prefix, local, declared, others, inside, quote]) => {
        const name = written(prefix, local);
        const parts = [
          ...declared
            // Only the default namespace can be taken back.
            .filter(([declaredPrefix, uri]) => uri !== '' || declaredPrefix === '')
            .map(
              ([declaredPrefix, uri]) =>
                `xmlns${declaredPrefix === '' ? '' : ':'}${declaredPrefix}=${quote}${uri}${quote}`,
            ),
          ...others
            .filter(([attributePrefix, attributeLocal]) => attributePrefix !== 'xml' || attributeLocal === 'lang')
            .map(
              ([attributePrefix, attributeLocal, value]) =>
                `${written(attributePrefix, attributeLocal)}=${quote}${value}${quote}`,
            ),
        ];
        const content = inside.join('').replaceAll(']]>', ']]&gt;');
        return `<${[name, ...parts].join(' ')}>${content}</${name}>`;
      }),
  })).tree;
const plainTree = trees(plainPrefixes, ['k', 'lang', 'z']);
const tree = trees(prefixes, ['k', 'K', 'lang', 'a-', 'z']);
const around = `<root xmlns="urn:0" ${prefixes
  .filter(Boolean)
  .map((prefix, index) => `xmlns:${prefix}="urn:${index % 3}"`)
  .join(' ')}>`;

function byXmlCrypto(xml: string): string {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  return new ExclusiveCanonicalization().process(document.documentElement as never, {} as never).toString();
}

describe('exclusive canonicalization', () => {
  it('agrees with xml-crypto about every document with ordinary names, and with itself about its own output', () => {
    fc.assert(
      fc.property(plainTree, (inside) => {
        const xml = `${around}${inside}</root>`;
        const canonical = canonicalize(scanDocument(xml), []);
        // xmldom ends lines at U+0085 and U+2028 too, as XML 1.1 does; we read XML 1.0, and so does libxml2 below.
        if (!/[\u0085\u2028]/.test(xml)) expect(canonical).toBe(byXmlCrypto(xml));
        expect(canonicalize(scanDocument(canonical), [])).toBe(canonical);
      }),
      { numRuns: 1000 },
    );
  });
});

describeIf(hasXmlsec, noXmlsec)('exclusive canonicalization beside libxml2', () => {
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';

  /** An assertion, signed with the digest of our canonical bytes. */
  function signOurBytes(inside: string, list: readonly string[]): string {
    const opening = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ${around.slice(6, -1)}>`;
    const assertion = `<saml:Assertion xmlns:saml="${saml}" ID="_1">${inside}`;
    const document = (signature: string) => `${opening}${assertion}${signature}</saml:Assertion></samlp:Response>`;
    const prefixList = list.map((prefix) => prefix || '#default').join(' ');
    const inclusive =
      list.length === 0
        ? ''
        : `<ec:InclusiveNamespaces xmlns:ec="${exclusive}" PrefixList="${prefixList}"></ec:InclusiveNamespaces>`;
    const [apex] = childElements(scanDocument(document('')));
    const digest = createHash('sha256').update(canonicalize(apex!, list)).digest('base64');
    const signedInfo = [
      `<ds:CanonicalizationMethod Algorithm="${exclusive}">${inclusive}</ds:CanonicalizationMethod>`,
      '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>',
      '<ds:Reference URI="#_1"><ds:Transforms>',
      '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>',
      `<ds:Transform Algorithm="${exclusive}">${inclusive}</ds:Transform></ds:Transforms>`,
      '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>',
      `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
    ].join('');
    const signature = (value: string) =>
      `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>${signedInfo}</ds:SignedInfo><ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
    const unsigned = childElements(childElements(scanDocument(document(signature('AAAA'))))[0]!).at(-1)!;
    const bytes = Buffer.from(canonicalize(childElements(unsigned)[0]!, list));
    return document(signature(sign('sha256', bytes, idpKey.privateKey).toString('base64')));
  }

  it('gives the bytes that xmlsec1 digests, for 600 trees inside other trees, with and without lists of prefixes', () => {
    const lists = fc.uniqueArray(fc.constantFrom(...prefixes, 'saml', 'samlp', 'absent'), { maxLength: 4 });
    const samples = fc.sample(fc.tuple(tree, lists), { numRuns: 600, seed: 20_261_122 });
    const documents = samples.map(([inside, list]) => signOurBytes(inside, list));
    const answers = askXmlsec(
      documents.map((xml) => ({ xml, element: 'Assertion' as const })),
      idpKey.certificate,
    );
    expect(documents.filter((_, index) => !answers[index])).toEqual([]);
    // The question itself must be able to fail.
    const altered = signOurBytes('<a/>', []).replace('<a/>', '<b/>');
    expect(askXmlsec([{ xml: altered, element: 'Assertion' }], idpKey.certificate)).toEqual([false]);
  });
});
