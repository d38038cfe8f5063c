/**
 * LemonLDAP::NG (the real Debian package, on Lasso and xmlsec1) as identity provider, for tests against software that we
 * did not write.
 *
 * Owns: a folder of its own under the temporary directory (configuration, sessions, caches), its demonstration people,
 * one service provider, the Perl process. Does not own: following its pages (`visit-idp.ts` does). Nothing outside the
 * folder is written or read.
 */
import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProcess, stopProcess, untilListening } from '../../support/services/processes.ts';
import { escapeXml } from '../../support/upstreams/saml/response-template.ts';
import { type IdpKey, makeIdpKey } from '../../support/upstreams/saml/sign-xml.ts';

const portal = '/usr/share/lemonldap-ng/portal';
/** Its OpenID Connect side asks for it without saying so. */
const randomStrings = '/usr/share/perl5/String/Random.pm';
const lasso = ['/usr/lib/x86_64-linux-gnu/perl5/5.36/Lasso.pm', '/usr/lib/x86_64-linux-gnu/perl5'];
export const hasLemonLdap =
  existsSync('/usr/bin/plackup') && existsSync(portal) && lasso.some(existsSync) && existsSync(randomStrings);
export const noLemonLdap = 'liblemonldap-ng-portal-perl, liblasso-perl or libstring-random-perl is not installed';

export interface LemonLdapOptions {
  sp: {
    entityId: string;
    acsUrl: string;
    /** PEM. */
    certificate: string;
  };
  /** Lasso signs every assertion. */
  signs: 'assertion' | 'both';
  /** Encrypts assertions for the certificate of the service provider, as Lasso does it. */
  encrypts?: boolean;
  /** A relying party of its OpenID Connect side. */
  client?: { clientId: string; clientSecret: string; redirectUri: string };
}

export interface LemonLdap {
  url: string;
  entityId: string;
  /** The document as LemonLDAP::NG writes it. */
  metadata(): Promise<string>;
  /** For its login form. */
  credentials: { username: string; password: string };
  /** What it asserts about the person. */
  attributes: Readonly<Record<string, readonly string[]>>;
  /** Of the two keys that it signs with in turn, the one that it does not sign with now: its certificate, PEM. */
  otherCertificate(): string;
  /** From now on (within two seconds) it signs with the other key, SAML and OpenID Connect alike, and publishes that only. */
  rollOver(): Promise<void>;
  close(): Promise<void>;
}

/** One of the people that LemonLDAP::NG brings along for demonstrations; the password is the name. */
const credentials = { username: 'dwho', password: 'dwho' };
const attributes: Readonly<Record<string, readonly string[]>> = {
  displayName: ['Doctor Who'],
  cip_email: ['dwho@badwolf.org'],
  cip_sid: ['S-1-5-21-3623811015-3361044348-30300820-1013'],
  cip_oid: ['7c9e6679-7425-40de-944b-e07fc1f90ae7'],
  familyName: ['田中'],
  cip_groups: ['S-1-5-21-3623811015-3361044348-30300820-513', 'S-1-5-21-3623811015-3361044348-30300820-1200'],
};

