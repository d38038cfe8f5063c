/**
 * The valid responses that everything is made from: as different products write them, signed by xml-crypto and by
 * xmlsec1. Owns the facts about the one person in them. With one key and one clock, so that all of them are accepted
 * by one set of expectations; the same key gives the same bytes.
 */
import { type FactsChange, ground, idpKey, signCrafted } from '../support/upstreams/saml/crafted.ts';
import { genuineFacts, writeResponse } from '../support/upstreams/saml/response-template.ts';
import { algorithms, type IdpKey, type SignOptions } from '../support/upstreams/saml/sign-xml.ts';
import { hasXmlsec, signByXmlsec } from './xmlsec.ts';

export interface Original {
  title: string;
  xml: string;
}

type Signs = 'response' | 'assertion' | 'both';
export const attributeNames = ['cip_sid', 'cip_upn', 'cip_email', 'cip_oid', 'cip_groups', 'displayName', '__proto__'];

const styles: Record<string, (xml: string) => string> = {
  plain: (xml) => xml,
  'prefixes of Java products': (xml) =>
    xml
      .replaceAll('samlp:', 'saml2p:')
      .replaceAll('saml:', 'saml2:')
      .replaceAll(':samlp=', ':saml2p=')
      .replaceAll(':saml=', ':saml2='),
  'default namespaces': (xml) =>
    xml
      .replaceAll(/(<\/?)saml:/g, '$1')
      .replace('<Issuer>', '<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">')
      .replace('<Assertion xmlns:saml=', '<Assertion xmlns='),
  'indented over lines': (xml) => xml.replaceAll('><', '>\n  <'),
  'a declaration before it': (xml) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  'quotes and order of others': (xml) => xml.replaceAll(/ (ID|Version)="([^"]*)"/g, " $1='$2'"),
};

const signatures: readonly [Signs, Partial<SignOptions>][] = [
  ['assertion', {}],
  ['response', {}],
  ['both', {}],
  ['assertion', { prefix: '', prefixList: 'xs' }],
  ['both', { prefixList: 'xs xsi saml' }],
  ['response', { prefix: 'dsig', signature: algorithms.rsaSha512, digest: algorithms.sha512 }],
];

/** Made anew with each call; `key` signs. `now` in `expectations` stays that of `crafted.ts`. */
export function makeOriginals(key: IdpKey = idpKey): Original[] {
  const originals: Original[] = [];
  for (const [style, write] of Object.entries(styles)) {
    for (const [signs, options] of signatures) {
      const xml = signCrafted(write(unsignedResponse()), signs, { key, ...options });
      originals.push({ title: `${style}, ${signs} ${JSON.stringify(options)}`, xml });
    }
  }
  if (hasXmlsec) {
    for (const element of ['Response', 'Assertion'] as const) {
      for (const digest of ['sha256', 'sha384'] as const) {
        const xml = signByXmlsec(styles['indented over lines']!(unsignedResponse()), element, key, digest);
        originals.push({ title: `xmlsec1, ${element} ${digest}`, xml });
      }
    }
  }
  return originals;
}

/** `change` for another person. */
export function unsignedResponse(change: FactsChange = {}): string {
  const honest = genuineFacts(ground);
  const facts = {
    ...honest,
    responseId: '_response1',
    assertionId: '_assertion1',
    nameId: { value: 'victim@idp.test', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
    authentication: { ...honest.authentication!, sessionIndex: '_session1' },
    attributes: [
      { name: 'cip_sid', values: ['S-1-5-21-1-2-3-1001'] },
      { name: 'cip_email', values: ['victim@example.test'], friendlyName: 'mail' },
      { name: 'displayName', values: ['Víctim <&> "Ōsaka" \u{20bb7}野家'] },
      { name: 'cip_groups', values: ['one', 'two', 'victims & more'] },
      { name: 'unread', values: ['x'] },
    ],
    extraAttributes: [
      '<saml:Attribute Name="cip_oid"><saml:AttributeValue xsi:nil="true"/></saml:Attribute>',
      '<saml:Attribute Name="cip_upn"><saml:AttributeValue xml:lang="en"> victim&#10;&#13;\t2 </saml:AttributeValue>',
      '<saml:AttributeValue/></saml:Attribute>',
    ].join(''),
  };
  return writeResponse({ ...facts, ...(typeof change === 'function' ? change(facts) : change) });
}
