import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-15, processing instructions as text', () => {
  it('refuses a NameID that one canonicaliser would read differently', () => {
    const signed = craftSigned({ nameId: { value: 'not-an-admin@idp.test' } });
    const xml = signed.replace('not-an-admin@idp.test', '<?p not-an-?>admin@idp.test');
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses one before or after the document, and lets the XML declaration pass', () => {
    expect(refusal(`<?xml-stylesheet href="x"?>${craftSigned()}`)).toMatchObject({ code: 'saml_structure_refused' });
    expect(refusal(`${craftSigned()}<?p x?>`)).toMatchObject({ code: 'saml_structure_refused' });
    expect(refusal(`<?xml version="1.0" encoding="UTF-8"?>${craftSigned()}`)).toEqual({ accepted: 'victim@idp.test' });
  });
});
