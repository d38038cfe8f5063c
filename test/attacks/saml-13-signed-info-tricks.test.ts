import { describe, expect, it } from 'vitest';
import { craft, craftSigned, refusal, signCrafted } from '../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-13, two SignedInfo and comments in the digest (CVE-2025-29774, CVE-2025-29775)', () => {
  const signedInfo = /(<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>)/;

  it('refuses two SignedInfo elements in either order', () => {
    const forged = (original: string) =>
      original.replace(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    const after = craftSigned().replace(signedInfo, (original) => original + forged(original));
    const before = craftSigned().replace(signedInfo, (original) => forged(original) + original);
    expect(refusal(after)).toMatchObject({ code: 'saml_structure_refused' });
    expect(refusal(before)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses a comment inside DigestValue', () => {
    const xml = craftSigned().replace('<ds:DigestValue>', '<ds:DigestValue><!--AAAA-->');
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses elements inside DigestValue and SignatureValue', () => {
    const digest = craftSigned().replace('<ds:DigestValue>', '<ds:DigestValue><x/>');
    expect(refusal(digest)).toMatchObject({ code: 'saml_structure_refused' });
    const value = craftSigned().replace('<ds:SignatureValue>', '<ds:SignatureValue><x/>');
    expect(refusal(value)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses a second SignatureValue, and a SignedInfo inside KeyInfo', () => {
    const twice = craftSigned().replace(/(<ds:SignatureValue>[^<]*<\/ds:SignatureValue>)/, '$1$1');
    expect(refusal(twice)).toMatchObject({ code: 'saml_structure_refused' });
    const xml = craftSigned();
    const nested = xml.replace('<ds:KeyInfo>', `<ds:KeyInfo>${signedInfo.exec(xml)![1]}`);
    expect(refusal(nested)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses two KeyInfo, and parameters of algorithms', () => {
    const xml = craftSigned();
    const changes: [RegExp, string][] = [
      [/<ds:KeyInfo>[\s\S]*?<\/ds:KeyInfo>/, '$&$&'],
      [
        /(<ds:SignatureMethod [^>]*?)\/>/,
        '$1><x:HMACOutputLength xmlns:x="urn:x">0</x:HMACOutputLength></ds:SignatureMethod>',
      ],
      [/(<ds:DigestMethod [^>]*?)\/>/, '$1><x:p xmlns:x="urn:x"/></ds:DigestMethod>'],
    ];
    for (const [part, becomes] of changes) {
      expect(xml).toMatch(part);
      expect(refusal(xml.replace(part, becomes))).toMatchObject({ code: 'saml_structure_refused' });
    }
  });

  it('refuses two signatures of one element, the same twice or one of somebody else', () => {
    const twice = (xml: string) => xml.replace(/<ds:Signature [\s\S]*?<\/ds:Signature>/, '$&$&');
    for (const xml of [craftSigned(), signCrafted(craft(), 'response')]) {
      expect(refusal(xml)).toHaveProperty('accepted');
      expect(refusal(twice(xml))).toMatchObject({ code: 'saml_structure_refused' });
    }
    // Signed by the provider with the stranger's signature inside already: its own would verify.
    const both = signCrafted(craftSigned({}, 'assertion', { key: makeIdpKey() }), 'assertion');
    expect(both.match(/<ds:Signature /g)).toHaveLength(2);
    expect(refusal(both)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses an altered digest, because SignedInfo itself is signed', () => {
    const xml = craftSigned().replace(
      /<ds:DigestValue>[^<]*/,
      '<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    );
    expect(refusal(xml)).toMatchObject({ code: 'saml_signature_invalid' });
  });
});
