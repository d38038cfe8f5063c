import { describe, expect, it } from 'vitest';
import { createSites } from '../../../src/config/sites.ts';

const listen = { host: '127.0.0.1', port: 8080 };
const hosts = createSites({ domain: 'https://citrixcloud.jp', listen });
const paths = createSites({ publicUrl: 'https://id.example.org/idp', listen });
const plain = createSites({ listen });

describe('sites by host', () => {
  it('has the URLs that other people’s systems already know', () => {
    expect(hosts).toMatchObject({
      secure: true,
      issuer: 'https://accounts.citrixcloud.jp/core',
      samlEntityId: 'https://saml.citrixcloud.jp',
      acsUrl: 'https://saml.citrixcloud.jp/saml/acs',
      samlMetadataUrl: 'https://saml.citrixcloud.jp/saml/metadata.xml',
    });
    expect(hosts.callbackUrl('login-okta')).toBe('https://accounts.citrixcloud.jp/core/login-okta');
    expect(hosts.samlEntityIdOf('c1')).toBe('https://saml.citrixcloud.jp/c1');
    expect(hosts.samlMetadataUrlOf('c1')).toBe('https://saml.citrixcloud.jp/saml/metadata/c1.xml');
    expect(hosts.goUrl('contoso')).toBe('https://citrix.citrixcloud.jp/go/contoso');
    expect(hosts.consoleUrl()).toBe('https://citrix.citrixcloud.jp/');
    expect(hosts.workspaceUrl('acme')).toBe('https://acme.citrixcloud.jp/');
    expect(hosts.signinUrl('u1', 'return')).toBe('https://accounts.citrixcloud.jp/signin/u1/return');
    expect(hosts.apiUrl()).toBe('https://api.citrixcloud.jp/api/v1');
  });

  it('finds the service by the host alone', () => {
    expect(hosts.resolve('accounts.citrixcloud.jp', '/core/jwks')).toEqual({ service: 'accounts', path: '/core/jwks' });
    expect(hosts.resolve('Citrix.CitrixCloud.jp:443', '/go/x')).toEqual({ service: 'console', path: '/go/x' });
    expect(hosts.resolve('acme.citrixcloud.jp', '/console')).toEqual({
      service: 'workspace',
      workspace: 'acme',
      path: '/console',
    });
    const local = createSites({ domain: 'http://localhost:8080', listen });
    expect(local.resolve('saml.localhost:8080', '/saml/acs')).toEqual({ service: 'saml', path: '/saml/acs' });
    expect(local.secure).toBe(false);
  });

  it('knows no other host', () => {
    for (const host of [
      'evil.test',
      'citrixcloud.jp',
      'www.citrixcloud.jp',
      'admin.citrixcloud.jp',
      'a.b.citrixcloud.jp',
      'accounts.citrixcloud.jp.evil.test',
      'accounts.citrixcloud.jp:8443',
      'accounts.citrixcloud.jp.',
      'evilcitrixcloud.jp',
      'evil.test#.citrixcloud.jp',
      'x_y.citrixcloud.jp',
      '.citrixcloud.jp',
      '',
    ])
      expect(hosts.resolve(host, '/'), host).toBeUndefined();
  });
});

