/**
 * The contract between the broker and whoever it asks about a person (ARCHITECTURE §4).
 *
 * A provider begins a journey and proves its answer; nothing else. It knows no express, no SQL, no session:
 * what it needs comes in through `Ports`, what it learned goes out as an `UpstreamIdentity`.
 */
import type { ZodType } from 'zod';
import type { ProviderError } from './errors.ts';

export type Provider = RedirectProvider | PasswordProvider;

export interface RedirectProvider {
  kind: 'redirect';
  /** Where to send the browser, and what to remember until it comes back. */
  begin(request: BeginRequest): Promise<BeginResult>;
  /** Proves the answer against what was remembered. Throws `ProviderError`. */
  complete(callback: Callback, remembered: FlowState): Promise<UpstreamIdentity>;
}

export interface PasswordProvider {
  kind: 'password';
  /** `undefined`: name or password wrong, indistinguishably. Throws `ProviderError` when it could not find out. */
  authenticate(name: string, password: string): Promise<UpstreamIdentity | undefined>;
}

export interface BeginRequest {
  /** Opaque, at most 80 bytes of `[A-Za-z0-9._-]`; comes back as OIDC `state` or SAML `RelayState`. */
  handle: string;
  /** Absolute URL that the upstream sends the browser to: redirect URI or assertion consumer service. */
  callbackUrl: string;
  /** SES-5: the upstream must ask the person again, and its answer is checked for having done so. */
  forceAuthentication: boolean;
  loginHint?: string;
  /** The person wants to administer; a provider with an application of its own for that uses it (AAD-1). */
  asAdministrator?: boolean;
}

export interface BeginResult {
  send: { method: 'GET'; url: string } | { method: 'POST'; url: string; fields: Readonly<Record<string, string>> };
  remember: FlowState;
}

/** What a provider wants back at `complete` (nonce, code verifier, request id …): JSON, kept server-side only. */
export type FlowState = Readonly<Record<string, string | number | boolean | null>>;

export interface Callback {
  method: 'GET' | 'POST';
  /** Absolute, built from configuration and never from the request's Host. Carries the query for GET. */
  url: string;
  /** Query (GET) or form fields (POST). A field that came twice has already been refused. */
  parameters: Readonly<Record<string, string>>;
}

/** The attributes a connection can map (SPEC §4, SML-2). */
export const attributeRoles = [
  'sid',
  'upn',
  'oid',
  'email',
  'displayName',
  'givenName',
  'familyName',
  'groups',
] as const;
export type AttributeRole = (typeof attributeRoles)[number];
/** Role → the name of the upstream's own attribute or claim. */
export type AttributeNames = Readonly<Record<AttributeRole, string>>;

/** As asserted: no decoding, no judgement. `name` is the connection's own attribute name. */
export interface RawAttribute {
  name: string;
  values: readonly (string | Uint8Array)[];
}

export interface UpstreamIdentity {
  /** Immutable at the upstream; with the connection it is the person's key. Never an email or UPN. */
  subject: string;
  /** Only roles of the connection's list; an attribute that was not asserted is absent. */
  raw: Readonly<Partial<Record<AttributeRole, RawAttribute>>>;
  /** Milliseconds; when the upstream says that the person authenticated. */
  authenticatedAt?: number;
  /** RFC 8176 values where the upstream gives them. */
  methods: readonly string[];
  /** `acr` or AuthnContextClassRef. */
  context?: string;
  /** Milliseconds; the upstream allows no session after this (SAML SessionNotOnOrAfter). */
  notOnOrAfter?: number;
  /** Must be marked as used, globally, before the identity is believed (SML-5; SECURITY SAML-31). */
  once?: { id: string; expiresAt: number };
  /** What `signOutUrl` needs later. Kept sealed. */
  signOut?: FlowState;
  /** SHA-256 fingerprint of the certificate that vouched for the answer, where an administrator entered certificates. */
  signedWith?: string;
  /** Id of the published key that vouched for the answer (OpenID Connect). */
  keyId?: string;
  /** Milliseconds by which the upstream's clock is ahead (positive) or behind, where it could be measured. */
  clockSkew?: number;
}

/** What the broker lends to a provider; implemented in `src/core`, wired in `src/main.ts`. */
export interface Ports {
  fetch: UpstreamFetch;
  /** Milliseconds since the epoch. */
  now(): number;
  random(bytes: number): Uint8Array;
  log: PortLog;
  /** Waits; for moments only, while a person looks at the page. */
  sleep(milliseconds: number): Promise<void>;
}

