/** Elements moved, copied, dropped, renamed, wrapped, re-ordered; the document cut short. */
import { cut, insert, localOf, type Span, spansOf, textOf } from '../markup.ts';
import type { Random } from '../random.ts';
import type { Mutation } from './mutation.ts';

const names = [
  'Response Assertion EncryptedAssertion EncryptedID NameID BaseID Subject Issuer Status StatusCode Extensions Advice',
  'Attribute AttributeValue AttributeStatement AuthnStatement Conditions OneTimeUse Audience AudienceRestriction',
  'Signature SignedInfo SignatureValue Reference Transforms Transform DigestValue DigestMethod KeyInfo Object Manifest',
  'SubjectConfirmation SubjectConfirmationData X509Certificate InclusiveNamespaces response ASSERTION nameid',
]
  .join(' ')
  .split(' ');
const wrappers = [
  ['<saml:Advice>', '</saml:Advice>'],
  ['<samlp:Extensions>', '</samlp:Extensions>'],
  ['<x:y xmlns:x="urn:x">', '</x:y>'],
  ['<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">', '</ds:Object>'],
  ['<saml:Assertion ID="_w">', '</saml:Assertion>'],
  ['<samlp:Response ID="_w">', '</samlp:Response>'],
  ['<div>', '</div>'],
  ['<saml:EncryptedAssertion>', '</saml:EncryptedAssertion>'],
] as const;

export const structureMutations: Record<string, Mutation> = {
  move: (xml, random) => {
    const span = any(xml, random);
    if (!span) return xml;
    const rest = cut(xml, span);
    const target = any(rest, random);
    return target ? insert(rest, place(target, random), textOf(xml, span)) : xml;
  },
  duplicate: (xml, random) => {
    const [span, target] = [any(xml, random), any(xml, random)];
    return span && target ? insert(xml, place(target, random), textOf(xml, span)) : xml;
  },
  repeat: (xml, random) => {
    const span = any(xml, random);
    return span ? insert(xml, random.chance(0.5) ? span.start : span.end, textOf(xml, span)) : xml;
  },
  drop: (xml, random) => {
    const span = any(xml, random);
    return span ? cut(xml, span) : xml;
  },
  rename: (xml, random) => {
    const span = any(xml, random);
    return span ? rename(xml, span, span.name.replace(/[^:]*$/, random.pick(names))) : xml;
  },
  swap: (xml, random) => {
    const spans = spansOf(xml);
    const one = random.pick(spans);
    if (!one) return xml;
    const others = spans.filter((span) => span.start >= one.end || span.end <= one.start);
    const sibling = others.filter((span) => span.parent === one.parent);
    const other = random.pick(random.chance(0.7) && sibling.length > 0 ? sibling : others);
    if (!other) return xml;
    const [first, second] = one.start < other.start ? [one, other] : [other, one];
    return cut(cut(xml, second, textOf(xml, first)), first, textOf(xml, second));
  },
  wrap: (xml, random) => {
    const span = any(xml, random);
    const [before, after] = random.pick(wrappers);
    return span ? cut(xml, span, before + textOf(xml, span) + after) : xml;
  },
  unwrap: (xml, random) => {
    const span = any(xml, random);
    return span ? cut(xml, span, xml.slice(span.openEnd, span.closeStart)) : xml;
  },
  'empty element in between': (xml, random) => {
    const span = any(xml, random);
    const name = random.pick(['x', 'saml:x', 'samlp:Extensions', 'saml:Advice', 'x:y xmlns:x="urn:x"']);
    return span ? insert(xml, place(span, random), `<${name}/>`) : xml;
  },
  truncate: (xml, random) => xml.slice(0, random.int(xml.length)),
  'something after the end': (xml, random) =>
    xml + random.pick(['\n', ' ', '<x/>', 'x', '<!-- -->', '\0', '</x>', xml]),
  'own name for the root': (xml, random) => {
    const root = spansOf(xml)[0];
    return root ? rename(xml, root, random.pick(['Response', 'samlp:LogoutResponse', 'saml:Response', 'x'])) : xml;
  },
};

/** Anywhere an element may be put: before, after, or first or last inside. */
export function place(span: Span, random: Random): number {
  return random.pick([span.start, span.end, span.openEnd, span.closeStart]);
}

/** Prefers what matters; the rest is mostly certificate and algorithms. */
export function any(xml: string, random: Random): Span | undefined {
  const spans = spansOf(xml);
  if (random.chance(0.4)) {
    const wanted = random.pick([
      'Assertion',
      'NameID',
      'Subject',
      'Signature',
      'Attribute',
      'AttributeValue',
      'Issuer',
    ]);
    const found = spans.filter((span) => localOf(span.name) === wanted);
    if (found.length > 0) return random.pick(found);
  }
  return spans.length > 0 ? random.pick(spans) : undefined;
}

export function rename(xml: string, span: Span, name: string): string {
  const isEmptyTag = span.closeStart === span.openEnd && span.end === span.openEnd;
  const renamed = isEmptyTag ? xml : `${xml.slice(0, span.closeStart)}</${name}>${xml.slice(span.end)}`;
  return renamed.slice(0, span.start + 1) + name + renamed.slice(span.start + 1 + span.name.length);
}
