/**
 * Configuration: one schema, from which the type, the checks, the messages and the README's table are made.
 *
 * Owns: names, defaults and meanings of the `SEKISHO_*` variables. Does not own: what the URLs look like (`sites.ts`).
 * `src/config` is the only reader of the environment; `main.ts`, the CLI and tests call `readConfig(env)`.
 */
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseSealingKeys, type SealingKey, SealingKeysError } from '../../certs/sealing-keys.ts';
import { isLoopbackHost } from '../core/loopback.ts';

declare module 'zod' {
  interface GlobalMeta {
    /** May also be given as a file: `SEKISHO_<KEY>_FILE`. */
    secret?: boolean;
    /** What the table says when the default depends on other keys. */
    defaultText?: string;
    /** Kept out of `GlobalMeta.examples`, which is typed by the schema's output. */
    sample?: string;
  }
}

const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^:[\]/\s]+):\d{1,5}$/, 'must be host:port, as in 0.0.0.0:8080 or [::]:443')
  .transform((value) => {
    const at = value.lastIndexOf(':');
    return { host: value.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(value.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65535, 'has a port above 65535');

const serviceUrl = (server: string) =>
  z.url({
    protocol: new RegExp(`^(${server})$`),
    error: `must be a URL that begins with ${server.replaceAll('|', ':// or ')}://`,
  });

const amount = <Standard extends number | undefined>(least: number, most: number, standard: Standard) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be ${least} to ${most}`)
    .optional()
    .transform((value) => (value ?? standard) as Standard extends number ? number : number | undefined);

/** The text of a key file on one line: commas instead of line ends. */
const sealingKeys = z.string().transform((value, context): SealingKey[] => {
  try {
    return parseSealingKeys(value.replaceAll(',', '\n'));
  } catch (error) {
    const problems = error instanceof SealingKeysError ? error.problems : ['cannot be read'];
    context.addIssue({ code: 'custom', message: `must be "<id> <32 bytes in base64url>": ${problems.join('; ')}` });
    return z.NEVER;
  }
});

const pemFile = (description: string) => z.string().min(1).optional().meta({ description });
const applicationId = (what: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({
      description: `Id of the application ${what}`,
      defaultText: '`SEKISHO_AZURE_AD_CLIENT_ID`',
    });
const applicationSecret = z.string().min(1).optional().meta({ description: 'Its client secret', secret: true });

const shape = {
  publicUrl: z.string().transform(readPublicUrl).optional().meta({
    description:
      'The one URL under which people and applications reach Sekisho; all services are told apart by path. A path prefix is allowed. http only for loopback hosts',
    defaultText: 'http(s)://localhost:port of SEKISHO_LISTEN',
    sample: 'https://id.example.org',
  }),
  domain: z.string().transform(readDomain).optional().meta({
    description:
      'Instead of one public URL: the domain (an origin; https when no scheme is given) below which the hosts accounts, citrix, saml, api and one per workspace live',
    sample: 'https://example.org',
  }),
  listen: listen.prefault('127.0.0.1:8080').meta({ description: 'Address and port to listen on' }),
  data: z.string().min(1).default('./data').meta({
    description: 'Folder of everything that is kept on this machine: the SQLite file, keys made at the first start',
  }),
  databaseUrl: serviceUrl('postgres|postgresql').optional().meta({
    description: 'PostgreSQL instead of SQLite; needs SEKISHO_REDIS_URL too',
    secret: true,
    sample: 'postgres://sekisho@db.example.org/sekisho',
  }),
  redisUrl: serviceUrl('redis|rediss').optional().meta({
    description: 'Redis for what is short-lived; needs SEKISHO_DATABASE_URL too',
    secret: true,
    sample: 'rediss://redis.example.org:6379',
  }),
  sealingKey: sealingKeys.optional().meta({
    description:
      'Key that seals secrets at rest: `<id> <32 bytes in base64url>`; several, separated by commas: the first seals, all open',
  }),
  sealingKeyFile: z.string().min(1).optional().meta({
    description: 'File that holds them instead, one a line. With PostgreSQL one of the two must be given',
    defaultText: '`sealing-keys` in SEKISHO_DATA, made at the first start',
  }),
  tlsCertificate: z.string().min(1).optional().meta({
    description: 'File with the certificate chain (PEM), when Sekisho serves TLS itself (1.2 or higher)',
  }),
  tlsKey: z.string().min(1).optional().meta({ description: 'File with the private key of that certificate (PEM)' }),
  trustedProxies: z.string().transform(readProxies).prefault('').meta({
    description:
      'Addresses or networks (CIDR), separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody else is',
    defaultText: 'nobody',
    sample: '10.1.0.0/16, fd00::/8',
  }),
  upstreamLoopback: z.enum(['refuse', 'allow']).default('refuse').meta({
    description:
      'Whether connections may point to this machine itself (demo and tests); private networks stay refused either way',
  }),
  upstreamCertificateAuthorities: z.string().min(1).optional().meta({
    description:
      'File with certificates (PEM) of authorities that are trusted for connections to identity providers, beside the public ones',
    sample: '/etc/sekisho/company-ca.pem',
  }),
  azureAdClientId: z.string().min(1).optional().meta({
    description:
      'Application (client) id of this installation at Microsoft Entra ID, for Azure AD connections: subscriber login, and all else that no application of its own is named for',
  }),
  azureAdClientSecret: z.string().min(1).optional().meta({
    description: 'Client secret of that application',
    secret: true,
  }),
  azureAdCertificate: pemFile('Instead of the secret: file with the certificate (PEM) that the application knows'),
  azureAdCertificateKey: pemFile('File with the private key of that certificate (PEM)'),
  azureAdDirectoryClientId: applicationId('that reads the directories of connected tenants'),
  azureAdDirectoryClientSecret: applicationSecret,
  azureAdDirectoryCertificate: pemFile('Instead of its secret: file with its certificate (PEM)'),
  azureAdDirectoryCertificateKey: pemFile('File with the private key of that certificate (PEM)'),
  azureAdAdministratorsClientId: applicationId('by which administrators accept invitations and sign in'),
  azureAdAdministratorsClientSecret: applicationSecret,
  azureAdAdministratorsCertificate: pemFile('Instead of its secret: file with its certificate (PEM)'),
  azureAdAdministratorsCertificateKey: pemFile('File with the private key of that certificate (PEM)'),
  azureAdAuthority: z.string().prefault('https://login.microsoftonline.com').transform(readServiceUrl).meta({
    description: 'Where these applications are registered; another one for a national cloud',
  }),
  azureAdGraphUrl: z.string().prefault('https://graph.microsoft.com').transform(readServiceUrl).meta({
    description: 'Microsoft Graph of that cloud',
  }),
  smtpUrl: serviceUrl('smtp|smtps').optional().meta({
    description:
      'Mail server, with user and password where it asks for them. Without it mails wait; where the public URL is this machine itself they are shown at /development/mails',
    secret: true,
    sample: 'smtps://sekisho:secret@mail.example.org',
  }),
  mailFrom: z
    .string()
    .min(3)
    .max(320)
    .regex(/^[^\p{Cc}]*@[^\p{Cc}]*$/u, 'must be an email address, or a name with one in <…>')
    .optional()
    .meta({
      description: 'Sender of mails',
      defaultText: '`Sekisho <no-reply@…>` with the public host',
      sample: 'Sekisho <accounts@example.org>',
    }),
  terms: z.string().min(1).optional().meta({
    description:
      'Folder with the terms of service that administrators accept: `<version>.en.txt` and `<version>.ja.txt`, the last by name in force',
    defaultText: 'the text that Sekisho comes with',
    sample: '/etc/sekisho/terms',
  }),
  rateLimitFactor: z.coerce.number().positive().max(1_000_000).default(1).meta({
    description:
      'By how much every limit of requests per address is larger (see Limits). For load tests, or very many people behind one address',
  }),
  passwordMemory: amount(8_192, 1_048_576, 19_456).meta({
    description:
      'KiB of memory that hashing a password takes (argon2id). When it is raised, a password is hashed again at the next sign-in',
  }),
  passwordIterations: amount(1, 20, 2).meta({ description: 'Passes over that memory. The same holds' }),
  passwordConcurrency: amount(1, 64, undefined).meta({
    description: 'Passwords hashed at once, a core each; 128 more wait, further ones are told to try again',
    defaultText: 'the number of cores, 4 at most',
  }),
  compromisedPasswordsFile: z.string().min(1).optional().meta({
    description:
      'File of compromised passwords, made by `sekisho passwords build`. With neither this nor the next only the common passwords that come with Sekisho are refused',
  }),
  compromisedPasswordsUrl: z.string().transform(readServiceUrl).optional().meta({
    description:
      'Range service of compromised passwords (k-anonymity: it is told 5 of 40 hash digits). When it cannot be reached, the file and the common passwords decide',
    sample: 'https://api.pwnedpasswords.com/range',
  }),
  logStream: z.string().min(1).optional().meta({
    description:
      'Where the system log of all organizations is written as lines of JSON, for a SIEM: `stdout`, or a file that is appended to',
    sample: '/var/log/sekisho/system-log.jsonl',
  }),
  metricsToken: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, 'must be 32 to 200 characters without spaces')
    .optional()
    .meta({
      description:
        'Whoever sends it as bearer token may read `/metrics` (Prometheus), under any host; without it there are no metrics',
      secret: true,
    }),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').meta({
    description: 'Least severe level that is logged',
  }),
} as const;
const schema = z.object(shape);

export type Config = z.infer<typeof schema>;
type Key = keyof typeof shape;

export interface ConfigProblem {
  /** Name of the environment variable. */
  key: string;
  /** What is wrong, to be read after the name. Never the value of a secret. */
  problem: string;
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map(lineOf).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
const lineOf = ({ key, problem }: ConfigProblem): string => `  ${key} ${problem}`;

/** `publicUrl` → `SEKISHO_PUBLIC_URL`. */
export function nameOfVariable(key: string): string {
  return `SEKISHO_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads and checks everything at once. An empty variable counts as not set. `SEKISHO_TEST_*` belongs to the tests and
 * is passed over; any other unknown `SEKISHO_*` is refused, because a misspelt setting is a setting that is not made.
 * Throws `ConfigError` with every problem.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: ConfigProblem[] = [];
  const known = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape)) {
    const name = nameOfVariable(key);
    known.add(name);
    let text = env[name] || undefined;
    if (field.meta()?.secret) {
      known.add(`${name}_FILE`);
      text = readSecret(name, text, env[`${name}_FILE`] || undefined, problems);
    }
    const result = field.safeParse(text);
    if (result.success) values[key] = result.data;
    else for (const issue of result.error.issues) problems.push({ key: name, problem: issue.message });
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SEKISHO_') || name.startsWith('SEKISHO_TEST_') || known.has(name)) continue;
    problems.push({ key: name, problem: 'is not a setting of Sekisho' });
  }
  problems.push(...checkTogether(values as Partial<Config>));
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config;
}

