/**
 * Every absolute URL of this installation (SPEC §2), and the way back from a request to the service it is for.
 *
 * Pure: from configuration only, never from a request. Does not own: routes within a service.
 *
 * | service | by host (`SEKISHO_DOMAIN`) | by path (`SEKISHO_PUBLIC_URL` = P) | service-relative path |
 * |---|---|---|---|
 * | accounts | `accounts.<domain>/…` | `P/core/…`, `P/signin/…`, and whatever no row below claims | unchanged: `/core/…`, `/signin/…`, `/` |
 * | console | `citrix.<domain>/…` | `P/console/…`; `P/go/…` | `/console` removed; `/go/<identifier>` in both |
 * | saml | `saml.<domain>/…` | `P/saml/…` | unchanged: `/saml/acs`, `/saml/metadata.xml`, `/saml/metadata/<connection>.xml` |
 * | api | `api.<domain>/…` | `P/api/…`, `P/systemlog/…`, `P/cctrustoauth2/…` | unchanged: `/api/v1/…` |
 * | workspace | `<name>.<domain>/…` | `P/workspace/<name>/…` | `/workspace/<name>` removed |
 *
 * Assets are at `assetsPath` (`/assets`, after the prefix of P) of every host, because `style-src 'self'` is an origin.
 */
import { isIP } from 'node:net';
import type { Config } from './config.ts';

export type Service = 'accounts' | 'console' | 'saml' | 'api' | 'workspace';

export interface Destination {
  service: Service;
  /** Only for `workspace`: the name in the URL. Nobody has looked yet whether it exists. */
  workspace?: string;
  /** Path within the service, as it came (not decoded), with a leading slash, without query. */
  path: string;
}

export interface Sites {
  /** All URLs are https; decides cookie names and HSTS. */
  secure: boolean;
  byHost: boolean;
  issuer: string;
  /** Origin (and prefix) of the accounts service; no trailing slash. */
  accountsBase: string;
  /** `signinUrl(uid, 'return')` → `<accountsBase>/signin/<uid>/return`. */
  signinUrl(uid: string, ...rest: string[]): string;
  /** `<accountsBase>/invitation/<token>`, and pages below it. */
  invitationUrl(token: string, ...rest: string[]): string;
  /** The page of a set-up link (`<id>.<secret>`), and the pages behind it (`<id>`). */
  setupUrl(token: string, ...rest: string[]): string;
  /** The page of a link in a mail; `token`: `<id>.<secret>`. */
  passwordResetUrl(token: string): string;
  /** What happened at one sign-in, for whoever has the link. */
  explainUrl(token: string): string;
  /** Service-relative path with leading slash, query allowed. */
  consoleUrl(path?: string): string;
  goUrl(identifier: string): string;
  workspaceUrl(name: string, path?: string): string;
  apiUrl(path?: string): string;
  samlEntityId: string;
  acsUrl: string;
  samlMetadataUrl: string;
  samlLogoutUrl: string;
  /** SML-8: our entity ID for one connection alone, and the document that says so. */
  samlEntityIdOf(connectionId: string): string;
  samlMetadataUrlOf(connectionId: string): string;
  /** `login-okta` → `<issuer>/login-okta`, the redirect URI that upstreams know. */
  callbackUrl(callbackName: string): string;
  /** Absolute path below which `static.ts` serves, the same on every host: `/assets` or `/prefix/assets`. */
  assetsPath: string;
  /** Origin (scheme, host, port) that a destination is served from. */
  originOf(destination: Pick<Destination, 'service' | 'workspace'>): string;
  /** Undefined where no browser would have passkeys: on an address, and on hosts below a single label (`localhost`). */
  webauthn: WebauthnSites | undefined;
  /** `host` as in the Host header, `path` as in the request line without query. `undefined`: not ours (421). */
  resolve(host: string, path: string): Destination | undefined;
}

/** What passkeys are bound to (WebAuthn §5.1.2): one RP ID, and on which origin each ceremony happens. */
export interface WebauthnSites {
  /** The common domain of all our hosts, without port. */
  rpId: string;
  /** Exact origins. */
  origins: { accounts: string; console: string };
}

/** SPEC §2: workspace names and identifiers. */
export const namePattern = /^[a-z0-9-]{2,40}$/;
export const reservedNames: ReadonlySet<string> = new Set(['accounts', 'citrix', 'saml', 'api', 'www', 'admin']);

/** `config.publicUrl` and `config.domain` absent: the address it listens on, as localhost. */
export function createSites(config: Pick<Config, 'publicUrl' | 'domain' | 'listen' | 'tlsCertificate'>): Sites {
  if (config.domain) return sitesByHost(new URL(config.domain));
  const scheme = config.tlsCertificate ? 'https' : 'http';
  return sitesByPath(new URL(config.publicUrl ?? `${scheme}://localhost:${config.listen.port}`));
}

