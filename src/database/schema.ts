/**
 * The durable rows (ARCHITECTURE §6): one schema for SQLite and PostgreSQL.
 *
 * Times are milliseconds since the epoch, booleans 0 or 1, JSON is text. Ids are random UUIDs. What is secret is
 * sealed (`certs/sealing.ts`) before it gets here; the column names of sealed texts end in `_sealed`.
 */
import type { Generated, Kysely } from 'kysely';

export type Database = Kysely<Tables>;

export interface Tables {
  organizations: OrganizationRow;
  workspace_names: WorkspaceNameRow;
  connections: ConnectionRow;
  connection_drafts: ConnectionDraftRow;
  connection_versions: ConnectionVersionRow;
  connection_health: ConnectionHealthRow;
  identifiers: IdentifierRow;
  identities: IdentityRow;
  totp_devices: TotpDeviceRow;
  accounts: AccountRow;
  administrators: AdministratorRow;
  applications: ApplicationRow;
  signing_keys: SigningKeyRow;
  versions: VersionRow;
  system_log: SystemLogRow;
  mails: MailRow;
  terms_acceptances: TermsAcceptanceRow;
  secure_clients: SecureClientRow;
  password_history: PasswordHistoryRow;
  password_reset_requests: PasswordResetRequestRow;
  password_resets: PasswordResetRow;
  log_chains: LogChainRow;
  log_checkpoints: LogCheckpointRow;
  log_keys: LogKeyRow;
  log_webhooks: LogWebhookRow;
  passkeys: PasskeyRow;
  invitations: InvitationRow;
  backup_codes: BackupCodeRow;
  recovery_phones: RecoveryPhoneRow;
  sign_in_counts: SignInCountRow;
  sign_in_traces: SignInTraceRow;
  trace_links: TraceLinkRow;
  setup_links: SetupLinkRow;
  connection_checks: ConnectionCheckRow;
  connection_tenants: ConnectionTenantRow;
  secret_expiries: SecretExpiryRow;
  saml_key_sightings: SamlKeySightingRow;
  saml_signing_choices: SamlSigningChoiceRow;
  saml_rollovers: SamlRolloverRow;
  expiry_notices: ExpiryNoticeRow;
  expiry_rounds: ExpiryRoundRow;
  expiry_feeds: ExpiryFeedRow;
  metadata_watches: MetadataWatchRow;
  certificate_uses: CertificateUseRow;
}

export interface OrganizationRow {
  id: string;
  /** 8 digits, shown to people (SPEC §1). */
  org_id: string;
  /** Lower-case, in API paths. */
  customer_id: string;
  name: string;
  /** JSON of `OrganizationSettings` (directory/organization-settings.ts). */
  settings: string;
  /** The connection that subscribers sign in with; the workspace's method. */
  subscriber_connection_id: string | null;
  created_at: number;
  updated_at: number;
  /** Goes up by one at each change. */
  version: number;
}

/** The current name of a workspace, and old ones that redirect for 30 days. */
export interface WorkspaceNameRow {
  name: string;
  organization_id: string;
  retired_at: number | null;
}

export interface ConnectionRow {
  id: string;
  organization_id: string;
  /** `ProviderKind`. */
  kind: string;
  name: string;
  /** IDP-4. A disconnected one keeps who signed in with it, and nothing that opens its provider. */
  state: 'draft' | 'live' | 'disconnected';
  /** 0 or 1 each: what it is used for. */
  for_subscribers: number;
  for_administrators: number;
  /** JSON of the provider's settings without the secret ones. */
  settings: string;
  /** JSON of the secret ones, sealed with context `connections/<id>`; null when there are none. */
  secrets_sealed: string | null;
  created_at: number;
  updated_at: number;
  /** Of the settings. */
  version: number;
  /** Of name, uses and identifier. */
  details_version: Generated<number>;
}

