/**
 * SimpleSAMLphp (the real Debian package) as identity provider, for tests against software that we did not write.
 *
 * Owns: a configuration folder of its own under the temporary directory, one person, one service provider, the PHP
 * process. Does not own: following its pages (`visit-idp.ts` does). Nothing outside the folder is written or read.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProcess, stopProcess, untilListening } from '../../support/services/processes.ts';
import { makeIdpKey } from '../../support/upstreams/saml/sign-xml.ts';

const program = '/usr/share/simplesamlphp/www';
export const hasSimpleSamlPhp = existsSync('/usr/bin/php') && existsSync(program);
export const noSimpleSamlPhp = 'simplesamlphp or php is not installed';

export interface SimpleSamlPhpOptions {
  /** 0 or absent: any free port. */
  port?: number;
  sp: {
    entityId: string;
    acsUrl: string;
    /** PEM; with it, requests must be signed. */
    certificate?: string;
  };
  signs?: 'response' | 'assertion' | 'both';
  /** Encrypts assertions for the certificate of the service provider: always AES in CBC, whatever is configured. */
  encrypts?: boolean;
}

export interface SimpleSamlPhp {
  url: string;
  entityId: string;
  /** The document as SimpleSAMLphp writes it. */
  metadata(): Promise<string>;
  /** For its login form. */
  credentials: { username: string; password: string };
  /** What it asserts about the person. */
  attributes: Readonly<Record<string, readonly string[]>>;
  /** A new certificate stands in its metadata beside the one that it signs with. */
  announceNext(): Promise<void>;
  /** From the next request on it signs with the new one, and its metadata has that alone. */
  switchToNext(): Promise<void>;
  close(): Promise<void>;
}

const credentials = { username: 'tanaka', password: 'Sakura-1' };
const attributes = {
  uid: ['tanaka'],
  displayName: ['Tanaka Hanako'],
  givenName: ['Hanako'],
  familyName: ['田中'],
  cip_sid: ['AQUAAAAAAAUVAAAAR/kT2Gpf2siYkPKt9QMAAA=='],
  cip_upn: ['tanaka@corp.example.test'],
  cip_email: ['hanako.tanaka@example.test'],
  cip_oid: ['7c9e6679-7425-40de-944b-e07fc1f90ae7'],
  cip_groups: ['S-1-5-21-3623811015-3361044348-30300820-513', 'S-1-5-21-3623811015-3361044348-30300820-1200'],
};

export async function startSimpleSamlPhp(options: SimpleSamlPhpOptions): Promise<SimpleSamlPhp> {
  const port = options.port || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'simplesamlphp-'));
  await writeConfiguration(folder, url, options);
  const child = startProcess('/usr/bin/env', [
    `SIMPLESAMLPHP_CONFIG_DIR=${folder}`,
    '/usr/bin/php',
    // It would go on with what it has read for another two seconds.
    '-d',
    'opcache.enable=0',
    '-d',
    `session.save_path=${join(folder, 'sessions')}`,
    '-S',
    `127.0.0.1:${port}`,
    '-t',
    program,
  ]);
  await untilListening(child, port);
  const entityId = `${url}/saml2/idp/metadata.php`;
  return {
    url,
    entityId,
    metadata: async () => {
      const answer = await fetch(entityId);
      if (!answer.ok) throw new Error(`metadata: HTTP ${answer.status}: ${(await answer.text()).slice(0, 2000)}`);
      return answer.text();
    },
    credentials,
    attributes,
    announceNext: () => writeHosted(folder, 'announced'),
    switchToNext: () => writeHosted(folder, 'switched'),
    close: async () => {
      await stopProcess(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeConfiguration(folder: string, url: string, options: SimpleSamlPhpOptions): Promise<void> {
  const key = makeIdpKey({ commonName: 'SimpleSAMLphp' });
  const next = makeIdpKey({ commonName: 'SimpleSAMLphp, next' });
  for (const name of ['metadata', 'cert', 'log', 'data', 'tmp', 'sessions']) await mkdir(join(folder, name));
  const { sp, signs = 'both', encrypts = false } = options;
  const requestsSigned = sp.certificate !== undefined;
  const files: Record<string, string> = {
    'cert/idp.pem': key.privateKey,
    'cert/idp.crt': key.certificate,
    'cert/next.pem': next.privateKey,
    'cert/next.crt': next.certificate,
    'config.php': assign('config', {
      baseurlpath: `${url}/`,
      certdir: `${folder}/cert/`,
      loggingdir: `${folder}/log/`,
      datadir: `${folder}/data/`,
      tempdir: `${folder}/tmp`,
      metadatadir: `${folder}/metadata/`,
      'metadata.sources': [{ type: 'flatfile', directory: `${folder}/metadata/` }],
      timezone: 'UTC',
      secretsalt: 'only-for-this-test-run',
      'auth.adminpassword': 'only-for-this-test-run-too',
      'logging.handler': 'file',
      'enable.saml20-idp': true,
      'module.enable': { exampleauth: true, core: true, saml: true },
      'session.cookie.secure': false,
      'session.cookie.samesite': 'Lax',
      'session.phpsession.samesite': 'Lax',
      'session.phpsession.savepath': `${folder}/sessions`,
      'store.type': 'phpsession',
    }),
    'authsources.php': assign('config', {
      person: { 0: 'exampleauth:UserPass', [`${credentials.username}:${credentials.password}`]: attributes },
    }),
    'metadata/saml20-sp-remote.php': assignEntry(sp.entityId, {
      AssertionConsumerService: sp.acsUrl,
      NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      'saml20.sign.response': signs !== 'assertion',
      'saml20.sign.assertion': signs !== 'response',
      'assertion.encryption': encrypts,
      'validate.authnrequest': requestsSigned,
      ...(sp.certificate && { certData: sp.certificate.replace(/-----[^-]+-----|\s/g, '') }),
    }),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await writeHosted(folder, 'first');
}

/** It reads its files at every request. */
async function writeHosted(folder: string, stage: 'first' | 'announced' | 'switched'): Promise<void> {
  const redirect = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
  const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
  const current = stage === 'switched' ? 'next' : 'idp';
  const hosted = assignEntry('__DYNAMIC:1__', {
    host: '__DEFAULT__',
    privatekey: `${current}.pem`,
    certificate: `${current}.crt`,
    ...(stage === 'announced' && { new_privatekey: 'next.pem', new_certificate: 'next.crt' }),
    auth: 'person',
    SingleSignOnServiceBinding: [redirect, post],
    NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    authproc: {
      3: {
        class: 'saml:AttributeNameID',
        attribute: 'uid',
        Format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      },
    },
  });
  const file = join(folder, 'metadata/saml20-idp-hosted.php');
  // A request in between must not read half of it.
  await writeFile(`${file}.new`, hosted);
  await rename(`${file}.new`, file);
}

type PhpValue = string | boolean | readonly PhpValue[] | { readonly [key: string]: PhpValue };

function assign(variable: string, value: PhpValue): string {
  return `<?php\n$${variable} = ${php(value)};\n`;
}

function assignEntry(entityId: string, value: PhpValue): string {
  return `<?php\n$metadata[${php(entityId)}] = ${php(value)};\n`;
}

function php(value: PhpValue): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (Array.isArray(value)) return `[${value.map(php).join(', ')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${/^\d+$/.test(key) ? key : php(key)} => ${php(inner)}`);
  return `[${entries.join(', ')}]`;
}
