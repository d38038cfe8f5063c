import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../../certs/self-signed.ts';
import { type IdpMetadata, listEntities, readIdpMetadata } from '../../../metadata/idp-metadata.ts';
import { MetadataError, type MetadataErrorCode, metadataErrorCodes } from '../../../metadata/metadata-error.ts';

const md = 'urn:oasis:names:tc:SAML:2.0:metadata';
const ds = 'http://www.w3.org/2000/09/xmldsig#';
const binding = 'urn:oasis:names:tc:SAML:2.0:bindings:';
const day = 86_400_000;

function makeCertificate(modulusLength = 2048): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const privateKeyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const pem = makeSelfSignedCertificate({ commonName: 'idp.test', privateKeyPem, notBefore: 0, notAfter: 1000 * day });
  return pem.replace(/-----[^-]+-----|\s/g, '');
}
const certificate = makeCertificate();
const other = makeCertificate();
const weak = makeCertificate(1024);

const keyOf = (text: string, use = ' use="signing"') =>
  `<md:KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
const signOn = (location = 'https://idp.test/sso', kind = 'HTTP-Redirect') =>
  `<md:SingleSignOnService Binding="${binding}${kind}" Location="${location}"/>`;
const roleOf = (content: string, attributes = '') =>
  `<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"${attributes}>${content}</md:IDPSSODescriptor>`;
const entityOf = (content: string, attributes = ' entityID="https://idp.test"') =>
  `<md:EntityDescriptor xmlns:md="${md}" xmlns:ds="${ds}"${attributes}>${content}</md:EntityDescriptor>`;
const plain = entityOf(roleOf(keyOf(certificate) + signOn()));

function refusalOf(document: string | Uint8Array, options?: { entityId?: string }): MetadataError | undefined {
  try {
    readIdpMetadata(document, options);
  } catch (error) {
    if (error instanceof MetadataError) return error;
    throw error;
  }
  return undefined;
}
const codeOf = (document: string | Uint8Array, options?: { entityId?: string }): MetadataErrorCode | undefined =>
  refusalOf(document, options)?.code;
const warningsOf = (metadata: IdpMetadata) => metadata.warnings.map((warning) => warning.code);