/** The README's table, generated so that it cannot disagree with the schema. */
export function configTable(): string {
  const rows = Object.entries(shape).map(([key, field]) => {
    const { description = '', defaultText, sample, secret } = field.meta() ?? {};
    const name = nameOfVariable(key);
    const fallback = field.safeParse(undefined);
    const standard = defaultText ?? (fallback.success ? textOfDefault(fallback.data) : '');
    const example = sample ? `. Example: \`${sample}\`` : '';
    return `| \`${name}\`${secret ? ' or `…_FILE`' : ''} | ${description}${example} | ${standard} |`;
  });
  return ['| variable | meaning | default |', '|---|---|---|', ...rows].join('\n');
}

function textOfDefault(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'object' && value !== null && 'port' in value && 'host' in value)
    return `\`${value.host}:${value.port}\``;
  return `\`${String(value)}\``;
}

/** What only several keys together can get wrong. A key that is missing here may have had a problem of its own. */
function checkTogether(config: Partial<Config>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say = (key: Key, problem: string): void => {
    problems.push({ key: nameOfVariable(key), problem });
  };
  const bothOrNeither = (one: Key, other: Key, why: string): void => {
    if ((config[one] === undefined) === (config[other] === undefined)) return;
    const missing = config[one] === undefined ? one : other;
    say(missing, `is missing: ${why}`);
  };
  if (config.publicUrl && config.domain)
    say('domain', 'cannot be combined with SEKISHO_PUBLIC_URL: services are told apart either by host or by path');
  bothOrNeither('databaseUrl', 'redisUrl', 'the supported pairs are SQLite alone, or PostgreSQL with Redis');
  bothOrNeither('tlsCertificate', 'tlsKey', 'TLS needs the certificate and its private key');
  problems.push(...problemsOfApplications(config));
  if (config.sealingKey && config.sealingKeyFile) say('sealingKeyFile', 'cannot be combined with SEKISHO_SEALING_KEY');
  if (config.databaseUrl && !config.sealingKey && !config.sealingKeyFile)
    say('sealingKey', 'is missing: machines that share a database must share the key that seals its secrets');
  const url = config.domain ?? config.publicUrl;
  const urlKey: Key = config.domain ? 'domain' : 'publicUrl';
  if (url?.startsWith('http:') && config.tlsCertificate)
    say(urlKey, 'begins with http:// although a TLS certificate is configured; write https://');
  if (url?.startsWith('https:') && !config.tlsCertificate && config.trustedProxies?.length === 0)
    say(
      'trustedProxies',
      'is missing: for an https URL either configure SEKISHO_TLS_CERTIFICATE and SEKISHO_TLS_KEY, or name the TLS proxy in front',
    );
  if (!url && config.listen?.port === 0) say('publicUrl', 'is missing: with port 0 the URL cannot be guessed');
  return problems;
}

