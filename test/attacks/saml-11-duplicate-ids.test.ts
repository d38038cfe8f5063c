import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-11, duplicate IDs', () => {
  const idOf = (xml: string) => /<saml:Assertion[^>]* ID="([^"]+)"/.exec(xml)![1]!;

  for (const attribute of ['ID', 'Id', 'id', 'iD', 'wsu:Id']) {
    it(`refuses a second element with the assertion's ID written as ${attribute}`, () => {
      const xml = craftSigned();
      const twin = `<samlp:Status xmlns:wsu="urn:wsu" ${attribute}="${idOf(xml)}">`;
      expect(refusal(xml.replace('<samlp:Status>', twin))).toMatchObject({ code: 'saml_structure_refused' });
    });
  }

  it('refuses the ID in other case', () => {
    const xml = craftSigned();
    const twin = `<samlp:Status ID="${idOf(xml).toUpperCase()}">`;
    expect(refusal(xml.replace('<samlp:Status>', twin))).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses two identifiers on one element, and xml:id', () => {
    const twice = craftSigned().replace('<samlp:Status>', '<samlp:Status ID="_a" Id="_b">');
    expect(refusal(twice)).toMatchObject({ code: 'saml_structure_refused' });
    const xmlId = craftSigned().replace('<samlp:Status>', '<samlp:Status xml:id="_a">');
    expect(refusal(xmlId)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses response and assertion of one ID', () => {
    const xml = craftSigned({ responseId: '_same', assertionId: '_same' });
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });
});
