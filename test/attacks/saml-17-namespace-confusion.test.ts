import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-17, namespace confusion', () => {
  it.each(['Response', 'Assertion', 'EncryptedAssertion', 'NameID', 'Signature', 'SignedInfo'])(
    'refuses an element called %s in a foreign namespace, wherever it stands',
    (name) => {
      const evil = `<samlp:Extensions><evil:${name} xmlns:evil="urn:x"/></samlp:Extensions>`;
      expect(refusal(craftSigned({ extraInResponse: evil }))).toMatchObject({ code: 'saml_structure_refused' });
    },
  );

  it('refuses a Response in no namespace, in that of SAML 1.1 or of assertions', () => {
    const protocol = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"';
    for (const other of ['urn:oasis:names:tc:SAML:1.0:protocol', 'urn:oasis:names:tc:SAML:2.0:assertion']) {
      const xml = craftSigned().replace(protocol, `xmlns:samlp="${other}"`);
      expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
    }
    expect(refusal('<Response ID="_a"/>')).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('goes by namespace and not by prefix', () => {
    const xml = craftSigned({}, 'assertion')
      .replaceAll('samlp:', 'p:')
      .replace('xmlns:samlp=', 'xmlns:p=')
      .replace('<p:Response xmlns:p=', '<p:Response xmlns:p=');
    expect(xml).not.toContain('samlp:');
    expect(refusal(xml)).toEqual({ accepted: 'victim@idp.test' });
  });

  it('refuses a prefix that is not declared', () => {
    expect(refusal(craftSigned().replace('<samlp:Status>', '<samlp:Status e:a="">'))).toMatchObject({
      code: 'saml_malformed',
    });
  });
});
