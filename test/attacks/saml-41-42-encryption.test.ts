import { createPrivateKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ResponseExpectations } from '../../providers/protocols/saml/expectations.ts';
import { craft, craftSigned, idpKey, refusal, signCrafted } from '../support/upstreams/saml/crafted.ts';
import { type EncryptOptions, encryptAssertion } from '../support/upstreams/saml/encrypt-assertion.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

const ours = makeIdpKey();
const accepting: Partial<ResponseExpectations> = {
  encryption: { required: false, keys: [createPrivateKey(ours.privateKey)] },
};
/** Where no private key may be touched, there is none to touch. */
const untouchable: Partial<ResponseExpectations> = {
  encryption: {
    required: false,
    get keys(): never {
      throw new Error('the private key was asked');
    },
  },
};
const encrypted = (options: Partial<EncryptOptions> = {}) =>
  encryptAssertion(craft(), { recipientKey: ours.certificate, ...options });
const encryptedData = (algorithm: string) =>
  `<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:EncryptionMethod Algorithm="${algorithm}"/><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`;
const refused = { code: 'saml_encryption_refused' };

describe('SAML-41, encryption oracles', () => {
  it('never decrypts for somebody who could not sign the response', () => {
    const stranger = { key: makeIdpKey() };
    expect(refusal(signCrafted(encrypted(), 'response'), accepting)).toEqual({ accepted: 'victim@idp.test' });
    expect(refusal(encrypted(), untouchable)).toMatchObject(refused);
    // A signature inside proves nothing before it is decrypted.
    const inside = encryptAssertion(craftSigned(), { recipientKey: ours.certificate });
    expect(refusal(inside, untouchable)).toMatchObject(refused);
    const invalid = { code: 'saml_signature_invalid' };
    expect(refusal(signCrafted(encrypted(), 'response', stranger), untouchable)).toMatchObject(invalid);
    const signed = signCrafted(encrypted(), 'response');
    for (const [from, to] of [
      [/(<xenc:CipherValue>)(.)/, '$1A'],
      ['aes256-gcm', 'aes128-gcm'],
      [/(<\/xenc:EncryptedData>)/, `$1${encryptedData('x').replace(/EncryptedData/g, 'EncryptedKey')}`],
    ] as const) {
      const altered = signed.replace(from, to).replace('<xenc:CipherValue>A', '<xenc:CipherValue>B');
      expect(refusal(altered, untouchable)).toMatchObject(invalid);
    }
  });

  it.each<[string, Partial<EncryptOptions>]>([
    ['CBC', { content: 'aes256-cbc' }],
    ['PKCS #1 v1.5', { transport: 'rsa-1_5' }],
    ['an unknown key transport', { method: '<xenc:EncryptionMethod Algorithm="urn:x"/>' }],
    ['no key transport', { method: '' }],
    ['a hash and a mask that do not fit', { transport: 'rsa-oaep', method: oaep('sha256', 'mgf1sha1') }],
    ['MD5', { transport: 'rsa-oaep', method: oaep('md5', 'mgf1sha1') }],
    ['a label', { method: oaep('sha1', '', '<xenc:OAEPparams>AAAA</xenc:OAEPparams>') }],
    ['a short ciphertext', { alter: (sealed) => sealed.subarray(0, 28) }],
    ['an empty ciphertext', { alter: () => Buffer.alloc(0) }],
  ])('refuses %s before any private key is asked', (_, options) => {
    expect(refusal(signCrafted(encrypted(options), 'response'), untouchable)).toMatchObject(refused);
  });

  it('answers every ciphertext alike, whatever of it was changed', () => {
    const flip = (at: number) => (sealed: Buffer) => {
      const changed = Buffer.from(sealed);
      changed[at < 0 ? changed.length + at : at]! ^= 1;
      return changed;
    };
    const variants: Partial<EncryptOptions>[] = [
      ...[0, 11, 12, 40, -17, -16, -1].map((at) => ({ alter: flip(at) })),
      { alter: (sealed) => sealed.subarray(0, -1) },
      { alter: (sealed) => Buffer.concat([sealed, Buffer.alloc(1)]) },
      { alter: (sealed) => Buffer.concat([sealed.subarray(0, 12), randomBytes(64)]) },
      { recipientKey: idpKey.certificate },
      // The key is there, for another hash, or another length of key.
      { transport: 'rsa-oaep', hash: 'sha256', method: oaep('sha1', 'mgf1sha1') },
      { content: 'aes256-cbc' },
      { transport: 'rsa-1_5' },
    ];
    const answers = variants.map((variant) => refusal(signCrafted(encrypted(variant), 'response'), accepting));
    expect(answers[0]).toMatchObject(refused);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('takes the whole tag only, also where OpenSSL would take a part of it', () => {
    const shortTag = (sealed: Buffer) => sealed.subarray(0, -4);
    expect(refusal(signCrafted(encrypted({ alter: shortTag }), 'response'), accepting)).toMatchObject(refused);
  });

  it('refuses all of it where the connection does not ask for encryption', () => {
    const answers = ['aes256-cbc', 'aes128-gcm', 'aes256-gcm'].map((content) =>
      refusal(signCrafted(encrypted({ content: content as 'aes256-gcm' }), 'response')),
    );
    expect(answers[0]).toMatchObject(refused);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('SAML-42, encrypted parts in other places', () => {
  it.each([{}, accepting])('refuses an encrypted assertion beside a signed plain one', (how) => {
    const inside = /<saml:EncryptedAssertion>[\s\S]*<\/saml:EncryptedAssertion>/.exec(encrypted())![0];
    expect(refusal(craftSigned({ extraInResponse: inside }), how)).toMatchObject(refused);
    const after = craft().replace('</samlp:Response>', `${inside}</samlp:Response>`);
    expect(refusal(signCrafted(after, 'response'), how)).toMatchObject(refused);
  });

  it('refuses encrypted names and attributes inside a signed assertion', () => {
    const name = craft().replace(
      /<saml:NameID[\s\S]*<\/saml:NameID>/,
      `<saml:EncryptedID>${encryptedData('x')}</saml:EncryptedID>`,
    );
    expect(refusal(signCrafted(name), accepting)).toMatchObject(refused);
    const attribute = craft({
      extraAttributes: `<saml:EncryptedAttribute>${encryptedData('x')}</saml:EncryptedAttribute>`,
    });
    expect(refusal(signCrafted(attribute), accepting)).toMatchObject(refused);
  });

  it('refuses encrypted data anywhere else, and a key that stands in no data', () => {
    for (const inside of [
      `<samlp:Extensions>${encryptedData('x')}</samlp:Extensions>`,
      `<samlp:Extensions><saml:EncryptedAssertion>${encryptedData('x')}</saml:EncryptedAssertion></samlp:Extensions>`,
      `<samlp:Extensions>${encryptedData('x').replace(/EncryptedData/g, 'EncryptedKey')}</samlp:Extensions>`,
    ]) {
      expect(refusal(signCrafted(craft({ extraInResponse: inside }), 'response'), accepting)).toMatchObject(refused);
    }
  });

  it('refuses a cipher text that is elsewhere', () => {
    const reference = encrypted().replace(
      /<xenc:CipherValue>[\s\S]*?<\/xenc:CipherValue>/,
      '<xenc:CipherReference URI="https://evil.test/x"/>',
    );
    expect(refusal(signCrafted(reference, 'response'), untouchable)).toMatchObject(refused);
  });
});

function oaep(hash: string, mask: string, more = ''): string {
  const algorithm =
    mask === '' ? 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p' : 'http://www.w3.org/2009/xmlenc11#rsa-oaep';
  const uri =
    hash === 'sha256' ? 'http://www.w3.org/2001/04/xmlenc#sha256' : `http://www.w3.org/2000/09/xmldsig#${hash}`;
  const mgf =
    mask === ''
      ? ''
      : `<m:MGF xmlns:m="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#${mask}"/>`;
  return `<xenc:EncryptionMethod Algorithm="${algorithm}">${more}<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="${uri}"/>${mgf}</xenc:EncryptionMethod>`;
}