describe('reading identity provider metadata', () => {
  it('takes the addresses, certificates, formats, wishes and dates', () => {
    const organization = `<md:Organization><md:OrganizationName>corp</md:OrganizationName>
      <md:OrganizationDisplayName xml:lang="de">Firma</md:OrganizationDisplayName><md:OrganizationDisplayName xml:lang="en">The  Corp</md:OrganizationDisplayName></md:Organization>`;
    const logout = `<md:SingleLogoutService Binding="${binding}HTTP-POST" Location="https://idp.test/slo"/>`;
    const content =
      keyOf(certificate) +
      keyOf(other, '') +
      keyOf(weak, ' use="encryption"') +
      logout +
      '<md:NameIDFormat> urn:a </md:NameIDFormat><md:NameIDFormat>urn:a</md:NameIDFormat><md:NameIDFormat>urn:b</md:NameIDFormat>' +
      signOn('https://idp.test/artifact', 'HTTP-Artifact') +
      signOn('https://idp.test/post', 'HTTP-POST') +
      signOn() +
      signOn('https://idp.test/second');
    const role = roleOf(content, ' WantAuthnRequestsSigned="1" validUntil="2027-02-01T00:00:00+09:00"');
    const metadata = readIdpMetadata(
      entityOf(role + organization, ' entityID=" corp idp " validUntil="2027-03-01T00:00:00Z"'),
    );
    expect(metadata).toMatchObject({
      entityId: 'corp idp',
      singleSignOn: { post: 'https://idp.test/post', redirect: 'https://idp.test/sso' },
      singleLogout: { post: 'https://idp.test/slo' },
      nameIdFormats: ['urn:a', 'urn:b'],
      wantAuthnRequestsSigned: true,
      validUntil: Date.UTC(2027, 0, 31, 15),
      displayName: 'The Corp',
      warnings: [],
    });
    expect(metadata.certificates.map(({ der }) => der)).toEqual([certificate, other]);
  });

  it('goes by namespace and never by prefix', () => {
    const renamed = plain
      .replaceAll('md:', 'x:')
      .replaceAll(':md', ':x')
      .replaceAll('ds:', 'md:')
      .replaceAll('xmlns:ds', 'xmlns:md');
    expect(readIdpMetadata(renamed)).toEqual(readIdpMetadata(plain));
    const byDefault = plain.replaceAll('md:', '').replace('xmlns:md', 'xmlns');
    expect(readIdpMetadata(byDefault)).toEqual(readIdpMetadata(plain));
    expect(codeOf(plain.replace(md, 'urn:evil'))).toBe('not_metadata');
    const stranger = entityOf(
      roleOf(keyOf(certificate) + signOn().replace('md:', 'e:').replace(' ', ' xmlns:e="urn:evil" ')),
    );
    expect(codeOf(stranger)).toBe('sign_on_endpoint_missing');
  });

  it('joins text on both sides of a comment or CDATA section, and never cuts it there', () => {
    const [head, tail] = [certificate.slice(0, 100), certificate.slice(100)];
    for (const text of [
      `${head}<!-- x -->${tail}`,
      `${head}<![CDATA[${tail}]]>`,
      `<!---->${head}<!-- ${other} -->${tail}`,
    ]) {
      expect(readIdpMetadata(entityOf(roleOf(keyOf(text) + signOn()))).certificates.map(({ der }) => der)).toEqual([
        certificate,
      ]);
    }
    const format = '<md:NameIDFormat>urn:good<!-- -->.evil</md:NameIDFormat>';
    expect(readIdpMetadata(entityOf(roleOf(keyOf(certificate) + format + signOn()))).nameIdFormats).toEqual([
      'urn:good.evil',
    ]);
  });

  it('gives a certificate once, however often and in whatever lines it is published', () => {
    const folded = certificate.replace(/.{64}/g, '$&\n        ');
    expect(
      readIdpMetadata(entityOf(roleOf(keyOf(certificate) + keyOf(folded, '') + signOn()))).certificates,
    ).toHaveLength(1);
  });

  it('leaves a weak certificate out with a warning, and stops when no other is left', () => {
    const metadata = readIdpMetadata(entityOf(roleOf(keyOf(weak) + keyOf(certificate) + signOn())));
    expect(metadata.certificates.map(({ der }) => der)).toEqual([certificate]);
    expect(metadata.warnings).toMatchObject([
      { code: 'certificate_left_out', message: expect.stringMatching(/1 of 2.*1024 bits/) },
    ]);
    const refusal = refusalOf(entityOf(roleOf(keyOf(weak) + keyOf('no certificate!') + signOn())));
    expect(refusal?.code).toBe('certificate_unusable');
    expect(refusal?.message).toMatch(/1 of 2: .*1024 bits.*2 of 2: .*Base64/);
  });

  it('reads the SAML 2.0 role and not the SAML 1.1 role beside it', () => {
    const old = `<md:IDPSSODescriptor protocolSupportEnumeration="urn:mace:shibboleth:1.0">${keyOf(other)}${signOn('https://old.test')}</md:IDPSSODescriptor>`;
    expect(readIdpMetadata(entityOf(old + roleOf(keyOf(certificate) + signOn()))).singleSignOn.redirect).toBe(
      'https://idp.test/sso',
    );
    expect(codeOf(entityOf(old))).toBe('saml2_unsupported');
  });

  it('warns of plain http, unreadable dates and several roles', () => {
    const role = roleOf(keyOf(certificate) + signOn('http://idp.test/sso'));
    const metadata = readIdpMetadata(entityOf(role + role, ' entityID="x" validUntil="tomorrow"'));
    expect(warningsOf(metadata).sort()).toEqual(['endpoint_not_https', 'several_roles', 'valid_until_unreadable']);
    expect(metadata).not.toHaveProperty('validUntil');
  });
});