export async function startLemonLdap(options: LemonLdapOptions): Promise<LemonLdap> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'lemonldap-'));
  const keys = [makeIdpKey({ commonName: 'LemonLDAP::NG' }), makeIdpKey({ commonName: 'LemonLDAP::NG' })] as const;
  let number = 1;
  await makeFolder(folder);
  await writeConfiguration(folder, url, options, number, keys[0]);
  const child = startProcess('/usr/bin/plackup', [
    '--server',
    'HTTP::Server::PSGI',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--env',
    'deployment',
    join(folder, 'portal.psgi'),
  ]);
  await untilListening(child, port);
  const entityId = `${url}/saml/metadata`;
  return {
    url,
    entityId,
    metadata: async () => {
      const answer = await fetch(entityId);
      if (!answer.ok)
        throw new Error(`metadata: HTTP ${answer.status}: ${(await answer.text()).slice(0, 2000)} ${child.output()}`);
      return answer.text();
    },
    credentials,
    attributes,
    otherCertificate: () => keys[number % 2 === 0 ? 0 : 1].certificate,
    rollOver: async () => {
      number++;
      await writeConfiguration(folder, url, options, number, keys[number % 2 === 0 ? 1 : 0]);
    },
    close: async () => {
      await stopProcess(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  for (const name of ['conf', 'sessions', 'sessions/lock', 'psessions', 'psessions/lock', 'cache', 'notifications'])
    await mkdir(join(folder, name));
  // It asks each second whether there is a configuration with a higher number.
  await writeFile(
    join(folder, 'lemonldap-ng.ini'),
    `[all]\nlogLevel = warn\ncheckTime = 1\n[configuration]\ntype = File\ndirName = ${folder}/conf\n[portal]\nstaticPrefix = /static\ntemplateDir = ${portal}/templates\nlanguages = en\n`,
  );
  await writeFile(join(folder, 'portal.psgi'), program(join(folder, 'lemonldap-ng.ini')));
}

async function writeConfiguration(
  folder: string,
  url: string,
  options: LemonLdapOptions,
  number: number,
  key: IdpKey,
): Promise<void> {
  const files = (name: string) => ({
    Directory: join(folder, name),
    LockDirectory: join(folder, name, 'lock'),
    generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
  });
  const { sp, signs, encrypts = false, client } = options;
  const basic = 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic';
  // A macro is an expression in Perl.
  const constants = Object.entries(attributes).map(([name, values]) => [name, `'${values.join('; ')}'`]);
  const configuration = {
    cfgNum: number,
    cfgDate: 1,
    cfgAuthor: 'test',
    cfgVersion: '2.16.1',
    key: 'only-for-this-test',
    portal: `${url}/`,
    domain: '127.0.0.1',
    securedCookie: 0,
    // Its default for SAML is None, which a browser takes from https only.
    sameSite: 'Lax',
    authentication: 'Demo',
    userDB: 'Same',
    passwordDB: 'Null',
    registerDB: 'Null',
    demoExportedVars: { cn: 'cn', mail: 'mail', uid: 'uid' },
    macros: Object.fromEntries(constants),
    whatToTrace: 'uid',
    requireToken: 0,
    captcha: 'NoCaptcha',
    portalDisplayResetPassword: 0,
    portalDisplayRegister: 0,
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: files('sessions'),
    persistentStorage: 'Apache::Session::File',
    persistentStorageOptions: files('psessions'),
    localSessionStorage: '',
    notificationStorageOptions: { dirName: join(folder, 'notifications') },
    locationRules: { '127.0.0.1': { default: 'accept' } },
    issuerDBSAMLActivation: 1,
    samlEntityID: `${url}/saml/metadata`,
    samlServicePrivateKeySig: key.privateKey,
    samlServicePublicKeySig: key.certificate,
    samlServiceUseCertificateInResponse: 1,
    samlServiceSignatureMethod: 'RSA_SHA256',
    samlNameIDFormatMapEmail: 'mail',
    samlSPMetaDataXML: { sp: { samlSPMetaDataXML: spMetadata(sp) } },
    samlSPMetaDataExportedAttributes: {
      sp: Object.fromEntries(Object.keys(attributes).map((name) => [name, `1;${name};${basic};`])),
    },
    samlSPMetaDataOptions: {
      sp: {
        samlSPMetaDataOptionsNameIDFormat: 'email',
        samlSPMetaDataOptionsCheckSSOMessageSignature: 1,
        samlSPMetaDataOptionsSignSSOMessage: signs === 'assertion' ? 0 : 1,
        samlSPMetaDataOptionsEncryptionMode: encrypts ? 'assertion' : 'none',
        samlSPMetaDataOptionsForceUTF8: 1,
        samlSPMetaDataOptionsSessionNotOnOrAfterDuration: 72_000,
        samlSPMetaDataOptionsNotOnOrAfterDuration: 600,
      },
    },
    ...(client && openIdConfiguration(url, client, number, key)),
  };
  await writeFile(join(folder, 'conf', `lmConf-${number}.json`), JSON.stringify(configuration));
}

function openIdConfiguration(
  url: string,
  client: NonNullable<LemonLdapOptions['client']>,
  number: number,
  key: IdpKey,
): Record<string, unknown> {
  return {
    issuerDBOpenIDConnectActivation: 1,
    oidcServiceMetaDataIssuer: url,
    oidcServicePrivateKeySig: key.privateKey,
    oidcServicePublicKeySig: createPublicKey(key.privateKey).export({ format: 'pem', type: 'spki' }),
    oidcServiceKeyIdSig: `key-${number}`,
    oidcServiceIgnoreScopeForClaims: 1,
    oidcRPMetaDataExportedVars: {
      rp: {
        ...Object.fromEntries(Object.keys(attributes).map((name) => [name, name])),
        name: 'displayName',
        cip_upn: 'mail',
      },
    },
    oidcRPMetaDataOptions: {
      rp: {
        oidcRPMetaDataOptionsClientID: client.clientId,
        oidcRPMetaDataOptionsClientSecret: client.clientSecret,
        oidcRPMetaDataOptionsRedirectUris: client.redirectUri,
        oidcRPMetaDataOptionsIDTokenSignAlg: 'RS256',
        oidcRPMetaDataOptionsIDTokenForceClaims: 1,
        oidcRPMetaDataOptionsBypassConsent: 1,
        oidcRPMetaDataOptionsUserIDAttr: 'uid',
      },
    },
  };
}

/** It insists on a module for captchas, and the one it brings needs ImageMagick. */
function program(configuration: string): string {
  return [
    "BEGIN { $INC{'NoCaptcha.pm'} = 1 }",
    "package NoCaptcha { use Mouse; extends 'Lemonldap::NG::Portal::Main::Plugin'; sub init { 1 } }",
    'use Lemonldap::NG::Portal::Main;',
    `Lemonldap::NG::Portal::Main->run({ configStorage => { confFile => '${configuration}' } });`,
    '',
  ].join('\n');
}

function spMetadata(sp: LemonLdapOptions['sp']): string {
  const certificate = sp.certificate.replace(/-----[^-]+-----|\s/g, '');
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  return [
    '<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"',
    ` xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${escapeXml(sp.entityId)}">`,
    '<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true"',
    ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    `<md:KeyDescriptor use="signing">${keyInfo}</md:KeyDescriptor>`,
    `<md:KeyDescriptor use="encryption">${keyInfo}</md:KeyDescriptor>`,
    '<md:AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"',
    ` Location="${escapeXml(sp.acsUrl)}"/></md:SPSSODescriptor></md:EntityDescriptor>`,
  ].join('');
}