/**
 * The guarded fetch (SECURITY RP-11): resolved addresses are checked at connect time, no redirects are followed,
 * size and time are capped. Rejects with `ProviderError` (the codes `upstream_…`).
 */
export type UpstreamFetch = (url: string, init?: UpstreamRequest) => Promise<Response>;
export interface UpstreamRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams | Uint8Array;
  /** PEM; trusted for this connection only. */
  certificateAuthorities?: readonly string[];
  /** A redirect is the answer, without where to; otherwise it is refused (`upstream_redirected`). Never followed. */
  redirect?: 'report';
  /**
   * Called once, before the answer, with the server's certificates as DER (its own first, then who issued it, up to the
   * trusted one). The request then has a TLS connection of its own. Never called over plain http.
   */
  onCertificates?(chain: readonly Uint8Array[]): void;
}
export interface PortLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Optional ability: sign-out at the upstream too. `undefined`: nothing to send, go straight to `returnTo`. */
export interface SignsOutUpstream {
  signOutUrl(signOut: FlowState, returnTo: string, handle: string): Promise<string | undefined>;
}
export function canSignOut(provider: Provider): provider is Provider & SignsOutUpstream {
  return 'signOutUrl' in provider;
}

/** Optional ability: check a connection without a user ("Test and Finish"). */
export interface ChecksConnection {
  /** `callbackUrl`: asks also whether the provider would send people back there, where that can be asked. */
  check(about?: { callbackUrl: string }): AsyncIterable<CheckResult>;
}
export interface CheckResult {
  /** A name that stays: `reachable`, `discovery`, `clock`, `keys`, `certificates`, `client`, `redirect` … */
  check: string;
  ok: boolean;
  /** Of one that passed: what was found, where that is worth showing. */
  found?: Readonly<Record<string, string>>;
  error?: ProviderError;
  /** Of `clock`: milliseconds by which the upstream's clock is ahead (positive) or behind. */
  clockSkew?: number;
}
export function canCheck(provider: Provider): provider is Provider & ChecksConnection {
  return 'check' in provider;
}

/**
 * Optional ability: look people and groups up by the beginning of their name, so that an administrator can choose them
 * (AAD-3, OKT-1). All of it throws `ProviderError`: `upstream_throttled` when the directory asks us to wait,
 * `directory_refused` when the permissions do not suffice.
 */
export interface BrowsesDirectory {
  /** Guests of the directory are never among them. `page`: the `next` of the page before; the first without. */
  searchUsers(text: string, page?: string): Promise<DirectoryPage<DirectoryUser>>;
  searchGroups(text: string, page?: string): Promise<DirectoryPage<DirectoryGroup>>;
  /** One who was chosen, as the directory knows them now. Undefined: none, or a guest. */
  findUser(id: string): Promise<DirectoryUser | undefined>;
  findGroup(id: string): Promise<DirectoryGroup | undefined>;
}
export interface DirectoryUser {
  /** Immutable in that directory. */
  id: string;
  /** What `UpstreamIdentity.subject` is when this very person signs in. */
  subject: string;
  displayName: string;
  /** The name to sign in with; absent where the directory gives none. */
  userName?: string;
  email?: string;
}
export interface DirectoryGroup {
  /** As it comes in the attribute `groups` of a member who signs in. */
  id: string;
  displayName: string;
  description?: string;
}
export interface DirectoryPage<Entry> {
  entries: readonly Entry[];
  /** Opaque; may have travelled through a browser, so the provider checks it. Absent: this was the last page. */
  next?: string;
}
export function canBrowse(provider: Provider): provider is Provider & BrowsesDirectory {
  return 'searchUsers' in provider;
}

/** Optional ability: what our applications may do at the upstream's directory, against what they need (AAD-6). */
export interface TellsPermissions {
  /** Throws `directory_refused` where the directory does not tell. */
  readPermissions(): Promise<readonly ApplicationPermissions[]>;
}
export interface ApplicationPermissions {
  clientId: string;
  /** What the application is for. */
  uses: readonly AzureAdUse[];
  /** Whether the tenant has let it in at all. */
  isThere: boolean;
  permissions: readonly { name: string; type: 'delegated' | 'application'; granted: boolean }[];
}
export function canTellPermissions(provider: Provider): provider is Provider & TellsPermissions {
  return 'readPermissions' in provider;
}

/**
 * Optional ability of a kind: its tenant is connected by the consent of somebody who administers it there (AAD-1). The
 * browser goes through one leg after another; only the last answer, a verified token, says which tenant it was.
 */