/** Each application has an id and one credential: a secret, or a certificate with its key. */
function problemsOfApplications(config: Partial<Config>): ConfigProblem[] {
  return azureAdPrefixes.flatMap((prefix): ConfigProblem[] => {
    const named = (part: 'ClientId' | 'ClientSecret' | 'Certificate' | 'CertificateKey') => `${prefix}${part}` as const;
    const has = (part: Parameters<typeof named>[0]) => config[named(part)] !== undefined;
    const say = (part: Parameters<typeof named>[0], problem: string) => [{ key: nameOfVariable(named(part)), problem }];
    if (has('Certificate') !== has('CertificateKey'))
      return say(
        has('Certificate') ? 'CertificateKey' : 'Certificate',
        'is missing: a certificate needs its private key',
      );
    if (has('ClientSecret') && has('Certificate')) {
      return say('Certificate', 'cannot be combined with the secret of the same application');
    }
    const hasCredential = has('ClientSecret') || has('Certificate');
    if (hasCredential && !has('ClientId')) return say('ClientId', 'is missing: Azure AD needs the client id');
    if (has('ClientId') && !hasCredential)
      return say('ClientSecret', 'is missing: the application needs a secret or a certificate');
    if (prefix !== 'azureAd' && has('ClientId') && config.azureAdClientId === undefined) {
      const why = 'is missing: without it nobody but administrators could sign in';
      return [{ key: nameOfVariable('azureAdClientId'), problem: why }];
    }
    return [];
  });
}
const azureAdPrefixes = ['azureAd', 'azureAdDirectory', 'azureAdAdministrators'] as const;

