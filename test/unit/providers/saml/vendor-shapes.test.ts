import { describe, expect, it } from 'vitest';
import { craft, idpKey, read, signCrafted } from '../../../support/upstreams/saml/crafted.ts';
import { signXml } from '../../../support/upstreams/saml/sign-xml.ts';

const assertionNamespace = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
const groups = Array.from({ length: 150 }, (_, index) => `S-1-5-21-1-2-3-${index}`);
const facts = {
  attributes: [
    { name: 'cip_groups', values: groups },
    { name: 'cip_sid', values: ['S-1-5-21-1-2-3-1001'] },
  ],
};

/** Default namespaces and no prefixes at all in the assertion, as Entra ID writes it. */
function entraLike(): string {
  const xml = craft(facts)
    .replace(`${assertionNamespace} ID`, 'ID')
    .replaceAll(assertionNamespace, 'xmlns="urn:oasis:names:tc:SAML:2.0:assertion"')
    .replace('<saml:Issuer>', '<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">')
    .replaceAll('<saml:', '<')
    .replaceAll('</saml:', '</');
  expect(xml).not.toContain('saml:');
  return xml;
}

/** Other prefixes, indented, declarations on every value, base64 in lines that end in CR LF: OpenSAML behind Java. */
function shibbolethLike(): string {
  return craft(facts)
    .replaceAll('samlp', 'saml2p')
    .replaceAll('saml:', 'saml2:')
    .replaceAll('xmlns:saml=', 'xmlns:saml2=')
    .replaceAll('<saml2:AttributeValue ', '\n      <saml2:AttributeValue xmlns:xsd="http://www.w3.org/2001/XMLSchema" ')
    .replaceAll('><', '>\r\n  <');
}

describe('responses as vendors write them', () => {
  const expected = (xml: string) => {
    const assertion = read(xml);
    expect(assertion.nameId.value).toBe('victim@idp.test');
    expect(assertion.attributes.get('cip_groups')).toEqual(groups);
    expect(assertion.attributes.get('cip_sid')).toEqual(['S-1-5-21-1-2-3-1001']);
  };

  it('are read from an assertion in the default namespace, signed without prefix', () => {
    const signed = signXml(entraLike(), 'Assertion', { key: idpKey, prefix: '' });
    expect(signed).toContain('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">');
    expected(signed);
  });

  it('are read with other prefixes, white space and inclusive prefixes', () => {
    expected(signCrafted(shibbolethLike(), 'both', { prefixList: 'xsd xs' }));
  });

  it('are read with base64 in lines, also with character references for the carriage returns', () => {
    const lines = (separator: string) =>
      signCrafted(craft(facts), 'response').replace(
        /(<ds:SignatureValue>)([^<]*)/,
        (_, tag: string, value: string) => tag + value.replace(/.{64}/g, `$&${separator}`),
      );
    for (const separator of ['\n', '\r\n', '&#13;\n', '&#xD;&#xA;']) expected(lines(separator));
  });

  it('are read with an XML declaration and a line break after the end', () => {
    expected(`<?xml version="1.0" encoding="utf-8"?>\n${signCrafted(craft(facts))}\n`);
  });
});