/** What is being prepared for a connection, while the live settings go on; at most one each. */
export interface ConnectionDraftRow {
  connection_id: string;
  /** JSON, without the secret ones; need not be complete. */
  settings: string;
  /** As of `connections`, with context `connection-drafts/<connection id>`. */
  secrets_sealed: string | null;
  /** The version that was live when it was begun; null: none was. */
  based_on: number | null;
  /** Goes up by one at each change: what a test was of, and what an editor has seen (CON-13). */
  revision: number;
  /** The revision whose test has passed last, and when. */
  passed_revision: number | null;
  passed_at: number | null;
  /** Name of the administrator; null: the operator. */
  updated_by: string | null;
  created_at: number;
  updated_at: number;
}

/** Settings that were or are live; unique by (connection, number). */
export interface ConnectionVersionRow {
  id: string;
  connection_id: string;
  /** `connections.version` at which it went live. */
  number: number;
  settings: string;
  /** As of `connections`, with context `connection-versions/<id>`. */
  secrets_sealed: string | null;
  live_at: number;
  /** Name of the administrator; null: the operator, or the broker by itself. */
  live_by: string | null;
  /** By a passed test; the operator's override; going back; certificates adopted from watched metadata; a file; a new pair (GWY-4). */
  how: 'test' | 'operator' | 'rollback' | 'metadata' | 'file' | 'pair';
  /** Of `rollback`: the number that was gone back to. */
  rolled_back_to: number | null;
}

/** `/go/<identifier>`: unique over the installation, kept 90 days after its connection went. */
export interface IdentifierRow {
  identifier: string;
  organization_id: string;
  connection_id: string | null;
  released_at: number | null;
}

/** A person in the built-in Citrix identity provider. */
export interface IdentityRow {
  id: string;
  email: string;
  /** NFKC, lower-case, IDNA domain (SECURITY ID-13); unique. */
  email_normalized: string;
  display_name: string;
  given_name: string | null;
  family_name: string | null;
  /** argon2id, PHC string. */
  password_hash: string;
  password_changed_at: number;
  password_used_at: number | null;
  created_at: number;
  updated_at: number;
  /** Sessions whose person last proved who they are before this have ended (directory/identity-sessions.ts). */
  sessions_not_before: Generated<number>;
  /** Since then codes by mail prove nothing; null: they do (directory/resets-by-mail.ts). */
  reset_by_mail_at: number | null;
}

export interface TotpDeviceRow {
  identity_id: string;
  /** Context `totp/<identity id>`. */
  secret_sealed: string;
  /** The last accepted 30-second step: a code works once (CIT-6). */
  last_step: number;
  created_at: number;
}

/** Who a `sub` is. Unique by (connection, subject, kind): one connection may serve both kinds. */
export interface AccountRow {
  /** Random UUID: the `sub` claim. */
  id: string;
  kind: 'subscriber' | 'administrator';
  /** Null for administrators, who are the same person in all organizations. */
  organization_id: string | null;
  /** Connection id, or `citrix`. */
  connection_id: string;
  /** The upstream's immutable subject; for `citrix` the identity's id. */
  subject: string;
  /** JSON of the normalised claims as of the last sign-in. */
  claims: string;
  created_at: number;
  signed_in_at: number;
}

/** A membership: who may administer an organization, with what access (ADM-1, ADM-2). */
export interface AdministratorRow {
  id: string;
  organization_id: string;
  kind: 'identity' | 'azure-ad-user' | 'azure-ad-group' | 'ad-group';
  /** `citrix` or the connection's id. */
  connection_id: string;
  /** Identity id, Azure AD `tid.oid`, group object id or group SID; of somebody invited `invited:<id>`. */
  subject: string;
  display_name: string;
  email: string | null;
  access: 'full' | 'custom';
  /** JSON array of permission names when `custom`. */
  permissions: string;
  state: 'active' | 'invited';
  created_at: number;
  updated_at: number;
  version: number;
}