function readSecret(
  name: string,
  value: string | undefined,
  file: string | undefined,
  problems: ConfigProblem[],
): string | undefined {
  if (file === undefined) return value;
  if (value !== undefined) {
    problems.push({ key: `${name}_FILE`, problem: `cannot be combined with ${name}` });
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text) return text;
    problems.push({ key: `${name}_FILE`, problem: `names an empty file (${file})` });
  } catch (cause) {
    problems.push({
      key: `${name}_FILE`,
      problem: `cannot be read (${file}: ${(cause as NodeJS.ErrnoException).code})`,
    });
  }
  return undefined;
}

function readOrigin(value: string, context: z.RefinementCtx): URL | undefined {
  const refuse = (message: string): undefined => {
    context.addIssue({ code: 'custom', message });
  };
  if (!URL.canParse(value)) return refuse('must be a URL, as in https://id.example.org');
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('must begin with https://');
  if (url.username || url.password || value.includes('?') || value.includes('#'))
    return refuse('must have no user name, query or fragment');
  if (url.hostname.endsWith('.')) return refuse('must not end its host name in a dot');
  // Over plain http anybody on the way reads passwords and cookies; loopback has no way.
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    return refuse('must begin with https://; http is for localhost, *.localhost, 127.0.0.1 and [::1] only');
  return url;
}

function readPublicUrl(value: string, context: z.RefinementCtx): string {
  const url = readOrigin(value, context);
  if (!url) return z.NEVER;
  const path = url.pathname.replace(/\/+$/, '');
  if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(path)) {
    context.addIssue({
      code: 'custom',
      message: 'has a path prefix with other characters than letters, digits, . _ ~ -',
    });
    return z.NEVER;
  }
  return url.origin + path;
}

function readDomain(value: string, context: z.RefinementCtx): string {
  const url = readOrigin(value.includes('://') ? value : `https://${value}`, context);
  if (!url) return z.NEVER;
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (url.pathname !== '/') return refuse('must have no path; a path prefix is possible with SEKISHO_PUBLIC_URL only');
  if (ipaddr.isValid(url.hostname.replace(/^\[|\]$/g, '')))
    return refuse('must be a name, not an address: hosts live below it');
  return url.origin;
}

function readServiceUrl(value: string, context: z.RefinementCtx): string {
  const url = readOrigin(value, context);
  return url ? url.origin + url.pathname.replace(/\/+$/, '') : z.NEVER;
}

function readProxies(value: string, context: z.RefinementCtx): string[] {
  const networks: string[] = [];
  for (const item of value.split(/[\s,]+/).filter(Boolean)) {
    const network = item.includes('/') ? item : `${item}/${item.includes(':') ? 128 : 32}`;
    if (!ipaddr.isValidCIDR(network) || /^[^.:]*\//.test(network))
      context.addIssue({ code: 'custom', message: `must list addresses or networks; "${item}" is neither` });
    else if (network.endsWith('/0'))
      context.addIssue({
        code: 'custom',
        message: `must not trust everybody ("${item}"): anybody could then choose their address`,
      });
    else networks.push(network);
  }
  return networks;
}
