import { describe, expect, it } from 'vitest';
import { craftSigned, idpKey, refusal, toCertificate } from '../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-21, the certificate in KeyInfo', () => {
  // Same name as the genuine one, so that a comparison of subjects would be fooled.
  const attacker = makeIdpKey();

  it("refuses an attacker's key although its certificate comes along", () => {
    const xml = craftSigned({}, 'both', { key: attacker });
    expect(xml).toContain('<ds:X509Certificate>');
    expect(refusal(xml)).toMatchObject({ code: 'saml_signature_invalid' });
  });

  it('refuses it also beside the genuine certificate in KeyInfo', () => {
    const genuine = idpKey.certificate.replace(/-----[^-]+-----|\s/g, '');
    const xml = craftSigned({}, 'assertion', { key: attacker }).replace(
      '<ds:X509Data>',
      `<ds:X509Data><ds:X509Certificate>${genuine}</ds:X509Certificate>`,
    );
    expect(refusal(xml)).toMatchObject({ code: 'saml_signature_invalid' });
  });

  it('needs no KeyInfo at all', () => {
    const xml = craftSigned().replace(/<ds:KeyInfo>[\s\S]*?<\/ds:KeyInfo>/, '');
    expect(refusal(xml)).toEqual({ accepted: 'victim@idp.test' });
  });

  it('tries every certificate of the connection, as a rollover needs', () => {
    const certificates = [toCertificate(attacker), toCertificate(makeIdpKey()), toCertificate(idpKey)];
    expect(refusal(craftSigned(), { certificates })).toEqual({ accepted: 'victim@idp.test' });
  });

  it('refuses RetrievalMethod and KeyInfo references', () => {
    const xml = craftSigned().replace('<ds:KeyInfo>', '<ds:KeyInfo><ds:RetrievalMethod URI="https://evil.test/key"/>');
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });
});