/** A relying party of our OpenID Provider. */
export interface ApplicationRow {
  client_id: string;
  /** Null: belongs to the installation, serves every organization. */
  organization_id: string | null;
  name: string;
  /** JSON of the OpenID Connect client metadata that was accepted, without secrets. */
  metadata: string;
  /** SHA-256, base64url, of a secret that we generated (256 bits); null for public clients and private_key_jwt. */
  secret_hash: string | null;
  created_at: number;
  updated_at: number;
}

export interface SigningKeyRow {
  kid: string;
  use: 'oidc-rs256' | 'oidc-es256' | 'saml';
  state: 'next' | 'current' | 'retired';
  /** JSON. */
  public_jwk: string;
  /** PKCS#8 PEM, context `signing-keys/<kid>`. */
  private_key_sealed: string;
  /** PEM, SAML only. */
  certificate: string | null;
  created_at: number;
  retired_at: number | null;
}

/** Counters that tell other processes that something changed (`signing-keys`). */
export interface VersionRow {
  name: string;
  version: number;
}

export interface SystemLogRow {
  id: string;
  recorded_at: number;
  organization_id: string | null;
  /** `administrator`, `subscriber`, `client` or `system`. */
  actor_type: string;
  actor_id: string | null;
  actor_name: string | null;
  /** LOG-4: `service/object/action`. */
  event: string;
  target_type: string | null;
  target_id: string | null;
  target_name: string | null;
  /** JSON; never a secret, a token, an assertion or a person's attribute value. */
  detail: string;
  /** Joins the vague page to this row (CLM-1). */
  reference: string | null;
  client_address: string | null;
  user_agent: string | null;
  target_email: string | null;
  /** JSON of `Changes`. */
  before_changes: string | null;
  after_changes: string | null;
  /** Given by the sealer (`system-log/seal/`), from 1 within the organization; null until then, as all that follows. */
  sequence: number | null;
  /** MAC of this row, and MAC over the row before and this one. */
  seal: string | null;
  /** What hides the personal fields in their hashes; after an erasure the proof that we erased. */
  actor_salt: string | null;
  actor_hash: string | null;
  target_salt: string | null;
  target_hash: string | null;
}

/** A mail that no mail server has taken yet; the row goes when one has. */
export interface MailRow {
  id: string;
  /** JSON of the rendered mail, context `mails/<id>`: it may hold a link or a code that opens a door. */
  message_sealed: string;
  created_at: number;
  next_try_at: number;
  /** After this nobody wants it any more: what it says has run out. */
  expires_at: number;
  tries: number;
}

/** How far an organization's log is sealed. */
export interface LogChainRow {
  /** Organization id, or `installation`. */
  chain: string;
  /** Of the last sealed row; 0 before the first. */
  sequence: number;
  seal: string;
  /** The last one that was written to the stream. */
  streamed: number;
}

/** A signed statement of how far a chain was, for copies that the database cannot reach (CON-14). */
export interface LogCheckpointRow {
  id: string;
  chain: string;
  sequence: number;
  seal: string;
  /** Up to here rows are deleted after their 90 days. */
  cut_sequence: number | null;
  cut_seal: string | null;
  made_at: number;
  /** Ed25519. */
  signature: string;
  /** 0 or 1: written to the stream. */
  streamed: number;
}

export interface LogKeyRow {
  id: string;
  /** 32 bytes, context `log-keys/<id>`. */
  key_sealed: string;
  created_at: number;
}

/** Where an organization wants to be told of its records. */
export interface LogWebhookRow {
  organization_id: string;
  url: string;
  /** Context `log-webhooks/<organization id>`. */
  secret_sealed: string;
  state: 'active' | 'disabled';
  /** Sequence of the last record that was taken. */
  delivered: number;
  delivered_at: number | null;
  /** Since the last success. */
  tries: number;
  next_try_at: number;
  failing_since: number | null;
  /** A code from a closed list (`system-log/webhooks.ts`). */
  last_error: string | null;
  created_at: number;
  updated_at: number;
}

