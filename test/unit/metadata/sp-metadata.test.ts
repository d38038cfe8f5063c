import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { generateSigningKey, type SigningKey } from '../../../certs/signing-keys.ts';
import { buildSpMetadata, type SpDescription, signMetadata } from '../../../metadata/sp-metadata.ts';
import { readXml } from '../../../metadata/xml-reader.ts';
import { attributeOf, childElements, textOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import { describeIf } from '../../support/skips.ts';

const now = Date.UTC(2026, 10, 22);
const current = await makeSigner();
const next = await makeSigner();
const sp: SpDescription = {
  entityId: 'https://saml.example.test',
  acsUrl: 'https://saml.example.test/saml/acs',
  signingCertificates: [current.certificatePem],
  authnRequestsSigned: true,
  wantAssertionsSigned: true,
};

async function makeSigner(): Promise<SigningKey & { certificatePem: string }> {
  const key = await generateSigningKey({ use: 'saml', now });
  return { ...key, certificatePem: key.certificatePem ?? '' };
}

function find(element: XmlElement, local: string): XmlElement[] {
  return childElements(element).flatMap((child) => [...(child.local === local ? [child] : []), ...find(child, local)]);
}
const attributesOf = (element: XmlElement | undefined) =>
  Object.fromEntries((element?.attributes ?? []).map(({ name, value }) => [name, value]));

describe('our own metadata', () => {
  it('says who we are, where answers go and what is signed, and announces no encryption by itself', () => {
    const root = readXml(buildSpMetadata(sp));
    expect(attributesOf(root)).toEqual({ ID: expect.stringMatching(/^_[0-9a-f]{40}$/), entityID: sp.entityId });
    const [role] = childElements(root);
    expect(root.children).toHaveLength(1);
    expect(attributesOf(role)).toEqual({
      AuthnRequestsSigned: 'true',
      WantAssertionsSigned: 'true',
      protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol',
    });
    expect(childElements(role!).map((child) => child.local)).toEqual(['KeyDescriptor', 'AssertionConsumerService']);
    expect(attributesOf(childElements(role!)[1])).toEqual({
      Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      Location: sp.acsUrl,
      index: '0',
      isDefault: 'true',
    });
  });

  it('follows the order of the schema with everything in it', () => {
    const root = readXml(
      buildSpMetadata({
        ...sp,
        logoutUrl: 'https://saml.example.test/saml/logout',
        logoutBindings: ['redirect', 'post'],
        encryptionCertificate: current.certificatePem,
        nameIdFormats: ['urn:a', 'urn:b'],
        validUntil: now,
        organizationName: 'Corp',
      }),
    );
    expect(attributeOf(root, 'validUntil')).toBe('2026-11-22T00:00:00.000Z');
    expect(childElements(root).map((child) => child.local)).toEqual(['SPSSODescriptor', 'Organization']);
    expect(childElements(childElements(root)[0]!).map((child) => child.local)).toEqual([
      'KeyDescriptor',
      'KeyDescriptor',
      'SingleLogoutService',
      'SingleLogoutService',
      'NameIDFormat',
      'NameIDFormat',
      'AssertionConsumerService',
    ]);
    expect(textOf(find(root, 'OrganizationURL')[0]!)).toBe('https://saml.example.test');
    const encryption = find(root, 'KeyDescriptor')[1]!;
    expect(attributeOf(encryption, 'use')).toBe('encryption');
    const methods = find(encryption, 'EncryptionMethod').map((method) => attributeOf(method, 'Algorithm') ?? '');
    expect(methods.length).toBeGreaterThan(0);
    for (const method of methods) expect(method).toMatch(/-gcm$|rsa-oaep/);
  });

  it('has both signing certificates during a rollover, without PEM lines', () => {
    const root = readXml(
      buildSpMetadata({ ...sp, signingCertificates: [current.certificatePem, next.certificatePem] }),
    );
    const expected = [current, next].map(({ certificatePem }) => certificatePem.replace(/-----[^-]+-----|\s/g, ''));
    expect(find(root, 'X509Certificate').map(textOf)).toEqual(expected);
  });

  it('gives the same document for the same description, and another ID for another', () => {
    expect(buildSpMetadata(sp)).toBe(buildSpMetadata({ ...sp }));
    const other = readXml(buildSpMetadata({ ...sp, acsUrl: 'https://other.test/acs' }));
    expect(attributeOf(other, 'ID')).not.toBe(attributeOf(readXml(buildSpMetadata(sp)), 'ID'));
  });

  it('escapes every value, so that a name brings in no markup (SAML-46)', () => {
    const hostile = '"><script>alert(1)</script><!-- ]]> &amp; \u0000\u001b';
    const root = readXml(
      buildSpMetadata({
        ...sp,
        entityId: hostile,
        acsUrl: hostile,
        logoutUrl: hostile,
        nameIdFormats: [hostile],
        organizationName: hostile,
        organizationUrl: hostile,
      }),
    );
    const kept = hostile.replace('\u0000', '').replace('\u001b', '');
    expect(attributeOf(root, 'entityID')).toBe(kept);
    expect(textOf(find(root, 'OrganizationName')[0]!)).toBe(kept);
    expect(textOf(find(root, 'NameIDFormat')[0]!)).toBe(kept);
    expect(attributeOf(find(root, 'AssertionConsumerService')[0]!, 'Location')).toBe(kept);
    expect(find(root, 'script')).toEqual([]);
  });

  it('is well-formed whatever the names are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (entityId, organizationName) => {
        const root = readXml(buildSpMetadata({ ...sp, entityId, organizationName }));
        expect(textOf(find(root, 'OrganizationName')[0]!)).toBe(organizationName);
      }),
    );
  });
});