export interface TenantConsent {
  begin(leg: ConsentLeg): Promise<BeginResult>;
  /** The answer to one leg. Throws `ProviderError`: `consent_refused`, `role_missing`, `tenant_mismatch` among others. */
  proceed(callback: Callback, remembered: FlowState, next: ConsentLeg): Promise<ConsentProgress>;
}
export interface ConsentLeg {
  /** As in `BeginRequest`; one for each leg. */
  handle: string;
  callbackUrl: string;
}
export type ConsentProgress = { next: BeginResult } | { tenant: ProvenTenant };
export interface ProvenTenant {
  tenantId: string;
  /** Settings of the connection that the proof decides. */
  settings: Readonly<Record<string, string>>;
}

/** A kind of upstream that an organization connects; `registry.ts` knows which there are. The built-in `citrix` is none. */
export type ProviderKind = string;

/** What people read, in every language of the pages. */
export interface Text {
  en: string;
  ja: string;
}

/** One setting, described so that console and CLI can render and explain it without knowing the vendor. */
export interface SettingDescription {
  /** Key path within the settings, e.g. `clientSecret` or `attributes.sid`. */
  key: string;
  label: Text;
  help: Text;
  /** What its value is: a text unless said otherwise. A `list` is an array of texts. */
  type?: 'yes-no' | 'list';
  /** A connection without it cannot be tested. */
  required?: boolean;
  /** Sealed at rest, never shown again, cleared when an endpoint changes. */
  secret?: boolean;
  /** Names whom we talk to, secrets in hand: another one must not get the secrets of the old one (SECURITY RP-20). */
  endpoint?: boolean;
  /** Right for nearly everybody as it is; the form folds it away. */
  advanced?: boolean;
  /** Several lines (PEM, metadata). */
  multiline?: boolean;
  choices?: readonly { value: string; label: Text }[];
}

/** A certificate in the settings. */
export interface ExpiringPart {
  /** SHA-256 fingerprint. */
  id: string;
  /** The subject, to be read. */
  name: string;
  /** Milliseconds. */
  notAfter: number;
}

export interface ProviderDefinition<Settings extends object = object> {
  kind: ProviderKind;
  /** As shown to people: "Azure AD", "SAML 2.0". */
  label: string;
  /** What it is for, in a sentence, for somebody who chooses among kinds. */
  about?: Text;
  /** SPEC §3. */
  administrators: 'none' | 'individuals-and-groups' | 'groups';
  subscribers: boolean;
  /** Path of the callback on the accounts (or SAML) host, e.g. `login-okta`. */
  callback: string;
  /** Strict: unknown keys are refused. The output is what `create` takes and what the connection row holds. */
  schema: ZodType<Settings>;
  descriptions: readonly SettingDescription[];
  /** What of the settings runs out by itself; they may be a draft's, incomplete or invalid. Absent: nothing does. */
  expiring?(settings: Readonly<Record<string, unknown>>): readonly ExpiringPart[];
  create(settings: Settings, ports: Ports, installation: Installation): Provider;
  /** The tenant that these settings speak for with the operator's applications; it has to be proven (AAD-1). */
  tenantOf?(settings: Settings): string | undefined;
  /** Undefined: the operator has configured no application for it. */
  consent?(ports: Ports, installation: Installation): TenantConsent | undefined;
}

/** PEM; the certificate is what the provider has been given, the key stays here. */
export interface ClientCertificate {
  certificate: string;
  privateKey: string;
}
/** What a client proves itself with at a token endpoint. */
export type ClientCredential = { secret: string } | ClientCertificate;

/** AAD-1: what each of the operator's applications is for. One registration may serve all three. */
export const azureAdUses = ['subscribers', 'directory', 'administrators'] as const;
export type AzureAdUse = (typeof azureAdUses)[number];
export interface AzureAdApplication {
  clientId: string;
  credential: ClientCredential;
}
export interface AzureAdInstallation {
  /** The one place where the operator's credentials are shown: no connection can send them elsewhere. */
  authority: string;
  graphUrl: string;
  applications: Readonly<Record<AzureAdUse, AzureAdApplication>>;
}

/** What the operator configured for all connections of this installation. */
export interface Installation {
  azureAd?: AzureAdInstallation;
  /** PEM, one certificate each: authorities that the operator trusts beside the public ones (GWY-2). */
  certificateAuthorities?: readonly string[];
  /**
   * Our SAML service provider: entity ID and the key that signs requests (PEM). `decryptionKeys`: every private key that
   * an identity provider may have encrypted for, the current one first.
   */
  saml: { entityId: string; signingKey: string; signingCertificate: string; decryptionKeys?: readonly string[] };
}
