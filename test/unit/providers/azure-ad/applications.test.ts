/** Whose application proves itself where (AAD-1), and when what it proves itself with is over. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expiriesOf, registrationsOf, saysExpired } from '../../../../providers/azure-ad/applications.ts';
import { azureAdSchema } from '../../../../providers/azure-ad/settings.ts';
import { readAzureAdApplications } from '../../../../src/config/azure-ad-applications.ts';
import { ConfigError, readConfig } from '../../../../src/config/config.ts';
import { createExpiryRegister } from '../../../../src/upkeep/expiry-register.ts';
import { azureAdInstallation } from '../../../support/upstreams/oidc/azure-ad-installation.ts';
import { makeClientCertificate } from '../../../support/upstreams/oidc/client-certificate.ts';

const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const operators = { clientId: 'operators', clientSecret: 'secret-of-the-operator' };
const azureAd = azureAdInstallation('https://login.microsoftonline.com', operators);
const installation = { azureAd: { ...azureAd, graphUrl: 'https://graph.microsoft.com' } } as never;
const settingsOf = (more: object) => azureAdSchema.parse({ tenantId, ...more });

describe('the operator’s applications', () => {
  it('serve a connection without a registration of its own', () => {
    expect(registrationsOf(settingsOf({}), installation)).toMatchObject({
      isOwn: false,
      authority: 'https://login.microsoftonline.com',
      applications: { directory: { clientId: 'operators' } },
    });
  });

  it('are never shown to an authority or a Graph that a connection names', () => {
    for (const more of [{ authority: 'https://login.evil.example' }, { graphUrl: 'https://graph.evil.example' }])
      expect(() => registrationsOf(settingsOf(more), installation)).toThrow('settings_invalid');
    const own = { clientId: 'own', clientSecret: 'own-secret', authority: 'https://login.example' };
    const registrations = registrationsOf(settingsOf(own), installation);
    expect(registrations).toMatchObject({ isOwn: true, authority: 'https://login.example' });
    expect(JSON.stringify(registrations)).not.toContain(operators.clientSecret);
  });

  it('tell when their certificates expire', () => {
    const notAfter = Date.parse('2027-06-01T00:00:00Z');
    const credential = makeClientCertificate({ notBefore: notAfter - 86_400_000, notAfter });
    const applications = { ...azureAd.applications, directory: { clientId: 'directory', credential } };
    const applicationCertificates = expiriesOf(applications);
    expect(applicationCertificates).toEqual([{ use: 'directory', expiresAt: notAfter }]);
    const register = createExpiryRegister({ applicationCertificates, keys: () => [] } as never);
    expect(register.ofInstallation()).toMatchObject([{ kind: 'application_certificate', expiresAt: notAfter }]);
  });
});

describe('a refusal at the token endpoint', () => {
  it.each([
    [{ error: 'invalid_client', error_codes: [7000222] }, true],
    [{ error: 'invalid_client', error_codes: [7000215], error_description: 'Invalid client secret. expired' }, false],
    [{ error_codes: [700027], error_description: 'Client assertion … [Reason - The key used is expired.]' }, true],
    [{ error_codes: [700027], error_description: 'Client assertion … [Reason - The key was not found.]' }, false],
    [{ error: 'invalid_client', error_codes: '7000222' }, false],
    [{}, false],
  ])('%j: %s', (refusal, expected) => {
    expect(saysExpired(refusal)).toBe(expected);
  });
});

describe('the configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-azure-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const day = 86_400_000;
  const own = makeClientCertificate({ notBefore: Date.now() - day, notAfter: Date.now() + day });
  const other = makeClientCertificate({ notBefore: Date.now() - day, notAfter: Date.now() + day });
  const files = {
    certificate: write('own.crt', own.certificate),
    key: write('own.key', own.privateKey),
    otherKey: write('other.key', other.privateKey),
    nonsense: write('nonsense', 'canary-5f0c'),
  };
  const read = (env: Record<string, string>) => readAzureAdApplications(readConfig(env));

  it('lets one registration serve all three, or one each', () => {
    const one = { SEKISHO_AZURE_AD_CLIENT_ID: 'one', SEKISHO_AZURE_AD_CLIENT_SECRET: 's' };
    expect(read({})).toBeUndefined();
    expect(read(one)?.applications.administrators).toEqual({ clientId: 'one', credential: { secret: 's' } });
    const three = read({
      ...one,
      SEKISHO_AZURE_AD_DIRECTORY_CLIENT_ID: 'two',
      SEKISHO_AZURE_AD_DIRECTORY_CERTIFICATE: files.certificate,
      SEKISHO_AZURE_AD_DIRECTORY_CERTIFICATE_KEY: files.key,
      SEKISHO_AZURE_AD_ADMINISTRATORS_CLIENT_ID: 'three',
      SEKISHO_AZURE_AD_ADMINISTRATORS_CLIENT_SECRET: 't',
    });
    expect(three?.applications).toEqual({
      subscribers: { clientId: 'one', credential: { secret: 's' } },
      directory: { clientId: 'two', credential: own },
      administrators: { clientId: 'three', credential: { secret: 't' } },
    });
  });

  it('refuses half an application, two credentials, and others without the first', () => {
    const named = (env: Record<string, string>) => {
      try {
        readConfig(env);
        return [];
      } catch (error) {
        return (error as ConfigError).problems.map(({ key }) => key);
      }
    };
    expect(named({ SEKISHO_AZURE_AD_CLIENT_ID: 'x' })).toEqual(['SEKISHO_AZURE_AD_CLIENT_SECRET']);
    const both = { SEKISHO_AZURE_AD_CLIENT_ID: 'x', SEKISHO_AZURE_AD_CLIENT_SECRET: 's' };
    expect(named({ ...both, SEKISHO_AZURE_AD_CERTIFICATE: 'c', SEKISHO_AZURE_AD_CERTIFICATE_KEY: 'k' })).toEqual([
      'SEKISHO_AZURE_AD_CERTIFICATE',
    ]);
    expect(named({ SEKISHO_AZURE_AD_CLIENT_ID: 'x', SEKISHO_AZURE_AD_CERTIFICATE: 'c' })).toEqual([
      'SEKISHO_AZURE_AD_CERTIFICATE_KEY',
    ]);
    expect(named({ SEKISHO_AZURE_AD_DIRECTORY_CLIENT_ID: 'x', SEKISHO_AZURE_AD_DIRECTORY_CLIENT_SECRET: 's' })).toEqual(
      ['SEKISHO_AZURE_AD_CLIENT_ID'],
    );
  });

  it.each([
    ['another certificate’s key', files.certificate, files.otherKey, 'CERTIFICATE_KEY'],
    ['no key', files.certificate, files.nonsense, 'CERTIFICATE_KEY'],
    ['no certificate', files.nonsense, files.key, 'CERTIFICATE'],
    ['no file', join(folder, 'nowhere'), files.key, 'CERTIFICATE'],
  ])('refuses %s, without repeating what is in the file', (_what, certificate, key, name) => {
    const env = {
      SEKISHO_AZURE_AD_CLIENT_ID: 'x',
      SEKISHO_AZURE_AD_CERTIFICATE: certificate,
      SEKISHO_AZURE_AD_CERTIFICATE_KEY: key,
    };
    let thrown: unknown;
    try {
      read(env);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as ConfigError).problems).toMatchObject([{ key: `SEKISHO_AZURE_AD_${name}` }]);
    expect(String(thrown)).not.toContain('canary');
  });
});
