import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-14, truncation of names by comments', () => {
  it('refuses a comment put into a signed NameID', () => {
    // Canonicalisation drops comments, so the signature still verifies in software that allows them.
    const signed = craftSigned({ nameId: { value: 'admin@idp.test.evil.test' } });
    const xml = signed.replace('admin@idp.test.evil.test', 'admin@idp.test<!---->.evil.test');
    expect(xml).not.toBe(signed);
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses a comment anywhere else, and CDATA', () => {
    expect(refusal(`${craftSigned()}<!-- after -->`)).toMatchObject({ code: 'saml_structure_refused' });
    expect(refusal(`<!-- before -->${craftSigned()}`)).toMatchObject({ code: 'saml_structure_refused' });
    const cdata = craftSigned().replace('victim@idp.test', '<![CDATA[victim@idp.test]]>');
    expect(refusal(cdata)).toMatchObject({ code: 'saml_structure_refused' });
  });
});