describe('the signature of our metadata', () => {
  const xml = buildSpMetadata({ ...sp, organizationName: 'Corp & <Söhne>', nameIdFormats: ['urn:a'] });
  const signed = signMetadata(xml, current);
  const tampered = signed.replace('https://saml.example.test/saml/acs', 'https://evil.test/acs');

  function verifies(document: string, certificatePem: string): boolean {
    const signature = new SignedXml({ publicCert: certificatePem });
    signature.loadSignature(/<ds:Signature .*<\/ds:Signature>/s.exec(document)?.[0] ?? '');
    try {
      return signature.checkSignature(document);
    } catch {
      return false;
    }
  }

  it('is the first child, covers the whole document and uses SHA-256 and exclusive canonicalization only', () => {
    const root = readXml(signed);
    expect(childElements(root)[0]?.local).toBe('Signature');
    expect(find(root, 'Reference').map(attributesOf)).toEqual([{ URI: `#${attributeOf(root, 'ID')}` }]);
    const algorithms = ['CanonicalizationMethod', 'SignatureMethod', 'DigestMethod', 'Transform'].flatMap((name) =>
      find(root, name).map((element) => attributeOf(element, 'Algorithm')),
    );
    expect(algorithms).toEqual([
      'http://www.w3.org/2001/10/xml-exc-c14n#',
      'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      'http://www.w3.org/2001/04/xmlenc#sha256',
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/2001/10/xml-exc-c14n#',
    ]);
  });

  it('verifies with our certificate, and not with another or after a change', () => {
    expect(verifies(signed, current.certificatePem)).toBe(true);
    expect(verifies(signed, next.certificatePem)).toBe(false);
    expect(tampered).not.toBe(signed);
    expect(verifies(tampered, current.certificatePem)).toBe(false);
  });

  const xmlsecAbsent = spawnSync('xmlsec1', ['--version']).status !== 0;
  describeIf(!xmlsecAbsent, 'xmlsec1 is not installed')('in the eyes of xmlsec1', () => {
    it('verifies, and not after a change', () => {
      const directory = mkdtempSync(join(tmpdir(), 'metadata-'));
      try {
        const certificate = join(directory, 'certificate.pem');
        writeFileSync(certificate, current.certificatePem);
        const verify = (name: string, document: string) => {
          const file = join(directory, name);
          writeFileSync(file, document);
          const id = ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor'];
          return spawnSync('xmlsec1', ['--verify', '--pubkey-cert-pem', certificate, ...id, file]).status;
        };
        expect(verify('signed.xml', signed)).toBe(0);
        expect(verify('tampered.xml', tampered)).not.toBe(0);
      } finally {
        rmSync(directory, { recursive: true });
      }
    });
  });
});
