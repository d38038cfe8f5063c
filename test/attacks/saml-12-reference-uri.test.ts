import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-12, the reference of the signature', () => {
  const uris = [
    '',
    '#',
    '#xpointer(/)',
    '#xpointer(id(&apos;_x&apos;))',
    'https://evil.test/a.xml',
    "#_a' or '1'='1",
    '_bare',
  ];
  for (const uri of uris) {
    it(`refuses URI="${uri}"`, () => {
      const xml = craftSigned().replace(/URI="[^"]*"/, `URI="${uri}"`);
      expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused', detail: { expected: '#ID' } });
    });
  }

  it('refuses a Reference without URI', () => {
    expect(refusal(craftSigned().replace(/ URI="[^"]*"/, ''))).toMatchObject({ code: 'saml_structure_refused' });
  });

  it('refuses two References', () => {
    const xml = craftSigned().replace(/(<ds:Reference [\s\S]*?<\/ds:Reference>)/, '$1$1');
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });
});
