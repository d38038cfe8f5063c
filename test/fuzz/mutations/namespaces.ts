/** Namespaces declared again, otherwise or not at all; attributes added, repeated, renamed; identifiers. */
import { attributesOf, changeTag, cut, insert, localOf, spansNamed, spansOf } from '../markup.ts';
import type { Random } from '../random.ts';
import type { Mutation } from './mutation.ts';
import { any, rename } from './structure.ts';

const uris = [
  'urn:oasis:names:tc:SAML:2.0:assertion',
  'urn:oasis:names:tc:SAML:2.0:protocol',
  'http://www.w3.org/2000/09/xmldsig#',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/XML/1998/namespace',
  'http://www.w3.org/2000/xmlns/',
  'urn:oasis:names:tc:SAML:1.0:assertion',
  'urn:OASIS:names:tc:SAML:2.0:assertion',
  'urn:x',
  '',
  'relative',
  '../x',
  'http://x/?a=1&amp;b=2',
  'urn:x&quot; saml:y=&quot;z',
  'urn:x y',
  ' urn:x',
  'urn:é',
  'urn:{x}',
  'urn:x\\y',
  'urn:%zz',
  'urn:a#b#c',
];
const prefixes = ['saml', 'samlp', 'ds', 'x', 'xs', 'xsi', 'xml', 'xmlns', 'ec', 'a', 'é', ''];

