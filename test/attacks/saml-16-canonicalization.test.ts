import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';
import { algorithms } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-16, canonicalisation that leaves room', () => {
  const { enveloped, exclusive, exclusiveWithComments, inclusive } = algorithms;

  for (const other of [exclusiveWithComments, inclusive, `${inclusive}#WithComments`]) {
    it(`refuses SignedInfo canonicalised by ${other}`, () => {
      const xml = craftSigned({}, 'assertion', { canonicalization: other });
      expect(xml).toContain(`<ds:CanonicalizationMethod Algorithm="${other}"`);
      expect(refusal(xml)).toMatchObject({ code: 'saml_algorithm_refused' });
    });

    it(`refuses a digest canonicalised by ${other}`, () => {
      const xml = craftSigned({}, 'assertion', { transforms: [enveloped, other] });
      expect(refusal(xml)).toMatchObject({ code: 'saml_algorithm_refused' });
    });
  }

  it('refuses transforms that are missing, repeated or in another order', () => {
    const refused = { code: 'saml_algorithm_refused' };
    expect(refusal(craftSigned({}, 'assertion', { transforms: [enveloped] }))).toMatchObject(refused);
    expect(refusal(craftSigned({}, 'assertion', { transforms: [exclusive, enveloped] }))).toMatchObject(refused);
    expect(refusal(craftSigned({}, 'assertion', { transforms: [enveloped, exclusive, exclusive] }))).toMatchObject(
      refused,
    );
  });

  it('accepts listed inclusive prefixes, as Shibboleth writes them', () => {
    const xml = craftSigned({}, 'assertion', { prefixList: 'xs xsi' });
    expect(xml).toContain('InclusiveNamespaces');
    expect(refusal(xml)).toEqual({ accepted: 'victim@idp.test' });
  });

  it.each([
    ['a quote', 'urn:x&quot; y=&quot;'],
    ['an apostrophe', 'urn:x&apos;'],
    ['a less-than sign', 'urn:x&lt;y'],
    ['an ampersand', 'urn:x&amp;y'],
    ['white space', 'urn:x y'],
    ['a relative name', 'relative/name'],
    ['no scheme', '//evil.test/x'],
  ])('refuses %s in a namespace name', (_, uri) => {
    const xml = craftSigned().replace('<samlp:Status>', `<samlp:Status xmlns:e="${uri}">`);
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses xml:base', () => {
    const xml = craftSigned().replace('<samlp:Status>', '<samlp:Status xml:base="https://evil.test/">');
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });
});
