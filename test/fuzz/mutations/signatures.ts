/** Signatures moved, copied, exchanged; what they say about themselves changed; the eight wrapping attacks. */
import { changeTag, cut, insert, localOf, type Span, spansNamed, spansOf, textOf } from '../markup.ts';
import type { Random } from '../random.ts';
import type { Mutation } from './mutation.ts';
import { any, place } from './structure.ts';

const algorithms = [
  'http://www.w3.org/2000/09/xmldsig#sha1',
  'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/TR/1999/REC-xpath-19991116',
  'http://www.w3.org/TR/1999/REC-xslt-19991116',
  'http://www.w3.org/2000/09/xmldsig#base64',
  '',
];

export const signatureMutations: Record<string, Mutation> = {
  'signature moved': (xml, random) => {
    const [signature, rest] = takeSignature(xml, random);
    const target = any(rest, random);
    return signature && target ? insert(rest, place(target, random), signature) : xml;
  },
  'signature copied': (xml, random) => {
    const [signature] = takeSignature(xml, random);
    const target = any(xml, random);
    return signature && target ? insert(xml, place(target, random), signature) : xml;
  },
  'signature dropped': (xml, random) => takeSignature(xml, random)[1],
  'signature of another response': (xml, random, other) => {
    const [mine] = spansNamed(xml, 'Signature');
    const [theirs] = takeSignature(other, random);
    return mine && theirs ? cut(xml, mine, theirs) : xml;
  },
  'assertion of another response': (xml, random, other) => {
    const [theirs] = spansNamed(other, 'Assertion');
    const [mine] = spansNamed(xml, 'Assertion');
    if (!mine || !theirs) return xml;
    const text = textOf(other, theirs);
    return random.pick([
      () => cut(xml, mine, text),
      () => insert(xml, mine.start, text),
      () => insert(xml, mine.end, text),
    ])();
  },
  'part of another response': (xml, random, other) => {
    const local = random.pick([
      'NameID',
      'Subject',
      'SignedInfo',
      'SignatureValue',
      'KeyInfo',
      'Reference',
      'Attribute',
    ]);
    const [theirs] = spansNamed(other, local);
    const [mine] = spansNamed(xml, local);
    return mine && theirs ? cut(xml, mine, textOf(other, theirs)) : xml;
  },
  'other algorithm': (xml, random) => {
    const methods = [...xml.matchAll(/Algorithm="([^"]*)"/g)];
    const found = random.pick(methods);
    if (!found) return xml;
    const start = found.index + 11;
    return cut(xml, { start, end: start + found[1]!.length }, random.pick(algorithms));
  },
  'other transforms': (xml, random) => {
    const transforms = spansNamed(xml, 'Transform');
    if (transforms.length === 0) return xml;
    const one = random.pick(transforms);
    const written = `<${one.name} Algorithm="${random.pick(algorithms)}"/>`;
    return random.pick([
      () => cut(xml, one),
      () => insert(xml, one.start, written),
      () => insert(xml, one.end, written),
      () => insert(xml, one.end, textOf(xml, one)),
    ])();
  },
  'base64 written otherwise': (xml, random) => {
    const values = [
      ...spansNamed(xml, 'DigestValue'),
      ...spansNamed(xml, 'SignatureValue'),
      ...spansNamed(xml, 'X509Certificate'),
    ];
    const value = random.pick(values);
    if (!value) return xml;
    const text = xml.slice(value.openEnd, value.closeStart);
    const at = random.int(text.length + 1);
    const changed = random.pick([
      () => text.replace(/(.{20})/g, '$1\n'),
      () => ` ${text}\t`,
      () => text.replace(/=+$/, ''),
      () => `${text}=`,
      () => `${text}${text}`,
      () => text.replace(/.(?==*$)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
      () => insert(text, at, random.pick([' ', '-', '_', '=', '\u00a0', '<!-- -->', '<x/>', '&#10;', '&#13;'])),
      () => '',
    ])();
    return cut(xml, { start: value.openEnd, end: value.closeStart }, changed);
  },
  'two digests': (xml, random) => {
    const [digest] = spansNamed(xml, 'DigestValue');
    if (!digest) return xml;
    const forged = `<${digest.name}>${random.pick(['AAAA', '', 'x'])}</${digest.name}>`;
    return insert(
      xml,
      random.chance(0.5) ? digest.start : digest.end,
      random.chance(0.5) ? forged : `<!--${forged}-->`,
    );
  },
  'key information': (xml, random) => {
    const [info] = spansNamed(xml, 'KeyInfo');
    if (!info) return xml;
    return random.pick([
      () => cut(xml, info),
      () =>
        cut(
          xml,
          info,
          `<${info.name}><ds:KeyName xmlns:ds="http://www.w3.org/2000/09/xmldsig#">x</ds:KeyName></${info.name}>`,
        ),
      () => insert(xml, info.openEnd, '<ds:RetrievalMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI="#x"/>'),
      () => changeTag(xml, info, (rest) => ` Id="_k"${rest}`),
      () => insert(cut(xml, info), info.start - 0, ''),
    ])();
  },
};

/** XSW1 to XSW8 of "On Breaking SAML", each with the choices that the paper leaves open. */
export const wrappingAttacks: Record<string, Mutation> = {
  XSW1: (xml, random) =>
    aroundResponse(xml, (forged, original, signature) =>
      put(forged, putIn(signature, object(original), random), random),
    ),
  XSW2: (xml, random) =>
    aroundResponse(xml, (forged, original, signature) => put(forged, original + signature, random)),
  XSW3: (xml) => aroundAssertion(xml, (forged, whole) => forged + whole),
  XSW4: (xml, random) => aroundAssertion(xml, (forged, whole) => put(forged, whole, random)),
  XSW5: (xml, random) => aroundAssertion(xml, (forged, _, bare, signature) => put(forged, signature, random) + bare),
  XSW6: (xml, random) =>
    aroundAssertion(xml, (forged, _, bare, signature) => put(forged, putIn(signature, bare, random), random)),
  XSW7: (xml) => aroundAssertion(xml, (forged, whole) => `<samlp:Extensions>${whole}</samlp:Extensions>${forged}`),
  XSW8: (xml, random) =>
    aroundAssertion(xml, (forged, _, bare, signature) => put(forged, putIn(signature, object(bare), random), random)),
  'XSW, after': (xml) => aroundAssertion(xml, (forged, whole) => whole + forged),
  'XSW, same ID': (xml, random) =>
    aroundAssertion(xml, (forged, whole, _, signature) => {
      const id = /\sID="([^"]*)"/.exec(whole)?.[1] ?? '';
      return put(forged.replace(/\sID="[^"]*"/, ` ID="${id}"`), signature, random);
    }),
};

