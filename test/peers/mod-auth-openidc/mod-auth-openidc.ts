/**
 * Apache with mod_auth_openidc (the real Debian packages) protecting a page, for tests against a relying party that we
 * did not write: in C, with its own JOSE library, its own session and its own idea of the standard.
 *
 * Owns: a configuration, a folder under the temporary directory, the process. Nothing outside the folder is written.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, stopProcess, untilListening } from '../../support/services/processes.ts';

const modules = '/usr/lib/apache2/modules';
export const hasModAuthOpenidc = existsSync('/usr/sbin/apache2') && existsSync(join(modules, 'mod_auth_openidc.so'));
export const noModAuthOpenidc = 'apache2 or libapache2-mod-auth-openidc is not installed';

export interface ModAuthOpenidcOptions {
  port: number;
  /** Of the OpenID Provider. */
  issuer: string;
  clientId: string;
  secret: string;
  idTokenAlgorithm: 'RS256' | 'ES256';
}

/** Where the application's pages are, all known before it runs because it must be registered first. */
export function pagesOf(port: number) {
  const url = `http://127.0.0.1:${port}`;
  const redirectUri = `${url}/protected/callback`;
  return {
    protectedUrl: `${url}/protected/page.shtml`,
    redirectUri,
    signedOutUrl: `${url}/signed-out.html`,
    /** The module's own: ends its session, then sends the browser to the provider's end_session_endpoint. */
    logoutUrl: `${redirectUri}?logout=${encodeURIComponent(`${url}/signed-out.html`)}`,
    backChannelUrl: `${redirectUri}?logout=backchannel`,
  };
}

export async function startModAuthOpenidc(options: ModAuthOpenidcOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'mod-auth-openidc-'));
  // Apache drops its rights before it reads pages.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'pages/protected'), { recursive: true });
  await writeFile(join(folder, 'pages/protected/page.shtml'), '<!--#printenv -->');
  await writeFile(join(folder, 'pages/signed-out.html'), 'Signed out of the application');
  await writeFile(join(folder, 'apache.conf'), configuration(folder, options));
  const child = startProcess('/usr/sbin/apache2', ['-f', join(folder, 'apache.conf'), '-DFOREGROUND']);
  const log = () => readFile(join(folder, 'error.log'), 'utf8').catch(() => '');
  try {
    await untilListening(child, options.port);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await log()}`);
  }
  return {
    ...pagesOf(options.port),
    log,
    close: async () => {
      await stopProcess(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, options: ModAuthOpenidcOptions): string {
  const loaded = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'mime', 'include', 'auth_openidc'];
  const { redirectUri } = pagesOf(options.port);
  return `
ServerRoot ${folder}
ServerName 127.0.0.1
Listen 127.0.0.1:${options.port}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:debug
DefaultRuntimeDir ${folder}
Mutex file:${folder}
${loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
User www-data
Group www-data
DocumentRoot ${folder}/pages
TypesConfig /dev/null
AddType text/html .html .shtml
AddOutputFilter INCLUDES .shtml

OIDCProviderMetadataURL ${options.issuer}/.well-known/openid-configuration
OIDCClientID ${options.clientId}
OIDCClientSecret ${options.secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCPKCEMethod S256
OIDCIDTokenSignedResponseAlg ${options.idTokenAlgorithm}
OIDCRedirectURI ${redirectUri}
OIDCScope "openid profile email cip"
OIDCCryptoPassphrase only-for-this-test-run
OIDCPassClaimsAs environment
OIDCSSLValidateServer On

<Directory ${folder}/pages>
  Require all granted
</Directory>
<Directory ${folder}/pages/protected>
  Options +Includes
</Directory>
<Location /protected>
  AuthType openid-connect
  Require valid-user
</Location>
`;
}
