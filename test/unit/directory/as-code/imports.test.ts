/** What other products export, as their documentation and source describe it. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeSelfSignedCertificate } from '../../../../certs/self-signed.ts';
import { definitionOf } from '../../../../providers/registry.ts';
import { readDocument, writeDocument } from '../../../../src/directory/as-code/document.ts';
import { importDex } from '../../../../src/directory/as-code/imports/dex.ts';
import type { Imported } from '../../../../src/directory/as-code/imports/imported.ts';
import { importKeycloak } from '../../../../src/directory/as-code/imports/keycloak.ts';
import { importPolis } from '../../../../src/directory/as-code/imports/polis.ts';
import { refusalOf } from '../directory-under-test.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = makeSelfSignedCertificate({
  commonName: 'idp.example',
  privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  notBefore: Date.UTC(2026, 0, 1),
  notAfter: Date.UTC(2036, 0, 1),
});
const bare = pem.replace(/-----[A-Z ]+-----|\n/g, '');
const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const secret = 'canary-secret';

/** Each settles with the provider's own schema, once its secrets have values. */
function settingsOf({ document, secrets }: Imported, name: string): unknown {
  const found = document.connections.find((connection) => connection.name === name);
  const { clientSecret, ...settings } = found!.settings as { clientSecret?: { env: string } };
  const whole = clientSecret ? { ...settings, clientSecret: secrets[clientSecret.env] ?? 'given later' } : settings;
  return definitionOf(found!.kind)!.schema.parse(whole);
}

describe('Keycloak', () => {
  const realm = {
    realm: 'corp',
    identityProviders: [
      {
        alias: 'adfs',
        displayName: 'ADFS Tokyo',
        providerId: 'saml',
        enabled: true,
        config: {
          entityId: 'https://keycloak.example/realms/corp',
          idpEntityId: 'http://adfs.example/adfs/services/trust',
          singleSignOnServiceUrl: 'https://adfs.example/adfs/ls/',
          singleLogoutServiceUrl: 'https://adfs.example/adfs/ls/?wa=wsignout1.0',
          signingCertificate: `${bare},${bare}`,
          postBindingAuthnRequest: 'true',
          wantAuthnRequestsSigned: 'true',
          wantAssertionsSigned: 'true',
          validateSignature: 'true',
        },
      },
      {
        alias: 'okta',
        providerId: 'oidc',
        config: { issuer: 'https://corp.okta.com', clientId: 'kc', clientSecret: '**********' },
      },
      { alias: 'entra', providerId: 'microsoft', config: { clientId: 'app', clientSecret: secret, tenantId } },
      { alias: 'github', providerId: 'github', config: { clientId: 'x' } },
      { alias: 'nobody', providerId: 'oidc', config: { clientId: 'x', authorizationUrl: 'https://x.example/a' } },
    ],
    identityProviderMappers: [
      {
        identityProviderAlias: 'adfs',
        identityProviderMapper: 'saml-user-attribute-idp-mapper',
        config: { 'attribute.name': 'mail', 'user.attribute': 'email' },
      },
      { identityProviderAlias: 'okta', config: { claim: 'email', 'user.attribute': 'email' } },
    ],
  };
  const imported = importKeycloak(JSON.stringify(realm), definitionOf);

  test('has its SAML providers taken over: addresses, certificates, signatures, attributes', () => {
    expect(settingsOf(imported, 'ADFS Tokyo')).toMatchObject({
      entityId: 'http://adfs.example/adfs/services/trust',
      singleSignOnUrl: 'https://adfs.example/adfs/ls/',
      binding: 'post',
      signRequests: true,
      signatures: 'assertion',
      certificates: [expect.stringContaining('BEGIN CERTIFICATE')],
      logoutUrl: 'https://adfs.example/adfs/ls/?wa=wsignout1.0',
      attributes: { email: 'mail', sid: 'cip_sid' },
    });
  });

  test('has its OpenID providers become the kind whose addresses they have', () => {
    expect(settingsOf(imported, 'okta')).toMatchObject({ url: 'https://corp.okta.com', clientId: 'kc' });
    expect(settingsOf(imported, 'entra')).toMatchObject({ tenantId, clientId: 'app', clientSecret: secret });
  });

  test('keeps secrets out of the document, and says which it could not find', () => {
    expect(writeDocument(imported.document, imported.remarks)).not.toContain(secret);
    expect(imported.secrets).toEqual({ SECRET_ENTRA_CLIENT_SECRET: secret });
    expect(imported.remarks.join('\n')).toContain('"okta": the client secret is not in the file');
  });

  test('is told what cannot be taken over, and why', () => {
    const remarks = imported.remarks.join('\n');
    expect(remarks).toContain('"github" was left out');
    expect(remarks).toContain('"nobody" was left out: it has no issuer');
  });
});

