/**
 * Relying parties as the OpenID Provider sees them: registered applications, the console, and one workspace per
 * organization. A client belongs to one organization or to the installation; that decides whose session it meets.
 */
import { createHmac } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { hashOfToken } from '../core/random.ts';
import { administratorsRealm, type ClientKind, subscribersRealm } from '../sessions/policy.ts';

export const consoleClientId = 'console';
const workspacePrefix = 'workspace:';
export function workspaceClientId(customerId: string): string {
  return workspacePrefix + customerId;
}

export interface RelyingParty {
  clientId: string;
  /** Null: serves every organization of the installation. */
  organizationId: string | null;
  /** The organization's customer id; null with `organizationId`. */
  customerId: string | null;
  name: string;
  /** The realm whose session it meets; null when the request has to say which organization. */
  realm: string | null;
  /** OpenID Connect client metadata, without the secret. */
  metadata: Readonly<Record<string, unknown>>;
  /** Base64url SHA-256 of the client secret. */
  secretHash: string | null;
  /** Clients of the same organization that may introspect this client's tokens. */
  audiences: readonly string[];
  /** Where somebody who is stranded should start again. */
  homeUrl: string | null;
}

/** A registered application's row, as far as this file needs it. */
export interface ApplicationRecord {
  clientId: string;
  organizationId: string | null;
  name: string;
  metadata: Readonly<Record<string, unknown>>;
  secretHash: string | null;
  audiences: readonly string[];
}
export interface OrganizationRecord {
  id: string;
  customerId: string;
  name: string;
  workspaceName: string;
}

export interface RelyingPartiesOptions {
  findApplication(clientId: string): Promise<ApplicationRecord | undefined>;
  findOrganization(by: { id: string } | { customerId: string }): Promise<OrganizationRecord | undefined>;
  consoleUrl: string;
  workspaceUrl(workspaceName: string): string;
  /** 32 bytes; our own clients' secrets derive from it. */
  clientSecretKey: Uint8Array;
}

/** Milliseconds. */
const rememberFor = 1_000;
const capacity = 5_000;

export type RelyingParties = ReturnType<typeof createRelyingParties>;

export function createRelyingParties(options: RelyingPartiesOptions) {
  const { findApplication, findOrganization, consoleUrl, workspaceUrl, clientSecretKey } = options;

  /** The secret of one of our own clients: derived, never stored. */
  const ownSecret = (clientId: string) => createHmac('sha256', clientSecretKey).update(clientId).digest('base64url');

  function own(
    clientId: string,
    homeUrl: string,
    about: Pick<RelyingParty, 'organizationId' | 'customerId' | 'name' | 'realm'>,
  ): RelyingParty {
    const home = homeUrl.replace(/\/$/, '');
    return {
      ...about,
      clientId,
      metadata: {
        redirect_uris: [`${home}/callback`],
        post_logout_redirect_uris: [`${home}/signed-out`],
        id_token_signed_response_alg: 'ES256',
        grant_types: ['authorization_code'],
      },
      secretHash: hashOfToken(ownSecret(clientId)),
      audiences: [],
      homeUrl,
    };
  }

  const remembered = new Map<string, { party: RelyingParty; until: number }>();

  /** Asked several times in each request; an application that was changed or removed is so within a second. */
  async function find(clientId: string): Promise<RelyingParty | undefined> {
    const now = performance.now();
    const known = remembered.get(clientId);
    if (known && now < known.until) return known.party;
    const party = await read(clientId);
    if (remembered.size >= capacity) remembered.clear();
    if (party) remembered.set(clientId, { party, until: now + rememberFor });
    else remembered.delete(clientId);
    return party;
  }

  async function read(clientId: string): Promise<RelyingParty | undefined> {
    // Comes from requests as it is; PostgreSQL answers a NUL with an error.
    if (/\p{Cc}/u.test(clientId)) return undefined;
    if (clientId === consoleClientId) {
      return own(clientId, consoleUrl, {
        organizationId: null,
        customerId: null,
        name: 'Console',
        realm: administratorsRealm,
      });
    }
    if (clientId.startsWith(workspacePrefix)) {
      const organization = await findOrganization({ customerId: clientId.slice(workspacePrefix.length) });
      if (!organization) return undefined;
      const { id, customerId, name } = organization;
      const about = { organizationId: id, customerId, name, realm: subscribersRealm(customerId) };
      return own(clientId, workspaceUrl(organization.workspaceName), about);
    }
    const application = await findApplication(clientId);
    if (!application) return undefined;
    const organization =
      application.organizationId === null ? undefined : await findOrganization({ id: application.organizationId });
    if (application.organizationId !== null && !organization) return undefined;
    const { initiate_login_uri: initiate, client_uri: home } = application.metadata;
    return {
      ...application,
      customerId: organization?.customerId ?? null,
      realm: organization ? subscribersRealm(organization.customerId, kindOf(application)) : null,
      homeUrl: typeof initiate === 'string' ? initiate : typeof home === 'string' ? home : null,
    };
  }

  return { find, ownSecret };
}

export function kindOf({ metadata }: Pick<RelyingParty, 'metadata'>): ClientKind {
  return metadata.application_type === 'native' ? 'native' : 'web';
}

/** Names beyond the standard's that oidc-provider carries on its Client for us. */
export const extraClientMetadata = ['sekisho'] as const;
/** What our configuration reads from an oidc-provider Client. */
export interface ClientExtension {
  organizationId: string | null;
  realm: string | null;
  audiences: readonly string[];
  homeUrl: string | null;
}

/** Read-only: clients are registered by CLI and console, never through the protocol. */
export function createClientAdapter(parties: RelyingParties): Adapter {
  const refuse = async () => {
    throw new Error('clients are read-only here');
  };
  return {
    async find(clientId) {
      const party = await parties.find(clientId);
      if (!party) return undefined;
      const extension: ClientExtension = {
        organizationId: party.organizationId,
        realm: party.realm,
        audiences: party.audiences,
        homeUrl: party.homeUrl,
      };
      const payload: AdapterPayload = {
        ...party.metadata,
        client_id: party.clientId,
        client_name: party.name,
        // oidc-provider compares hashes: see `compareClientSecret` in provider.ts.
        ...(party.secretHash === null ? {} : { client_secret: party.secretHash }),
        sekisho: extension,
      };
      return payload;
    },
    upsert: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
  };
}
