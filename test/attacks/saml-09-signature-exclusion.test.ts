import { describe, expect, it } from 'vitest';
import { signaturePolicies } from '../../providers/protocols/saml/expectations.ts';
import { craft, craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-09, signature exclusion', () => {
  for (const signatures of signaturePolicies) {
    it(`refuses an unsigned response where the connection asks for: ${signatures}`, () => {
      expect(refusal(craft(), { signatures })).toMatchObject({ code: 'saml_signature_missing' });
    });
  }

  it('refuses an empty Signature element', () => {
    const xml = craft().replace(
      '<samlp:Status>',
      '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature><samlp:Status>',
    );
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses one signature where both are required', () => {
    expect(refusal(craftSigned({}, 'response'), { signatures: 'both' })).toMatchObject({
      code: 'saml_signature_missing',
    });
    expect(refusal(craftSigned({}, 'assertion'), { signatures: 'both' })).toMatchObject({
      code: 'saml_signature_missing',
    });
    expect(refusal(craftSigned({}, 'both'), { signatures: 'both' })).toEqual({ accepted: 'victim@idp.test' });
  });

  it('refuses the wrong one of two', () => {
    const refused = { code: 'saml_signature_missing' };
    expect(refusal(craftSigned({}, 'response'), { signatures: 'assertion' })).toMatchObject(refused);
    expect(refusal(craftSigned({}, 'assertion'), { signatures: 'response' })).toMatchObject(refused);
  });

  it('refuses a broken signature that the policy does not ask for', () => {
    const xml = craftSigned({}, 'both').replace('<samlp:Status>', '<samlp:Status x="">');
    expect(refusal(xml, { signatures: 'assertion' })).toMatchObject({ code: 'saml_signature_invalid' });
  });

  it('refuses a connection without any certificate', () => {
    expect(refusal(craftSigned(), { certificates: [] })).toMatchObject({ code: 'saml_signature_invalid' });
  });
});
