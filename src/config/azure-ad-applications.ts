/**
 * The operator's applications at Microsoft Entra ID (AAD-1), read from the configuration and the files it names.
 *
 * Owns: which application serves what, and that a certificate and a key belong together. Does not own: what they are used
 * for (`providers/azure-ad`).
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AzureAdApplication, AzureAdInstallation, ClientCredential } from '../../providers/provider.ts';
import { type Config, ConfigError, nameOfVariable } from './config.ts';

const prefixes = {
  subscribers: 'azureAd',
  directory: 'azureAdDirectory',
  administrators: 'azureAdAdministrators',
} as const;

/** Undefined: none is configured. Throws `ConfigError` for a file that is not what it should be. */
export function readAzureAdApplications(config: Config): AzureAdInstallation | undefined {
  const subscribers = readApplication(config, 'subscribers');
  if (subscribers === undefined) return undefined;
  return {
    authority: config.azureAdAuthority,
    graphUrl: config.azureAdGraphUrl,
    applications: {
      subscribers,
      directory: readApplication(config, 'directory') ?? subscribers,
      administrators: readApplication(config, 'administrators') ?? subscribers,
    },
  };
}

function readApplication(config: Config, use: keyof typeof prefixes): AzureAdApplication | undefined {
  const prefix = prefixes[use];
  const clientId = config[`${prefix}ClientId`];
  const credential = readCredential(config, use);
  return clientId === undefined || credential === undefined ? undefined : { clientId, credential };
}

function readCredential(config: Config, use: keyof typeof prefixes): ClientCredential | undefined {
  const prefix = prefixes[use];
  const secret = config[`${prefix}ClientSecret`];
  if (secret !== undefined) return { secret };
  const [certificateFile, keyFile] = [config[`${prefix}Certificate`], config[`${prefix}CertificateKey`]];
  if (certificateFile === undefined || keyFile === undefined) return undefined;
  const [certificateName, keyName] = [`${prefix}Certificate`, `${prefix}CertificateKey`].map(nameOfVariable);
  const certificate = readFile(certificateName!, certificateFile, (pem) => new X509Certificate(pem));
  const key = readFile(keyName!, keyFile, (pem): KeyObject => createPrivateKey(pem));
  if (key.read.asymmetricKeyType !== 'rsa') refuse(keyName!, 'must be an RSA key, as Entra ID takes no other');
  if (!certificate.read.checkPrivateKey(key.read)) refuse(keyName!, 'is not the key of the certificate');
  return { certificate: certificate.pem, privateKey: key.pem };
}

function readFile<Read>(name: string, path: string, read: (pem: string) => Read): { pem: string; read: Read } {
  let pem = '';
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    refuse(name, `cannot be read (${path}: ${(cause as NodeJS.ErrnoException).code})`);
  }
  try {
    return { pem, read: read(pem) };
  } catch {
    // the parser's own message may quote the file
    return refuse(name, `is not what it should be (${path})`);
  }
}

function refuse(key: string, problem: string): never {
  throw new ConfigError([{ key, problem }]);
}