describe('Dex', () => {
  const config = {
    issuer: 'https://dex.example',
    connectors: [
      {
        type: 'saml',
        id: 'partner',
        name: 'Partner',
        config: {
          ssoURL: 'https://idp.example/sso',
          ssoIssuer: 'https://idp.example',
          caData: Buffer.from(pem).toString('base64'),
          redirectURI: 'https://dex.example/callback',
          usernameAttr: 'name',
          emailAttr: 'email',
          groupsAttr: 'groups',
        },
      },
      { type: 'saml', id: 'file', config: { ssoURL: 'https://other.example/sso', ca: '/etc/dex/ca.pem' } },
      {
        type: 'oidc',
        id: 'okta',
        config: { issuer: 'https://corp.okta.com', clientID: 'dex', clientSecret: '$OKTA_SECRET' },
      },
      {
        type: 'microsoft',
        id: 'microsoft',
        config: { clientID: 'app', clientSecret: secret, tenant: 'organizations' },
      },
      { type: 'ldap', id: 'ldap', config: { host: 'ldap.example' } },
    ],
  };
  const imported = importDex(stringify(config), definitionOf);

  test('has its connectors taken over', () => {
    expect(settingsOf(imported, 'Partner')).toMatchObject({
      entityId: 'https://idp.example',
      singleSignOnUrl: 'https://idp.example/sso',
      signRequests: false,
      certificates: [expect.stringContaining('BEGIN CERTIFICATE')],
      attributes: { email: 'email', displayName: 'name', groups: 'groups' },
    });
    const okta = imported.document.connections.find(({ kind }) => kind === 'okta');
    expect(okta?.settings.clientSecret).toEqual({ env: 'OKTA_SECRET' });
  });

  test('is told what is missing and what cannot be taken over', () => {
    const remarks = imported.remarks.join('\n');
    expect(remarks).toContain('/etc/dex/ca.pem');
    expect(remarks).toContain('"microsoft" was left out');
    expect(remarks).toContain('"ldap" was left out');
    expect(remarks).not.toContain(secret);
  });
});

describe('Polis', () => {
  const connections = [
    {
      name: 'Google',
      tenant: 'corp',
      product: 'app',
      clientID: 'of-polis',
      clientSecret: 'of-polis-itself',
      idpMetadata: {
        entityID: 'https://accounts.google.com/o/saml2?idpid=C1',
        sso: { postUrl: 'https://accounts.google.com/o/saml2/idp?idpid=C1' },
        slo: {},
        publicKey: bare,
      },
    },
    {
      tenant: 'corp',
      product: 'okta',
      oidcProvider: {
        discoveryUrl: 'https://corp.okta.com/.well-known/openid-configuration',
        clientId: 'polis',
        clientSecret: secret,
      },
    },
    { tenant: 'empty', product: 'empty' },
  ];
  const imported = importPolis(JSON.stringify(connections), definitionOf);

  test('has its connections taken over, and nothing of its own credentials', () => {
    expect(settingsOf(imported, 'Google')).toMatchObject({
      entityId: 'https://accounts.google.com/o/saml2?idpid=C1',
      binding: 'post',
    });
    expect(settingsOf(imported, 'corp okta')).toMatchObject({ url: 'https://corp.okta.com', clientSecret: secret });
    expect(JSON.stringify(imported)).not.toContain('of-polis-itself');
    expect(imported.remarks.join()).toContain('"empty empty" was left out');
  });
});

describe('Every import', () => {
  const importers = { keycloak: importKeycloak, dex: importDex, polis: importPolis };

  test.each(Object.entries(importers))(
    'of %s refuses what is no such export with the place of the problem',
    async (_, importer) => {
      const refused = async (text: string) => refusalOf(Promise.resolve().then(() => importer(text, definitionOf)));
      expect(await refused('{ "a": [ }')).toMatchObject({ code: 'document_invalid' });
      expect(await refused('[[1, 2], 3]')).toMatchObject({ code: 'document_invalid' });
      expect(await refused('identityProviders: 1\nconnectors: 1\nidpMetadata: 1')).toMatchObject({
        code: 'document_invalid',
      });
    },
  );

  test('writes names with control characters so that they stay names', () => {
    const evil = {
      tenant: 'a\n- name: injected',
      product: '',
      oidcProvider: { discoveryUrl: 'https://x.okta.com', clientId: 'x', clientSecret: 'y' },
    };
    const { document, remarks } = importPolis(JSON.stringify([evil]), definitionOf);
    const read = readDocument(writeDocument(document, [...remarks, 'a\nremark: true']));
    expect(read.connections).toHaveLength(1);
    expect(read.connections[0]!.name).toBe('a - name: injected');
  });
});