describe('sites by path', () => {
  it('puts every service below the one public URL', () => {
    expect(paths).toMatchObject({
      issuer: 'https://id.example.org/idp/core',
      samlEntityId: 'https://id.example.org/idp/saml',
      acsUrl: 'https://id.example.org/idp/saml/acs',
      assetsPath: '/idp/assets',
    });
    expect(paths.samlEntityIdOf('c1')).toBe('https://id.example.org/idp/saml/c1');
    expect(paths.samlMetadataUrlOf('c1')).toBe('https://id.example.org/idp/saml/metadata/c1.xml');
    expect(paths.consoleUrl()).toBe('https://id.example.org/idp/console');
    expect(paths.consoleUrl('/sessions?x=1')).toBe('https://id.example.org/idp/console/sessions?x=1');
    expect(paths.goUrl('contoso')).toBe('https://id.example.org/idp/go/contoso');
    expect(paths.workspaceUrl('acme', '/callback')).toBe('https://id.example.org/idp/workspace/acme/callback');
    expect(plain.issuer).toBe('http://localhost:8080/core');
    expect(plain.workspaceUrl('acme')).toBe('http://localhost:8080/workspace/acme');
  });

  it('gives each service paths that are the same as in the other mode', () => {
    const at = (path: string) => paths.resolve('id.example.org', path);
    expect(at('/idp')).toEqual({ service: 'accounts', path: '/' });
    expect(at('/idp/core/connect/token')).toEqual({ service: 'accounts', path: '/core/connect/token' });
    expect(at('/idp/signin/u/return')).toEqual({ service: 'accounts', path: '/signin/u/return' });
    expect(at('/idp/console')).toEqual({ service: 'console', path: '/' });
    expect(at('/idp/console/sessions')).toEqual({ service: 'console', path: '/sessions' });
    expect(at('/idp/consolefoo')).toEqual({ service: 'accounts', path: '/consolefoo' });
    expect(at('/idp/go/contoso')).toEqual({ service: 'console', path: '/go/contoso' });
    expect(at('/idp/saml/acs')).toEqual({ service: 'saml', path: '/saml/acs' });
    expect(at('/idp/api/v1/x')).toEqual({ service: 'api', path: '/api/v1/x' });
    expect(at('/idp/workspace/acme')).toEqual({ service: 'workspace', workspace: 'acme', path: '/' });
    expect(at('/idp/workspace/acme/sign-out')).toEqual({ service: 'workspace', workspace: 'acme', path: '/sign-out' });
    expect(at('/idp/workspace/accounts/x')).toEqual({ service: 'accounts', path: '/workspace/accounts/x' });
    expect(at('/idp/workspace')).toEqual({ service: 'accounts', path: '/workspace' });
  });

  it('answers for its own host and prefix only', () => {
    expect(paths.resolve('evil.test', '/idp/core')).toBeUndefined();
    expect(paths.resolve('id.example.org', '/core')).toBeUndefined();
    expect(paths.resolve('id.example.org', '/idpx/core')).toBeUndefined();
    expect(plain.resolve('127.0.0.1:8080', '/core')).toBeUndefined();
    expect(plain.resolve('localhost:8080', '/core')).toEqual({ service: 'accounts', path: '/core' });
  });
});

describe('what passkeys are bound to', () => {
  it('is by host the common domain, so that a passkey of the console opens the accounts host', () => {
    expect(hosts.webauthn).toEqual({
      rpId: 'citrixcloud.jp',
      origins: { accounts: 'https://accounts.citrixcloud.jp', console: 'https://citrix.citrixcloud.jp' },
    });
    expect(createSites({ domain: 'http://sekisho.localhost:8080', listen }).webauthn).toEqual({
      rpId: 'sekisho.localhost',
      origins: { accounts: 'http://accounts.sekisho.localhost:8080', console: 'http://citrix.sekisho.localhost:8080' },
    });
  });

  it('is by path the host of the public URL, whatever its port and prefix', () => {
    const origin = 'https://id.example.org';
    expect(paths.webauthn).toEqual({ rpId: 'id.example.org', origins: { accounts: origin, console: origin } });
    expect(plain.webauthn).toMatchObject({ rpId: 'localhost', origins: { console: 'http://localhost:8080' } });
  });

  it.each([
    { domain: 'http://localhost:8080' },
    { publicUrl: 'https://192.0.2.7' },
    { publicUrl: 'http://127.0.0.1:8080' },
    { publicUrl: 'http://[::1]:8080' },
  ])('is nothing where browsers refuse it: $domain$publicUrl', (where) => {
    expect(createSites({ ...where, listen }).webauthn).toBeUndefined();
  });
});