function sitesByHost(domain: URL): Sites {
  const hostOf = (name: string): string => `${name}.${domain.host}`;
  const originOf = (name: string): string => `${domain.protocol}//${hostOf(name)}`;
  const fixed = new Map<string, Service>([
    [hostOf('accounts'), 'accounts'],
    [hostOf('citrix'), 'console'],
    [hostOf('saml'), 'saml'],
    [hostOf('api'), 'api'],
  ]);
  const suffix = `.${domain.host}`;
  const firstLabel = { accounts: 'accounts', console: 'citrix', saml: 'saml', api: 'api' } as const;
  return {
    ...describeUrls({
      accounts: originOf('accounts'),
      console: originOf('citrix'),
      go: originOf('citrix'),
      saml: originOf('saml'),
      api: originOf('api'),
      entityId: originOf('saml'),
      workspace: originOf,
    }),
    secure: domain.protocol === 'https:',
    byHost: true,
    assetsPath: '/assets',
    originOf: ({ service, workspace = '' }) => originOf(service === 'workspace' ? workspace : firstLabel[service]),
    // `accounts.localhost` may not claim `localhost` (HTML, "registrable domain suffix"); `localhost` itself may.
    webauthn: domain.hostname.includes('.')
      ? webauthnSites(domain.hostname, originOf('accounts'), originOf('citrix'))
      : undefined,
    resolve(host, path) {
      const name = withoutDefaultPort(host, domain.protocol);
      const service = fixed.get(name);
      if (service) return { service, path };
      if (!name.endsWith(suffix)) return undefined;
      const workspace = name.slice(0, -suffix.length);
      if (!isWorkspaceName(workspace)) return undefined;
      return { service: 'workspace', workspace, path };
    },
  };
}

function sitesByPath(publicUrl: URL): Sites {
  const prefix = publicUrl.pathname === '/' ? '' : publicUrl.pathname;
  const base = publicUrl.origin + prefix;
  return {
    ...describeUrls({
      accounts: base,
      console: `${base}/console`,
      go: base,
      saml: base,
      api: base,
      entityId: `${base}/saml`,
      workspace: (name) => `${base}/workspace/${name}`,
    }),
    secure: publicUrl.protocol === 'https:',
    byHost: false,
    assetsPath: `${prefix}/assets`,
    originOf: () => publicUrl.origin,
    webauthn: webauthnSites(publicUrl.hostname, publicUrl.origin, publicUrl.origin),
    resolve(host, path) {
      if (withoutDefaultPort(host, publicUrl.protocol) !== publicUrl.host) return undefined;
      if (prefix === '') return destinationByPath(path);
      if (path === prefix) return { service: 'accounts', path: '/' };
      return path.startsWith(`${prefix}/`) ? destinationByPath(path.slice(prefix.length)) : undefined;
    },
  };
}

function webauthnSites(rpId: string, accounts: string, console: string): WebauthnSites | undefined {
  return isIP(rpId.replace(/^\[|\]$/g, '')) === 0 ? { rpId, origins: { accounts, console } } : undefined;
}

const pathServices: ReadonlyMap<string, Service> = new Map([
  ['console', 'console'],
  ['go', 'console'],
  ['saml', 'saml'],
  ['api', 'api'],
  ['systemlog', 'api'],
  ['cctrustoauth2', 'api'],
]);

function destinationByPath(path: string): Destination {
  const end = path.indexOf('/', 1);
  const first = end < 0 ? path.slice(1) : path.slice(1, end);
  if (first === 'workspace') {
    const nameEnd = path.indexOf('/', end + 1);
    const workspace = end < 0 ? '' : path.slice(end + 1, nameEnd < 0 ? undefined : nameEnd);
    if (isWorkspaceName(workspace))
      return { service: 'workspace', workspace, path: nameEnd < 0 ? '/' : path.slice(nameEnd) };
  }
  const service = pathServices.get(first);
  if (service === undefined) return { service: 'accounts', path };
  if (first === 'console') return { service, path: end < 0 ? '/' : path.slice(end) };
  return { service, path };
}

interface Bases {
  accounts: string;
  console: string;
  go: string;
  saml: string;
  api: string;
  entityId: string;
  workspace(name: string): string;
}

function describeUrls(bases: Bases) {
  const issuer = `${bases.accounts}/core`;
  return {
    issuer,
    accountsBase: bases.accounts,
    signinUrl: (uid: string, ...rest: string[]) => [bases.accounts, 'signin', uid, ...rest].join('/'),
    invitationUrl: (token: string, ...rest: string[]) => [bases.accounts, 'invitation', token, ...rest].join('/'),
    setupUrl: (token: string, ...rest: string[]) => [bases.accounts, 'setup', token, ...rest].join('/'),
    passwordResetUrl: (token: string) => `${bases.accounts}/password-reset/${token}`,
    explainUrl: (token: string) => `${bases.accounts}/explain/${token}`,
    consoleUrl: (path = '/') => join(bases.console, path),
    goUrl: (identifier: string) => `${bases.go}/go/${encodeURIComponent(identifier)}`,
    workspaceUrl: (name: string, path = '/') => join(bases.workspace(name), path),
    apiUrl: (path = '/api/v1') => bases.api + path,
    samlEntityId: bases.entityId,
    acsUrl: `${bases.saml}/saml/acs`,
    samlMetadataUrl: `${bases.saml}/saml/metadata.xml`,
    samlLogoutUrl: `${bases.saml}/saml/logout`,
    samlEntityIdOf: (connectionId: string) => `${bases.entityId}/${connectionId}`,
    samlMetadataUrlOf: (connectionId: string) => `${bases.saml}/saml/metadata/${connectionId}.xml`,
    callbackUrl: (callbackName: string) => `${issuer}/${callbackName}`,
  };
}

/** A root below a path is written without a trailing slash (`P/console`), a host's root with one. */
function join(base: string, path: string): string {
  const belowPath = base.indexOf('/', base.indexOf('://') + 3) > 0;
  if (belowPath && (path === '/' || path.startsWith('/?'))) return base + path.slice(1);
  return base + path;
}

function isWorkspaceName(name: string): boolean {
  return namePattern.test(name) && !reservedNames.has(name);
}

/** Host names are case-insensitive, and `:443` means nothing on https. */
function withoutDefaultPort(host: string, protocol: string): string {
  const name = host.toLowerCase();
  const standard = protocol === 'https:' ? ':443' : ':80';
  return name.endsWith(standard) ? name.slice(0, -standard.length) : name;
}