export const namespaceMutations: Record<string, Mutation> = {
  'declare somewhere': (xml, random) => {
    const prefix = random.pick(prefixes);
    return addAttribute(xml, random, `xmlns${prefix ? ':' : ''}${prefix}="${random.pick(uris)}"`);
  },
  'declare again what is so already': (xml, random) => {
    const span = any(xml, random);
    const known = [...xml.slice(0, span?.start ?? 0).matchAll(/\sxmlns:[\w.-]+="[^"]*"/g)].map(([text]) => text.trim());
    return span && known.length > 0 ? changeTag(xml, span, (rest) => ` ${random.pick(known)}${rest}`) : xml;
  },
  'other namespace': (xml, random) => {
    const declarations = [...xml.matchAll(/xmlns(?::[\w.-]+)?="([^"]*)"/g)];
    if (declarations.length === 0) return xml;
    const found = random.pick(declarations);
    return cut(
      xml,
      { start: found.index, end: found.index + found[0].length },
      found[0].replace(/"[^"]*"/, `"${random.pick(uris)}"`),
    );
  },
  'no declaration': (xml, random) => {
    const declarations = [...xml.matchAll(/\sxmlns(?::[\w.-]+)?="[^"]*"/g)];
    if (declarations.length === 0) return xml;
    const found = random.pick(declarations);
    return cut(xml, { start: found.index, end: found.index + found[0].length });
  },
  'other prefix': (xml, random) => {
    const span = any(xml, random);
    const prefix = random.pick(prefixes);
    return span ? rename(xml, span, `${prefix}${prefix ? ':' : ''}${localOf(span.name)}`) : xml;
  },
  'other prefix, declared': (xml, random) => {
    const span = any(xml, random);
    if (!span) return xml;
    const prefix = random.pick(['q', 'saml', 'samlp', '']);
    const renamed = rename(xml, span, `${prefix}${prefix ? ':' : ''}${localOf(span.name)}`);
    const declaration = ` xmlns${prefix ? ':' : ''}${prefix}="${random.pick(uris.slice(0, 4))}"`;
    return renamed.replace(new RegExp(`(<${prefix}${prefix ? ':' : ''}${localOf(span.name)})\\b`), `$1${declaration}`);
  },
  'other prefix everywhere': (xml, random) => {
    const from = random.pick(['saml', 'samlp', 'ds', 'xs', 'xsi']);
    const to = random.pick(['q', 'saml2', 'samlp', 'saml', 'ns0']);
    return xml.replace(new RegExp(`(</?|xmlns:|\\s)${from}(?=[:=])`, 'g'), `$1${to}`);
  },
  'prefix list': (xml, random) => {
    const list = random.pick(['xs', 'saml', 'samlp xs xsi', '#default', 'xml', 'x x x', '', ' xs\n', 'q '.repeat(40)]);
    const inclusive = `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${list}"/>`;
    const methods = [...spansNamed(xml, 'Transform'), ...spansNamed(xml, 'CanonicalizationMethod')];
    const method = random.pick(methods);
    if (!method) return xml;
    if (method.closeStart > method.openEnd) return insert(xml, method.openEnd, inclusive);
    return `${xml.slice(0, method.openEnd).replace(/\/>$/, '>') + inclusive}</${method.name}>${xml.slice(method.end)}`;
  },
};

const intruders = [
  'ID="_x"',
  'Id="_x"',
  'id="_x"',
  'xml:id="_x"',
  'saml:ID="_x"',
  'xml:base="http://x/"',
  'xml:lang="en"',
  'xml:space="preserve"',
  'xsi:nil="true"',
  'xsi:type="xs:anyType"',
  'xsi:schemaLocation="a b"',
  'Version="1.1"',
  'Destination="https://x/"',
  'InResponseTo="_x"',
  'Name="cip_email"',
  'Name="__proto__"',
  'Name="issuer"',
  'FriendlyName="cip_email"',
  'Format="urn:x"',
  'Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"',
  'URI=""',
  'PrefixList="saml"',
  'a="&lt;&#10;&#13;&#9;&quot;"',
  "a='\"'",
  'a="\n\t "',
  'a=b',
  'a',
  'a="<"',
  'wsu:Id="_x" xmlns:wsu="urn:w"',
  'x:a="1" xmlns:x="urn:x" y:a="1" xmlns:y="urn:x"',
];

export const attributeMutations: Record<string, Mutation> = {
  'attribute added': (xml, random) => addAttribute(xml, random, random.pick(intruders)),
  'attribute repeated': (xml, random) =>
    withAttribute(xml, random, (text, attribute) =>
      insert(text, attribute.end, text.slice(attribute.start, attribute.end)),
    ),
  'attribute dropped': (xml, random) => withAttribute(xml, random, (text, attribute) => cut(text, attribute)),
  'attribute renamed': (xml, random) =>
    withAttribute(xml, random, (text, attribute) => {
      const name = random.pick(['ID', 'Id', 'saml:ID', 'Name', 'FriendlyName', 'URI', attribute.name.toLowerCase()]);
      return (
        text.slice(0, attribute.start) +
        text.slice(attribute.start, attribute.end).replace(attribute.name, name) +
        text.slice(attribute.end)
      );
    }),
  'attribute with another value': (xml, random) =>
    withAttribute(xml, random, (text, attribute, all) => {
      const value = random.pick([
        '',
        ' ',
        '_x',
        'x',
        attribute.value.toUpperCase(),
        `${attribute.value} `,
        random.pick(all).value,
      ]);
      return cut(text, { start: attribute.valueStart, end: attribute.valueStart + attribute.value.length }, value);
    }),
  'attributes in another order': (xml, random) => {
    const span = any(xml, random);
    const all = span ? attributesOf(xml, span) : [];
    if (!span || all.length < 2) return xml;
    const moved = all.pop()!;
    return insert(cut(xml, moved), all[0]!.start, xml.slice(moved.start, moved.end));
  },
  'attribute pollution': (xml, random) => {
    const [statement] = spansNamed(xml, 'AttributeStatement');
    if (!statement) return xml;
    const name = random.pick(['cip_email', 'cip_sid', '__proto__', 'constructor', 'issuer', 'CIP_EMAIL', ' cip_email']);
    const values = '<saml:AttributeValue>attacker</saml:AttributeValue>'.repeat(1 + random.int(3));
    const attribute = `<saml:Attribute Name="${name}">${values}</saml:Attribute>`;
    return insert(xml, random.chance(0.5) ? statement.openEnd : statement.closeStart, attribute);
  },
  'identifier copied': (xml, random) => {
    const ids = [...xml.matchAll(/\sI[Dd]="([^"]*)"/g)].map(([, id = '']) => id);
    if (ids.length === 0) return xml;
    const name = random.pick(['ID', 'Id', 'id', 'xml:id', 'AssertionID']);
    return addAttribute(xml, random, `${name}="${change(random.pick(ids), random)}"`);
  },
  'identifier changed': (xml, random) => {
    const id = random.pick([...xml.matchAll(/\sID="([^"]*)"/g)])?.[1];
    if (id === undefined) return xml;
    const other = change(id, random);
    return random.chance(0.5) ? xml.replaceAll(id, other) : xml.replace(id, other);
  },
  'reference changed': (xml, random) =>
    xml.replace(
      /URI="#?([^"]*)"/,
      (_, id: string) =>
        `URI="${random.pick(['', '#', id, `#${id.toUpperCase()}`, `#xpointer(id('${id}'))`, '#xpointer(/)', `#${id}\t`, `x#${id}`, `&#35;${id}`])}"`,
    ),
};

function change(id: string, random: Random): string {
  return random.pick([id, id.toUpperCase(), `${id} `, `${id}x`, '', `a'b`, '1', 'é', `${id}:x`]);
}

function addAttribute(xml: string, random: Random, attribute: string): string {
  const span = any(xml, random);
  return span ? changeTag(xml, span, (rest) => ` ${attribute}${rest}`) : xml;
}

type Attributes = ReturnType<typeof attributesOf>;
function withAttribute(
  xml: string,
  random: Random,
  change: (text: string, attribute: Attributes[number], all: Attributes) => string,
): string {
  const spans = spansOf(xml);
  for (let attempt = 0; attempt < 5; attempt++) {
    const all = spans.length > 0 ? attributesOf(xml, random.pick(spans)) : [];
    if (all.length > 0) return change(xml, random.pick(all), all);
  }
  return xml;
}