/** A WebAuthn credential of an identity. */
export interface PasskeyRow {
  id: string;
  identity_id: string;
  /** base64url, as the authenticator made it; unique over the installation. */
  credential_id: string;
  /** Random, the same for all of one identity: what the authenticator knows the person by (WebAuthn §14.6.1). */
  user_handle: string;
  /** COSE key, base64url. Public. */
  public_key: string;
  /** The authenticator's own count; 0 for ever where it keeps none. */
  counter: number;
  /** JSON array of hints where the authenticator is (`internal`, `hybrid`, `usb` …). */
  transports: string;
  /** The authenticator's model, a UUID; zeros where it does not tell. */
  aaguid: string;
  /** 0 or 1 each: may be copied to other devices; has been. */
  backup_eligible: number;
  backed_up: number;
  name: string;
  created_at: number;
  used_at: number | null;
}

/** A link that makes an invited administrator an active one (ADM-1). What it gives is the administrator's row. */
export interface InvitationRow {
  id: string;
  organization_id: string;
  administrator_id: string;
  state: 'open' | 'accepted' | 'withdrawn';
  /** As it was typed; empty once it is no longer open. */
  email: string;
  email_normalized: string;
  /** SHA-256, base64url, of the secret (256 bits) of the link sent last. */
  token_hash: string;
  /** JSON array of the hashes of the links sent before. */
  replaced_hashes: string;
  /** Name of the administrator who invited; null: the operator. */
  invited_by: string | null;
  first_sent_at: number;
  sent_at: number;
  /** Five days after the first sending. */
  expires_at: number;
  closed_at: number | null;
}

/** One for each version that an identity has accepted. */
export interface TermsAcceptanceRow {
  identity_id: string;
  version: string;
  /** In which it was read. */
  language: string;
  /** SHA-256, base64url, of the text that was shown. */
  text_hash: string;
  accepted_at: number;
}

/** Credentials by which programs call the API in an administrator's name (ADM-5). */
export interface SecureClientRow {
  client_id: string;
  organization_id: string;
  name: string;
  /** SHA-256, base64url, of the secret (256 bits). */
  secret_hash: string;
  creator_account_id: string;
  /** As it was at creation. */
  creator_name: string;
  /** JSON array: the rows of `administrators` that gave the creator access at creation. */
  administrator_ids: string;
  created_at: number;
  /** When it last asked for a token. */
  used_at: number | null;
  /** Since then, until its creator resumes it, it gets nothing. */
  suspended_at: number | null;
}

/** One of an identity's backup codes that has not been used; the row goes when it is (CIT-6). */
export interface BackupCodeRow {
  id: string;
  identity_id: string;
  /** The same for all codes of a set. */
  salt: string;
  /** scrypt, base64url (directory/backup-codes.ts). */
  code_hash: string;
  created_at: number;
}

export interface RecoveryPhoneRow {
  identity_id: string;
  /** E.164, context `recovery-phones/<identity id>`. */
  phone_sealed: string;
  updated_at: number;
}

/** A password that somebody had before (CIT-2). */
export interface PasswordHistoryRow {
  id: string;
  identity_id: string;
  /** argon2id, PHC string. */
  password_hash: string;
  replaced_at: number;
}

/** Somebody typed this email as the one whose password they forgot; it may be nobody's. Gone within seconds. */
export interface PasswordResetRequestRow {
  id: string;
  email_normalized: string;
  language: 'en' | 'ja';
  client_address: string | null;
  user_agent: string | null;
  created_at: number;
}

