import { describe, expect, it } from 'vitest';
import { type Vendor, vendorOf } from '../../../src/signin/vendors.ts';

/** Entity IDs and sign-on addresses as those products write them. */
const addresses: readonly (readonly [string, Vendor])[] = [
  ['https://sts.windows.net/554fadfe-f04f-4975-90cb-ddc8b147aaa2/', 'entra-saml'],
  ['https://login.microsoftonline.com/554fadfe-f04f-4975-90cb-ddc8b147aaa2/saml2', 'entra-saml'],
  ['http://www.okta.com/exkppsa1qwuFV4D7z0h7', 'okta-saml'],
  ['https://example.oktapreview.com/app/sekisho/exk1/sso/saml', 'okta-saml'],
  ['http://fs.example.com/adfs/services/trust', 'adfs'],
  ['https://fs.example.com/adfs/ls/', 'adfs'],
  ['https://accounts.google.com/o/saml2?idpid=C02dfl1r1', 'google'],
  ['https://app.onelogin.com/saml/metadata/383123', 'onelogin'],
  ['https://auth.pingone.com/3030059e-440b-4ad0-9217-44326f1757f6', 'ping'],
  ['https://sso.example.com/idp/SSO.saml2', 'ping'],
  ['https://login.example.com/realms/corp', 'keycloak'],
  ['https://login.example.com/auth/realms/corp/protocol/saml', 'keycloak'],
  ['https://idp.example.com/simplesaml/saml2/idp/metadata.php', 'simplesamlphp'],
  ['https://idp.example.com/simplesaml/module.php/saml/idp/metadata', 'simplesamlphp'],
  ['https://gateway.example.com/saml/login', 'netscaler'],
  ['https://idp.example.com/metadata', 'generic-saml'],
];

describe('The vendor of a SAML connection', () => {
  it.each(addresses)('%s is of %s', (address, vendor) => {
    expect(vendorOf('saml', { entityId: address })).toBe(vendor);
    expect(vendorOf('saml', { entityId: 'urn:example:idp', singleSignOnUrl: address })).toBe(vendor);
  });

  it('is taken from the host and not from what somebody writes into it', () => {
    expect(vendorOf('saml', { entityId: 'https://okta.com.example.net/exk1' })).toBe('generic-saml');
    expect(vendorOf('saml', { entityId: 'https://notokta.com/exk1' })).toBe('generic-saml');
  });

  it('is generic while nothing is known', () => {
    expect(vendorOf('saml', {})).toBe('generic-saml');
    expect(vendorOf('saml', { entityId: 7 })).toBe('generic-saml');
  });
});

it('An OpenID provider of the general kind is known by its issuer', () => {
  const of = (issuer: string) => vendorOf('oidc', { issuer });
  expect(of('https://login.example.com/realms/corp')).toBe('keycloak');
  expect(of('https://login.microsoftonline.com/554fadfe-f04f-4975-90cb-ddc8b147aaa2/v2.0')).toBe('entra-oidc');
  expect(of('https://fs.example.com/adfs')).toBe('adfs');
  expect(of('https://idp.example.com')).toBe('generic-oidc');
});

it('The other kinds say it themselves', () => {
  expect(['azure-ad', 'okta', 'gateway', 'oidc'].map((kind) => vendorOf(kind, {}))).toEqual([
    'entra-oidc',
    'okta-oidc',
    'netscaler',
    'generic-oidc',
  ]);
});