function takeSignature(xml: string, random: Random): [string | undefined, string] {
  const signatures = spansNamed(xml, 'Signature');
  if (signatures.length === 0) return [undefined, xml];
  const signature = random.pick(signatures);
  return [textOf(xml, signature), cut(xml, signature)];
}

function forge(xml: string): string {
  return xml.replace(/(\sID=")/, '$1_forged').replaceAll('victim', 'attacker');
}

function object(inside: string): string {
  return `<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${inside}</ds:Object>`;
}

/** Before or after the children of the outermost element of `xml`, or after its Issuer. */
function put(xml: string, inside: string, random: Random): string {
  const [root, first] = spansOf(xml);
  if (!root) return xml + inside;
  return insert(xml, random.pick([root.openEnd, first?.end ?? root.openEnd, root.closeStart]), inside);
}

function putIn(signature: string, inside: string, random: Random): string {
  return put(signature, inside, random);
}

function aroundResponse(xml: string, arrange: (forged: string, original: string, signature: string) => string): string {
  const signature = spansNamed(xml, 'Signature').find(
    (span) => span.parent && localOf(span.parent.name) === 'Response',
  );
  if (!signature) return xml;
  const bare = cut(xml, signature);
  return arrange(forge(bare), bare, textOf(xml, signature));
}

function aroundAssertion(
  xml: string,
  arrange: (forged: string, whole: string, bare: string, signature: string) => string,
): string {
  const [assertion] = spansNamed(xml, 'Assertion');
  if (!assertion) return xml;
  const whole = textOf(xml, assertion);
  const signature = spansOf(whole).find((span: Span) => localOf(span.name) === 'Signature');
  const bare = signature ? cut(whole, signature) : whole;
  return cut(xml, assertion, arrange(forge(bare), whole, bare, signature ? textOf(whole, signature) : ''));
}
