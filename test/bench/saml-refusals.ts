/** Inputs under 384 kB (as posted) that cost most before they are refused. */
import { decodeBase64 } from '../../providers/protocols/saml/decode-response.ts';
import { readSamlResponse } from '../../providers/protocols/saml/read-response.ts';
import {
  craft,
  craftSigned,
  expectations,
  now,
  signCrafted,
  toCertificate,
} from '../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

export interface Refusal {
  name: string;
  refuse(): void;
}

const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join('');
/** What fits into 256 kB of XML, which is what the decoder lets through. */
const room = 240_000;

export function worstRefusals(): Refusal[] {
  const extended = (inside: string) =>
    craftSigned({}, 'both').replace('<samlp:Status>', `<samlp:Extensions>${inside}</samlp:Extensions><samlp:Status>`);
  const stranger = makeIdpKey();
  const leaf = (index: number) =>
    `<n:b xmlns:m="urn:m${index}" m:x="${index}" y="&lt;&amp;">&lt;${'&amp;'.repeat(20)}</n:b>`;
  const deep = times(30, (level) => `<n:a${level} xmlns:d${level}="urn:${level}">`);
  const advice = `<saml:Advice xmlns:n="urn:n">${deep}${times(1300, leaf)}${times(30, (level) => `</n:a${29 - level}>`)}</saml:Advice>`;
  const heavy = craft({ extraInAssertion: advice });
  const wide = (index: number) => `<n:b ${times(3, (at) => `d${(index + at) % 30}:a${at}="" `)}/>`;
  const prefixed = craft({
    extraInAssertion: `<saml:Advice xmlns:n="urn:n">${deep}${times(1400, wide)}${times(30, (level) => `</n:a${29 - level}>`)}</saml:Advice>`,
  });
  const documents: [string, string][] = [
    ['elements without end', extended('<a/>'.repeat(room / 4))],
    ['levels without end', extended('<a>'.repeat(room / 3))],
    ['attributes without end', extended(`<a ${times(20_000, (index) => `b${index}="" `)}/>`)],
    ['attributes on many elements', extended(times(1000, () => `<a ${times(20, (index) => `b${index}="" `)}/>`))],
    ['nested namespaces', extended(times(30, (level) => `<a ${times(30, (at) => `xmlns:n${level}-${at}="urn:x" `)}>`))],
    ['a name without end', extended(`<${'a'.repeat(room)}/>`)],
    ['a value without end', extended(`<a b="${'x'.repeat(room)}"/>`)],
    ['text without end', extended(`<a>${'x'.repeat(room)}</a>`)],
    ['entities without end', extended(`<a>${'&amp;'.repeat(room / 5)}</a>`)],
    ['entities in a value', extended(`<a b="${'&lt;'.repeat(room / 4)}"/>`)],
    ['tabs in a value', extended(`<a b="${'\t'.repeat(room)}"/>`)],
    ['carriage returns', extended(`<a>${'\r'.repeat(room)}</a>`)],
    ['no markup at all', 'x'.repeat(room)],
    ['blanks', ' '.repeat(room)],
    ['ampersands', extended(`<a>${'&'.repeat(room)}</a>`)],
    ['line breaks before the end', `${craftSigned({}, 'both')}${'\n'.repeat(room)}<a/>`],
    ['a signature of somebody else over everything allowed', signCrafted(heavy, 'both', { key: stranger })],
    ['one changed character after everything allowed', signCrafted(heavy, 'both').replace('victim@', 'admin@')],
    ['the inner signature right, the outer one wrong', outerBroken(signCrafted(heavy, 'both'))],
    ['a long prefix list', signCrafted(heavy, 'both', { prefixList: times(32, (at) => `d${at} `), key: stranger })],
    ['prefixed attributes under many namespaces', signCrafted(prefixed, 'both', { key: stranger })],
    ['prefixed attributes, signed', signCrafted(prefixed, 'both').replace('victim@', 'admin@')],
    [
      'blanks in a signature value',
      craftSigned({}, 'both').replace(/(<ds:SignatureValue>)/, `$1${'A '.repeat(room / 2)}`),
    ],
    [
      'a signature value without end',
      craftSigned({}, 'both').replace(/(<ds:SignatureValue>)/, `$1${'A'.repeat(room)}`),
    ],
    [
      'an attribute value of blanks',
      craftSigned({}, 'both').replace('Destination="', `Destination="${' \t\n'.repeat(room / 3)}`),
    ],
    ['a wrong audience in the end', signCrafted(heavy.replaceAll('<saml:Audience>', '<saml:Audience>x'), 'both')],
  ];
  // As many certificates as a connection may have, the right one last.
  const other = toCertificate(makeIdpKey());
  const others = Array.from({ length: 19 }, () => other);
  const expected = expectations({ certificates: [...others, ...expectations().certificates] });
  return documents.map(([name, xml]) => {
    const field = Buffer.from(xml).toString('base64');
    return {
      name,
      refuse() {
        try {
          readSamlResponse(decodeBase64(field), expected, now);
        } catch {
          return;
        }
        throw new Error(`accepted: ${name}`);
      },
    };
  });
}

function outerBroken(xml: string): string {
  return xml.replace('Destination="https', 'Destination="http');
}
