import { describe, expect, it } from 'vitest';
import { craftSigned, ground, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-26, issuer', () => {
  const refused = { code: 'saml_issuer_mismatch' };

  it('refuses an assertion of another issuer', () => {
    expect(refusal(craftSigned({ issuer: 'https://evil.test' }))).toMatchObject(refused);
    expect(refusal(craftSigned({ issuer: `${ground.idpEntityId}/` }))).toMatchObject(refused);
  });
  it('refuses a response of another issuer than its assertion', () => {
    expect(refusal(craftSigned({ responseIssuer: 'https://evil.test' }, 'both'))).toMatchObject(refused);
    expect(refusal(craftSigned({ responseIssuer: 'https://evil.test' }))).toMatchObject(refused);
  });
  it('refuses an assertion without Issuer or with two', () => {
    const place = { reference: "//*[local-name(.)='Assertion']/*[1]", action: 'before' } as const;
    expect(refusal(craftSigned({ issuer: null }, 'assertion', { place }))).toMatchObject(refused);
    const second = '<saml:Issuer>https://evil.test</saml:Issuer>';
    expect(refusal(craftSigned({ extraInAssertion: second }))).toMatchObject(refused);
  });
  it('refuses an issuer that is no entity', () => {
    const xml = craftSigned({ responseIssuer: null }).replace(
      '<saml:Issuer>',
      '<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">',
    );
    // The altered Issuer is inside the signed assertion, so the signature speaks first.
    expect(refusal(xml)).toMatchObject({ code: 'saml_signature_invalid' });
    const envelope = craftSigned().replace('<saml:Issuer>', '<saml:Issuer Format="urn:x">');
    expect(refusal(envelope)).toMatchObject(refused);
  });
});
