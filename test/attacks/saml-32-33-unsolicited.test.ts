import { describe, expect, it } from 'vitest';
import { craftSigned, ground, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-32 and 33, unsolicited responses', () => {
  const unconfirmed = (inResponseTo: string | null) => (signs: 'assertion' | 'both') =>
    craftSigned((facts) => ({ inResponseTo, confirmation: { ...facts.confirmation!, inResponseTo: null } }), signs);

  it('refuses a response that answers no request', () => {
    for (const signs of ['assertion', 'both'] as const) {
      expect(refusal(unconfirmed(null)(signs))).toMatchObject({ code: 'saml_unsolicited' });
    }
  });

  it("refuses an unsolicited assertion spliced into somebody's own attempt", () => {
    // The envelope is unsigned, so the attacker writes the attempt's request ID on it.
    expect(refusal(unconfirmed(ground.requestId)('assertion'))).toMatchObject({ code: 'saml_unsolicited' });
  });

  it('refuses it when the envelope is signed as well, because the assertion can be cut out', () => {
    expect(refusal(unconfirmed(ground.requestId)('both'))).toMatchObject({ code: 'saml_unsolicited' });
  });

  it('refuses an envelope that names another request, signed or not, and a signed one that names none', () => {
    for (const signs of ['assertion', 'both'] as const) {
      const code = 'saml_in_response_to_mismatch';
      expect(refusal(craftSigned({ inResponseTo: '_another' }, signs))).toMatchObject({ code });
    }
    expect(refusal(craftSigned({ inResponseTo: null }, 'both'))).toMatchObject({ code: 'saml_unsolicited' });
    expect(refusal(craftSigned({ inResponseTo: null }, 'assertion'))).toEqual({ accepted: 'victim@idp.test' });
  });
});
