import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readIdpMetadata } from '../../../../metadata/idp-metadata.ts';
import { MetadataError } from '../../../../metadata/metadata-error.ts';
import { samlSettings } from '../../../../providers/saml/settings.ts';
import { describeWithFixtures, sharedFixtures } from '../../../support/skips.ts';
import { makeIdpKey } from '../../../support/upstreams/saml/sign-xml.ts';

const { certificate } = makeIdpKey();
const written = { entityId: 'https://idp.test', singleSignOnUrl: 'https://idp.test/sso', certificates: [certificate] };
const problems = (input: unknown) =>
  (samlSettings.safeParse(input).error?.issues ?? []).map((issue) => issue.path.join('.')).sort();
const metadata = (endpoints: string, entityId = 'https://idp.test/m') =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate.replace(/-----[^-]+-----|\s/g, '')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>${endpoints}</IDPSSODescriptor></EntityDescriptor>`;
const endpoint = (kind: string, binding: string, location: string) =>
  `<${kind} Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${binding}" Location="${location}"/>`;

describe('settings of a SAML connection', () => {
  it('have defaults that work with common identity providers (SML-2, SML-9)', () => {
    expect(samlSettings.parse(written)).toMatchObject({
      binding: 'post',
      signRequests: true,
      signatures: 'either',
      certificateExpiry: 'warn',
      attributes: {
        sid: 'cip_sid',
        upn: 'cip_upn',
        email: 'cip_email',
        oid: 'cip_oid',
        groups: 'cip_groups',
        displayName: 'displayName',
      },
    });
    expect(samlSettings.parse(written)).not.toHaveProperty('context');
  });

  it('stay the same when read again, as a stored row is', () => {
    const once = samlSettings.parse({ ...written, certificates: [`${certificate}${makeIdpKey().certificate}`] });
    expect(once.certificates).toHaveLength(2);
    expect(samlSettings.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('report every problem at once', () => {
    const bad = {
      surprise: 1,
      binding: 'soap',
      certificates: ['x'],
      logoutUrl: 'javascript:alert(1)',
      attributes: { sid: '' },
    };
    expect(problems(bad)).toEqual([
      '',
      'attributes.sid',
      'binding',
      'certificates.0',
      'entityId',
      'logoutUrl',
      'singleSignOnUrl',
    ]);
  });

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://user:pw@idp.test/',
    'https://idp.test/#x',
    '/sso',
    '',
  ])('refuse %s as an address', (singleSignOnUrl) => {
    expect(problems({ ...written, singleSignOnUrl })).toEqual(['singleSignOnUrl']);
  });

  it('are filled from metadata, POST first, and keep no copy of it', () => {
    const both = metadata(
      endpoint('SingleLogoutService', 'Redirect', 'https://idp.test/slo') +
        endpoint('SingleSignOnService', 'Redirect', 'https://idp.test/r') +
        endpoint('SingleSignOnService', 'POST', 'https://idp.test/p'),
    );
    const settings = samlSettings.parse({ metadata: both });
    expect(settings).toMatchObject({
      entityId: 'https://idp.test/m',
      binding: 'post',
      singleSignOnUrl: 'https://idp.test/p',
      logoutUrl: 'https://idp.test/slo',
    });
    expect(settings.certificates).toHaveLength(1);
    expect(settings).not.toHaveProperty('metadata');
    expect(samlSettings.parse({ metadata: both, binding: 'redirect' }).singleSignOnUrl).toBe('https://idp.test/r');
    expect(samlSettings.parse({ metadata: both, singleSignOnUrl: 'https://typed.test/' }).singleSignOnUrl).toBe(
      'https://typed.test/',
    );
  });

  it('take the only binding that there is, and say when the wanted one is missing', () => {
    const redirect = metadata(endpoint('SingleSignOnService', 'Redirect', 'https://idp.test/r'));
    expect(samlSettings.parse({ metadata: redirect }).binding).toBe('redirect');
    expect(problems({ metadata: redirect, binding: 'post' })).toEqual(['singleSignOnUrl']);
    expect(problems({ metadata: '<x/>' })).toEqual(['metadata']);
    expect(problems({ metadata: redirect, entityId: 'https://somebody-else.test' })).toEqual(['metadata']);
  });
});

describeWithFixtures('metadata of real identity providers', () => {
  const folder = new URL('idp-metadata/real/', sharedFixtures);
  const usable = (name: string) => {
    try {
      return readIdpMetadata(readFileSync(new URL(name, folder)));
    } catch (error) {
      if (error instanceof MetadataError) return undefined;
      throw error;
    }
  };
  it('makes a connection of every document that describes one', () => {
    const names = readdirSync(folder).filter((name) => usable(name) !== undefined);
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const parsed = samlSettings.safeParse({ metadata: readFileSync(new URL(name, folder), 'utf8') });
      expect(parsed.error?.issues, name).toBeUndefined();
    }
  });
});
