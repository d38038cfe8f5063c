import { describe, expect, it } from 'vitest';
import { craft, craftSigned, refusal, signCrafted } from '../support/upstreams/saml/crafted.ts';

const encryptedData = (algorithm: string) =>
  `<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:EncryptionMethod Algorithm="${algorithm}"/><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`;

describe('SAML-41 and 42, encryption', () => {
  const refused = { code: 'saml_encryption_refused' };

  it('answers every encrypted assertion alike, whatever it is made of, so that there is no oracle', () => {
    const answers = ['xmlenc#aes256-cbc', 'xmlenc#tripledes-cbc', 'xmlenc#rsa-1_5', 'xmlenc11#aes256-gcm'].map(
      (name) => {
        const inside = `<saml:EncryptedAssertion>${encryptedData(`http://www.w3.org/2001/04/${name}`)}</saml:EncryptedAssertion>`;
        return refusal(craft({ hasAssertion: false, extraInResponse: inside }));
      },
    );
    expect(answers[0]).toMatchObject(refused);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('refuses an encrypted assertion beside a signed plain one', () => {
    const inside = `<saml:EncryptedAssertion>${encryptedData('x')}</saml:EncryptedAssertion>`;
    expect(refusal(craftSigned({ extraInResponse: inside }))).toMatchObject(refused);
  });

  it('refuses encrypted names and attributes inside a signed assertion', () => {
    const name = craft().replace(
      /<saml:NameID[\s\S]*<\/saml:NameID>/,
      `<saml:EncryptedID>${encryptedData('x')}</saml:EncryptedID>`,
    );
    expect(refusal(signCrafted(name))).toMatchObject(refused);
    const attribute = craft({
      extraAttributes: `<saml:EncryptedAttribute>${encryptedData('x')}</saml:EncryptedAttribute>`,
    });
    expect(refusal(signCrafted(attribute))).toMatchObject(refused);
  });

  it('refuses encrypted data anywhere else', () => {
    expect(
      refusal(craft({ extraInResponse: `<samlp:Extensions>${encryptedData('x')}</samlp:Extensions>` })),
    ).toMatchObject(refused);
  });
});
