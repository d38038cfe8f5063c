/**
 * Neither SimpleSAMLphp nor LemonLDAP::NG can encrypt by AES-GCM for a public key, so the message that we decrypt is
 * made by xmlsec1 alone: it encrypts the assertion and signs the response around it.
 */
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasXmlsec, noXmlsec, signByXmlsec } from '../../fuzz/xmlsec.ts';
import { describeIf } from '../../support/skips.ts';
import { craft, craftSigned, idpKey, read, refusal } from '../../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../../support/upstreams/saml/sign-xml.ts';

const xenc = 'http://www.w3.org/2001/04/xmlenc#';
const ours = makeIdpKey();
const encryption = { required: true, keys: [createPrivateKey(ours.privateKey)] };
const methods = {
  'aes-128': 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'aes-192': 'http://www.w3.org/2009/xmlenc11#aes192-gcm',
  'aes-256': 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
} as const;

function encryptAndSign(xml: string, session: string, content: string, transport: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'xmlsec-'));
  try {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const template = [
      `<xenc:EncryptedData xmlns:xenc="${xenc}" Type="${xenc}Element">`,
      `<xenc:EncryptionMethod Algorithm="${content}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`,
      `<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${xenc}${transport}"/><ds:KeyInfo><ds:KeyName/></ds:KeyInfo>`,
      '<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>',
      '<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>',
    ].join('');
    const encrypted = execFileSync(
      'xmlsec1',
      [
        ...['--encrypt', '--pubkey-cert-pem', file('our.crt', ours.certificate), '--session-key', session],
        ...['--xml-data', file('response.xml', xml), '--node-xpath', "//*[local-name()='Assertion']"],
        file('template.xml', template),
      ],
      { encoding: 'utf8' },
    );
    const wrapped = encrypted.replace(
      /<xenc:EncryptedData[\s\S]*<\/xenc:EncryptedData>/,
      (data) => `<saml:EncryptedAssertion>${data}</saml:EncryptedAssertion>`,
    );
    return signByXmlsec(wrapped, 'Response', idpKey, 'sha256');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describeIf(hasXmlsec, noXmlsec)('A response encrypted and signed by xmlsec1', () => {
  for (const [session, content] of Object.entries(methods)) {
    it(`is read with ${session} in GCM and RSA-OAEP`, () => {
      const message = encryptAndSign(craft(), session, content, 'rsa-oaep-mgf1p');
      expect(message).not.toContain('victim');
      const assertion = read(message, { signatures: 'response', encryption });
      expect(assertion.nameId.value).toBe('victim@idp.test');
      expect(assertion.attributes.get('cip_email')).toEqual(['victim@example.test']);
    });
  }

  it('is read where the assertion inside is signed too', () => {
    const message = encryptAndSign(craftSigned(), 'aes-256', methods['aes-256'], 'rsa-oaep-mgf1p');
    expect(read(message, { signatures: 'both', encryption }).nameId.value).toBe('victim@idp.test');
  });

  it('is refused in CBC, with PKCS #1 v1.5, and for another key', () => {
    const cbc = encryptAndSign(craft(), 'aes-256', `${xenc}aes256-cbc`, 'rsa-oaep-mgf1p');
    const pkcs1 = encryptAndSign(craft(), 'aes-256', methods['aes-256'], 'rsa-1_5');
    const good = encryptAndSign(craft(), 'aes-256', methods['aes-256'], 'rsa-oaep-mgf1p');
    const other = { required: true, keys: [createPrivateKey(makeIdpKey().privateKey)] };
    for (const [message, change] of [
      [cbc, encryption],
      [pkcs1, encryption],
      [good, other],
    ] as const) {
      expect(refusal(message, { encryption: change })).toMatchObject({ code: 'saml_encryption_refused' });
    }
    expect(refusal(good, { encryption })).toEqual({ accepted: 'victim@idp.test' });
  });
});