describe('addresses', () => {
  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '/sso',
    '',
    'ftp://idp.test/',
    'https://idp.test@evil.test/',
    `https://idp.test/${'x'.repeat(2048)}`,
  ])('are refused when they are no plain http(s) URL: %s', (location) => {
    expect(codeOf(entityOf(roleOf(keyOf(certificate) + signOn(location))))).toBe('sign_on_endpoint_invalid');
  });

  it('do without a bad one when a good one stands beside it', () => {
    const metadata = readIdpMetadata(entityOf(roleOf(keyOf(certificate) + signOn('javascript:alert(1)') + signOn())));
    expect(metadata.singleSignOn).toEqual({ redirect: 'https://idp.test/sso' });
    expect(warningsOf(metadata)).toEqual(['endpoint_left_out']);
  });
});

describe('documents with several entities', () => {
  const group = (content: string, attributes = '') =>
    `<md:EntitiesDescriptor xmlns:md="${md}" xmlns:ds="${ds}"${attributes}>${content}</md:EntitiesDescriptor>`;
  const named = (id: string) => plain.replace('https://idp.test"', `${id}"`);
  const provider = entityOf('<md:SPSSODescriptor/>', ' entityID="sp"');

  it('are listed, nested ones too, so that a person can pick', () => {
    const document = group(named('a') + provider + group(named('b')));
    expect(listEntities(document)).toEqual([
      { entityId: 'a', identityProvider: true },
      { entityId: 'sp', identityProvider: false },
      { entityId: 'b', identityProvider: true },
    ]);
    expect(codeOf(document)).toBe('several_entities');
    expect(readIdpMetadata(document, { entityId: 'b' }).entityId).toBe('b');
    expect(codeOf(document, { entityId: 'c' })).toBe('entity_not_found');
    expect(codeOf(document, { entityId: 'sp' })).toBe('not_an_identity_provider');
  });

  it('need no choice when only one of them is an identity provider', () => {
    expect(readIdpMetadata(group(provider + named('a'))).entityId).toBe('a');
    expect(codeOf(group(provider + provider))).toBe('not_an_identity_provider');
  });

  it('end when the group around them ends', () => {
    const document = group(
      group(named('a'), ' validUntil="2027-01-01T00:00:00"'),
      ' validUntil="2028-01-01T00:00:00Z"',
    );
    expect(readIdpMetadata(document).validUntil).toBe(Date.UTC(2027, 0, 1));
  });

  it('do not describe one entity ID twice, lest the wrong one be taken', () => {
    expect(codeOf(group(named('a') + named('a')), { entityId: 'a' })).toBe('several_entities');
  });
});