/** The link that was mailed last to this identity: one each, so that a newer one voids the older (SECURITY ID-11). */
export interface PasswordResetRow {
  /** In the link, beside the secret; unguessable too, but no secret. */
  id: string;
  identity_id: string;
  /** SHA-256, base64url. */
  secret_hash: string;
  /** Of the request: the notice afterwards is in it too. */
  language: 'en' | 'ja';
  expires_at: number;
}

/** How a connection is doing; no row: nothing is known. Beside `connections`, because it changes without an editor. */
export interface ConnectionHealthRow {
  connection_id: string;
  /** As of the connection: a list is filtered by it. */
  organization_id: string;
  /** What the last look found; null: nothing to complain of. */
  level: 'warning' | 'failing' | null;
  /** Why, as a code that its writer explains. */
  code: string | null;
  /** Since when it has been on this level. */
  since: number | null;
  /** When somebody signed in with it last, give or take a minute. */
  last_worked_at: number | null;
}

/** Sign-ins by one connection that began in one hour; each counts in the hour of its beginning, whenever it ended. */
export interface SignInCountRow {
  connection_id: string;
  /** Milliseconds of its start. */
  hour: number;
  begun: number;
  /** Of those, how many the provider has answered, or could not be asked. */
  came_back: number;
  succeeded: number;
  /** By something of the connection or the provider. */
  failed: number;
  /** The person cancelled, or may not come in. */
  refused: number;
}

/** What happened at one sign-in by a connection (CLM-1): no token, no assertion, no value of an attribute. */
export interface SignInTraceRow {
  /** A UUID of version 7: in the order of time. */
  id: string;
  /** The code that the person was shown. */
  reference: string;
  organization_id: string;
  /** Null: an answer that came too late, or again; nobody knows any more whom it was asked of. */
  connection_id: string | null;
  connection_version: number | null;
  /** `ProviderKind`. */
  kind: string | null;
  client_id: string;
  realm: string;
  began_at: number;
  finished_at: number;
  /** One of `traceOutcomes` (signin/traces/trace.ts). */
  outcome: string;
  /** `ProviderErrorCode` of a failure. */
  code: string | null;
  /** 0 or 1. */
  went_wrong: number;
  /** JSON array of `TraceStep`. */
  steps: string;
  /** The version of Sekisho that wrote it. */
  software: string;
}

/** Shows one trace to whoever has the link. */
export interface TraceLinkRow {
  id: string;
  /** SHA-256, base64url, of 256 random bits. */
  token_hash: string;
  trace_id: string;
  organization_id: string;
  created_at: number;
  /** Name of the administrator. */
  created_by: string | null;
  expires_at: number;
  revoked_at: number | null;
  /** When it was opened first. */
  opened_at: number | null;
}

/** A link by which somebody without an account prepares the draft of one connection. */
export interface SetupLinkRow {
  id: string;
  organization_id: string;
  connection_id: string;
  /** SHA-256, base64url, of the secret (256 bits) in the link. */
  token_hash: string;
  /** SHA-256, base64url, of the cookie of the browser that pressed Begin last; null: nobody has. */
  browser_hash: string | null;
  /** Where it was mailed to; null: the administrator passed it on. */
  email: string | null;
  language: 'en' | 'ja';
  /** 0 or 1: may make live what has passed its test. */
  may_finish: number;
  creator_account_id: string;
  /** The secure client that made it in its creator's name. */
  client_id: string | null;
  /** JSON array: the rows of `administrators` that gave the creator access at creation. */
  administrator_ids: string;
  /** How the creator had signed in: `citrix`, or the id of a connection (IDP-2). */
  signed_in_with: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  opened_first_at: number | null;
  opened_last_at: number | null;
  finished_at: number | null;
  /** How far it had come when it was handed back. */
  outcome: 'live' | 'passed' | 'untested' | null;
  /** Which guide is followed, and how far; null: not chosen yet. */
  guide: string | null;
  step: number | null;
}

