/** Documents from nothing: a grammar over the vocabularies of both readers, and floods of one thing near the limits. */
import type { Random } from './random.ts';

const vocabularies = {
  response: {
    root: 'samlp:Response',
    names: [
      'saml:Assertion saml:Issuer saml:Subject saml:NameID saml:SubjectConfirmation saml:SubjectConfirmationData',
      'saml:Conditions saml:AudienceRestriction saml:Audience saml:AuthnStatement saml:AttributeStatement',
      'saml:Attribute saml:AttributeValue saml:Advice saml:EncryptedAssertion samlp:Status samlp:StatusCode',
      'samlp:Extensions ds:Signature ds:SignedInfo ds:CanonicalizationMethod ds:SignatureMethod ds:Reference',
      'ds:Transforms ds:Transform ds:DigestMethod ds:DigestValue ds:SignatureValue ds:KeyInfo ds:X509Data',
      'ds:X509Certificate xenc:EncryptedData xenc:EncryptedKey xenc:CipherData xenc:CipherValue',
    ],
  },
  metadata: {
    root: 'md:EntityDescriptor',
    names: [
      'md:EntityDescriptor md:EntitiesDescriptor md:IDPSSODescriptor md:SPSSODescriptor md:KeyDescriptor',
      'md:SingleSignOnService md:SingleLogoutService md:NameIDFormat md:Organization md:OrganizationDisplayName',
      'md:Extensions mdui:UIInfo mdui:DisplayName ds:KeyInfo ds:X509Data ds:X509Certificate ds:Signature',
    ],
  },
} as const;
export type Vocabulary = keyof typeof vocabularies;

const declarations = [
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"',
  'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
  'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"',
  'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"',
  'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
  'xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"',
].join(' ');
const attributes = [
  'ID="_a"',
  'ID="_b"',
  'Version="2.0"',
  'IssueInstant="2026-11-20T09:00:00Z"',
  'Name="cip_sid"',
  'Value="urn:oasis:names:tc:SAML:2.0:status:Success"',
  'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
  'URI="#_a"',
  'entityID="https://idp.test/"',
  'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"',
  'use="signing"',
  'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.test/sso"',
  'Location="javascript:alert(1)"',
  'validUntil="2030-01-01T00:00:00Z"',
  'xml:lang="en"',
  'xmlns:p="urn:p"',
  'xmlns="urn:d"',
  'NotOnOrAfter="9999-12-31T23:59:59Z"',
  'a="&amp;&#10;"',
];
const texts = [
  'x',
  ' ',
  '\n',
  '&amp;',
  '&#x41;',
  'https://idp.test/',
  'QUFB',
  'MIIB',
  '田中',
  '\u{1f600}',
  '0',
  '&#13;',
];

/** A well-formed document of the vocabulary, mostly nonsense. */
export function writeDocument(vocabulary: Vocabulary, random: Random): string {
  const { root, names } = vocabularies[vocabulary];
  const list = names.join(' ').split(' ');
  let left = 2 + random.int(40);
  const element = (depth: number): string => {
    left--;
    const name = random.pick(list);
    const own = Array.from({ length: random.int(4) }, () => random.pick(attributes));
    let inside = '';
    while (left > 0 && depth < 12 && random.chance(0.6)) inside += element(depth + 1);
    if (inside === '' || random.chance(0.1)) inside += random.pick(texts).repeat(random.int(4));
    return `<${[name, ...new Set(own)].join(' ')}>${inside}</${name}>`;
  };
  let inside = '';
  while (left > 0) inside += element(1);
  const start = [root, declarations, 'ID="_r"', 'Version="2.0"', 'entityID="https://idp.test/"'].join(' ');
  return `<${start}>${inside}</${root}>`;
}

const floods: Record<string, (size: number, random: Random) => string> = {
  siblings: (size) => '<a/>'.repeat(size / 4),
  levels: (size) => '<a>'.repeat(size / 7) + '</a>'.repeat(size / 7),
  'levels without end': (size) => '<a>'.repeat(size / 3),
  attributes: (size) => `<a ${times(size / 9, (index) => `b${index}="" `)}/>`,
  'the same attribute': (size) => `<a ${'b="" '.repeat(size / 5)}/>`,
  namespaces: (size) => `<a ${times(size / 18, (index) => `xmlns:n${index}="urn:n" `)}/>`,
  'nested namespaces': (size) => times(size / 40, (index) => `<a xmlns:n${index}="urn:n${index}">`),
  'a long name': (size) => `<${'a'.repeat(size)}/>`,
  'a long attribute name': (size) => `<a ${'b'.repeat(size)}=""/>`,
  'a long value': (size) => `<a b="${'x'.repeat(size)}"/>`,
  'a long value without end': (size) => `<a b="${'x'.repeat(size)}`,
  'entities in a value': (size) => `<a b="${'&amp;'.repeat(size / 5)}"/>`,
  'entities in text': (size) => '&lt;'.repeat(size / 4),
  'references in text': (size) => '&#x1F600;'.repeat(size / 9),
  'an entity without end': (size) => `&${'a'.repeat(size)}`,
  'many ampersands': (size) => '&'.repeat(size),
  'space in a tag': (size) => `<a${' '.repeat(size)}/>`,
  'space in text': (size) => ' '.repeat(size),
  'carriage returns': (size) => '\r'.repeat(size),
  'closing brackets': (size) => ']'.repeat(size),
  'opening angles': (size) => '<'.repeat(size),
  comments: (size) => '<!-- -->'.repeat(size / 8),
  'a comment without end': (size) => `<!--${'-'.repeat(size)}`,
  instructions: (size) => '<?a b?>'.repeat(size / 7),
  'CDATA without end': (size) => `<![CDATA[${']'.repeat(size)}`,
  'end tags': (size) => '</a>'.repeat(size / 4),
  'prefixes without namespace': (size) => '<a:b/>'.repeat(size / 6),
  identifiers: (size) => times(size / 14, (index) => `<a ID="_${index}"/>`),
  'colons in a name': (size) => `<a${':a'.repeat(size / 2)}/>`,
  'three bytes a character': (size) => '田'.repeat(size / 3),
  'values of an attribute': (size) => '<saml:AttributeValue>x</saml:AttributeValue>'.repeat(size / 44),
  'prefix list': (size) => `<ec:InclusiveNamespaces PrefixList="${'a '.repeat(size / 2)}"/>`,
  certificates: (size) =>
    '<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>A</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>'.repeat(
      size / 135,
    ),
  endpoints: (size) =>
    '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="x"/>'.repeat(
      size / 102,
    ),
  'a name for people': (size) =>
    `<md:Organization><md:OrganizationDisplayName>${' \u200b'.repeat(size / 4)}</md:OrganizationDisplayName></md:Organization>`,
  'a certificate of spaces': (size) => `<ds:X509Certificate>${'\n '.repeat(size / 2)}</ds:X509Certificate>`,
};

/** One thing over and over inside a document, up to the size that the readers take. */
export function writeFlood(vocabulary: Vocabulary, random: Random, maxSize: number): string {
  const size = 1000 + random.int(maxSize - 3000);
  const flood = floods[random.pick(Object.keys(floods))]!(size, random);
  const document = writeDocument(vocabulary, random);
  const positions = [...document.matchAll(/>/g)].map(({ index }) => index + 1);
  const at = random.pick(positions);
  return (document.slice(0, at) + flood + document.slice(at)).slice(0, maxSize);
}

function times(count: number, write: (index: number) => string): string {
  return Array.from({ length: Math.floor(count) }, (_, index) => write(index)).join('');
}