describe('refusing documents (CON-11, SAML-18, SAML-38, SAML-48)', () => {
  const utf16 = Buffer.from(`\uFEFF${plain}`, 'utf16le');
  const wide = Array.from({ length: 65 }, (_, index) => ` a${index}="x"`).join('');
  const cases: [string, string | Uint8Array, MetadataErrorCode][] = [
    ['a DOCTYPE', `<!DOCTYPE x>${plain}`, 'doctype_refused'],
    [
      'an external entity',
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${plain.replace('https://idp.test"', '&e;"')}`,
      'doctype_refused',
    ],
    ['an entity that XML does not have', plain.replace('https://idp.test"', '&nbsp;"'), 'not_well_formed'],
    ['a processing instruction', `<?xml-stylesheet href="x"?>${plain}`, 'processing_instruction_refused'],
    [
      'a processing instruction within text',
      plain.replace(certificate, `<?p x?>${certificate}`),
      'processing_instruction_refused',
    ],
    ['two root elements', plain + plain, 'not_well_formed'],
    ['an unbound prefix', plain.replace(`xmlns:ds="${ds}"`, ''), 'not_well_formed'],
    ['an attribute that stands there twice', plain.replace('entityID', 'entityID="x" entityID'), 'not_well_formed'],
    ['a cut document', plain.slice(0, -20), 'not_well_formed'],
    ['a declaration after a blank line', `\n<?xml version="1.0"?>${plain}`, 'not_well_formed'],
    ['XML 1.1', `<?xml version="1.1"?>${plain}`, 'not_well_formed'],
    ['nothing', '', 'not_well_formed'],
    ['JSON', '{"entityID":"x"}', 'not_well_formed'],
    ['UTF-16', utf16, 'encoding_unsupported'],
    ['overlong UTF-8', Buffer.from([0x3c, 0xc0, 0xbc]), 'encoding_unsupported'],
    [
      'another declared encoding',
      Buffer.from(`<?xml version="1.0" encoding="ISO-2022-JP"?>${plain}`),
      'encoding_unsupported',
    ],
    ['more than 10 MiB', `${plain}<!--${'x'.repeat(10 * 1024 * 1024)}-->`, 'too_large'],
    ['33 levels of elements', '<a>'.repeat(33) + '</a>'.repeat(33), 'structure_too_big'],
    ['20,000 siblings', `<a>${'<b/>'.repeat(20_000)}</a>`, 'structure_too_big'],
    ['65 attributes in one element', `<a${wide}/>`, 'structure_too_big'],
    ['an HTML page', '<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', 'not_metadata'],
    ['a group of nothing', `<EntitiesDescriptor xmlns="${md}"/>`, 'not_metadata'],
    ['no entity ID', entityOf(roleOf(keyOf(certificate) + signOn()), ''), 'entity_id_missing'],
    ['a service provider', entityOf('<md:SPSSODescriptor/>'), 'not_an_identity_provider'],
    ['no certificate', entityOf(roleOf(signOn())), 'certificate_missing'],
    [
      'only an encryption certificate',
      entityOf(roleOf(keyOf(certificate, ' use="encryption"') + signOn())),
      'certificate_missing',
    ],
    [
      '21 certificates',
      entityOf(roleOf(Array.from({ length: 21 }, (_, index) => keyOf(`A${index}`)).join('') + signOn())),
      'too_many_certificates',
    ],
    [
      'only bindings that we do not speak',
      entityOf(roleOf(keyOf(certificate) + signOn('https://idp.test', 'SOAP'))),
      'sign_on_endpoint_missing',
    ],
  ];

  it.each(cases)('refuses %s', (_, document, code) => {
    const refusal = refusalOf(document);
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toMatch(/^[A-Z].+[.)"]$/s);
    expect(refusal?.message.length).toBeLessThan(500);
  });

  it('names the wrong namespace when the key hides in it', () => {
    expect(refusalOf(plain.replace(ds, 'https://www.w3.org/2000/09/xmldsig#'))?.message).toContain(
      '"https://www.w3.org/2000/09/xmldsig#"',
    );
  });

  it('accepts a byte order mark, in bytes and in text', () => {
    expect(readIdpMetadata(`\uFEFF${plain}`)).toEqual(readIdpMetadata(plain));
    expect(readIdpMetadata(Buffer.from(`\uFEFF<?xml version="1.0" encoding="utf-8"?>${plain}`))).toEqual(
      readIdpMetadata(plain),
    );
  });

  it('throws only its own error, whatever comes in', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.uint8Array({ maxLength: 300 })),
        (document) => {
          expect(metadataErrorCodes).toContain(codeOf(document));
        },
      ),
      { numRuns: 300 },
    );
    const pieces = [
      '<',
      '>',
      '/',
      '"',
      '&',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?x?>',
      '<!DOCTYPE',
      '&#0;',
      '&#xD800;',
      '\u0000',
      '__proto__="x"',
      ' xmlns=""',
      'é',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(plain.length), fc.nat(30), fc.constantFrom(...pieces)), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          let document = plain;
          for (const [at, removed, piece] of changes)
            document = document.slice(0, at) + piece + document.slice(at + removed);
          refusalOf(document);
          refusalOf(Buffer.from(document, 'latin1'));
        },
      ),
      { numRuns: 500 },
    );
  });
});