/** The schedule of the checks of a live connection, and what the last one found. */
export interface ConnectionCheckRow {
  connection_id: string;
  organization_id: string;
  /** Of the connection, that the rest is about. */
  version: number;
  /** Due then; while a process checks, when others may take over. */
  next_check_at: number;
  checked_at: number | null;
  /** When this version last passed. */
  passed_at: number | null;
  /** One after another. */
  failures: number;
  /** The first of these. */
  failed_at: number | null;
  /** JSON of `CheckFinding[]` (directory/connections/connection-checks.ts). */
  findings: string;
  /** When the last letter that it fails went out. */
  notified_at: number | null;
  /** The same, until people are told that it works again. */
  announced_at: number | null;
}

/** Whose tenant a connection speaks for, as its administrator there has proven (AAD-1). */
export interface ConnectionTenantRow {
  connection_id: string;
  tenant_id: string;
  proven_at: number;
  /** Name of the administrator here. */
  proven_by: string | null;
}

/** The day on which a secret of a connection ends, as an administrator knows it from the provider. */
export interface SecretExpiryRow {
  connection_id: string;
  /** Key path of the setting. */
  key: string;
  organization_id: string;
  /** `2026-11-22`. */
  expires_on: string;
  /** Name of the administrator; null: the operator. */
  entered_by: string | null;
  entered_at: number;
}

/** An organization has been told that something expires within so many days; 0: that it has. */
export interface ExpiryNoticeRow {
  organization_id: string;
  /** `ExpiryItem.key` (upkeep/expiry-register.ts). */
  item: string;
  /** With another date it is told anew. */
  expires_at: number;
  days: number;
  sent_at: number;
}

/** When an organization's register is gone through next. */
export interface ExpiryRoundRow {
  organization_id: string;
  next_at: number;
}

/** An organization's calendar of what expires: whoever knows the token may read it. */
export interface ExpiryFeedRow {
  organization_id: string;
  /** SHA-256, base64url, of 256 random bits. */
  token_hash: string;
  language: 'en' | 'ja';
  /** Name of the administrator. */
  created_by: string | null;
  created_at: number;
  fetched_at: number | null;
}

/** The watched metadata of a live SAML connection. */
export interface MetadataWatchRow {
  connection_id: string;
  /** Of the connection, when it was put on the schedule. */
  version: number;
  /** Null: not watched. */
  url: string | null;
  next_check_at: number | null;
  etag: string | null;
  last_modified: string | null;
  checked_at: number | null;
  /** When it could last be read. */
  good_at: number | null;
  failing_since: number | null;
  /** One after another. */
  failures: number;
  failure: string | null;
  /** JSON of `IdpMetadata`: the last good reading. */
  found: string | null;
  /** JSON: fingerprint → since when it is missing in the metadata, milliseconds. */
  missing: string;
  /** JSON array: differences that an administrator wants as they are. */
  kept: string;
}

/** Which certificate signed answers of a connection, and when. */
export interface CertificateUseRow {
  connection_id: string;
  /** SHA-256, hex. */
  fingerprint: string;
  first_used_at: number;
  last_used_at: number;
}

/** What an identity provider is known to have of our SAML certificates. */
export interface SamlKeySightingRow {
  connection_id: string;
  kid: string;
  /** First, each. Our metadata was fetched for the connection by whomever. */
  hinted_at: number | null;
  /** By the identity provider: with the address that only it was given. */
  fetched_at: number | null;
  /** Last: a request that the key signed was answered. */
  used_at: number | null;
}

/** Another key than the current one signs for this connection. */
export interface SamlSigningChoiceRow {
  connection_id: string;
  /** Of no meaning once it is the current one, or gone. */
  kid: string;
  chosen_at: number;
  /** Name of the administrator; null: the broker by itself. */
  chosen_by: string | null;
  how: 'fetched' | 'chosen';
}

/** The operator's plan: one row, or none. */
export interface SamlRolloverRow {
  name: string;
  due_at: number;
  planned_at: number;
}
