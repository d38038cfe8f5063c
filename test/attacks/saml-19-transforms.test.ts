import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';
import { algorithms } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-19, transforms that compute', () => {
  it.each([
    'http://www.w3.org/TR/1999/REC-xslt-19991116',
    'http://www.w3.org/TR/1999/REC-xpath-19991116',
    'http://www.w3.org/2002/06/xmldsig-filter2',
    'http://www.w3.org/2000/09/xmldsig#base64',
    'http://www.w3.org/2002/07/decrypt#XML',
  ])('refuses %s', (algorithm) => {
    const xml = craftSigned().replace(
      `<ds:Transform Algorithm="${algorithms.enveloped}"/>`,
      `<ds:Transform Algorithm="${algorithm}"/>`,
    );
    expect(xml).toContain(algorithm);
    expect(refusal(xml)).toMatchObject({ code: 'saml_algorithm_refused', detail: { received: algorithm } });
  });

  it('refuses parameters of a transform, such as a style sheet', () => {
    const xml = craftSigned().replace(
      `<ds:Transform Algorithm="${algorithms.enveloped}"/>`,
      `<ds:Transform Algorithm="${algorithms.enveloped}"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/></ds:Transform>`,
    );
    expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
  });
});
