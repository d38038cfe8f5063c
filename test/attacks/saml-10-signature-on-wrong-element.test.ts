import { describe, expect, it } from 'vitest';
import { craft, idpKey, refusal } from '../support/upstreams/saml/crafted.ts';
import { signXml } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-10, a valid signature over something else', () => {
  const withId = () => craft().replace('<samlp:Status>', '<samlp:Status ID="_status">');

  it('refuses a signature in the response that covers only Status', () => {
    const xml = signXml(withId(), 'Response', {
      key: idpKey,
      reference: "//*[local-name(.)='Status']",
      place: { reference: "/*[local-name(.)='Response']/*[local-name(.)='Issuer']", action: 'after' },
    });
    expect(xml).toContain('URI="#_status"');
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused', detail: { where: 'Reference URI' } });
  });

  it('refuses a signature in the assertion that covers only Subject', () => {
    const xml = signXml(craft().replace('<saml:Subject>', '<saml:Subject ID="_subject">'), 'Assertion', {
      key: idpKey,
      reference: "//*[local-name(.)='Subject']",
    });
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused', detail: { where: 'Reference URI' } });
  });

  it('refuses a signature in the response that covers only the assertion', () => {
    const xml = signXml(craft(), 'Response', {
      key: idpKey,
      reference: "//*[local-name(.)='Assertion']",
      place: { reference: "/*[local-name(.)='Response']/*[local-name(.)='Issuer']", action: 'after' },
    });
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused', detail: { where: 'Reference URI' } });
  });

  it('refuses a signature that stands anywhere else', () => {
    const xml = signXml(withId(), 'Response', {
      key: idpKey,
      reference: "//*[local-name(.)='Status']",
      place: { reference: "//*[local-name(.)='Status']", action: 'append' },
    });
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused', detail: { received: 'ds:Signature' } });
  });
});
