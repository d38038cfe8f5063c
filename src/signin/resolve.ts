/** Whom to ask: from the relying party, its request and what the person has typed, to one connection. */

import type { Connection, Connections } from '../directory/connections/connections.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import type { Organization, Organizations } from '../directory/organizations.ts';
import { administratorsRealm, subscribersRealm } from '../sessions/policy.ts';
import { readAcrValues } from './acr-values.ts';

/** What the relying party says about whom it wants; `op/` makes it from the client. */
export interface RequestedBy {
  clientId: string;
  /** Null: serves every organization. */
  organizationId: string | null;
  /** Null: the request has to say. */
  realm: string | null;
  isNative: boolean;
}

export type Target =
  /** The built-in Citrix identity. */
  | { kind: 'citrix' }
  | { kind: 'connection'; realm: string; organization: Organization; connection: Connection }
  /** The person has to name the organization. */
  | { kind: 'ask' }
  /** The organization has no live method, or the identifier is not known. */
  | { kind: 'nowhere'; organization: Organization | undefined };

export interface ResolveOptions {
  definitionOf: DefinitionOf;
  organizations: Pick<Organizations, 'find' | 'findByCustomerId'>;
  connections: Pick<Connections, 'find' | 'findByIdentifier' | 'findLiveOfKind'>;
}

/**
 * `acr_values` may hold `tenant:<customer id>`, `idp:<kind>` and, for administrators, `go:<identifier>`.
 * `chosenCustomerId` is what the person typed on the organization page.
 */
export async function resolveTarget(
  { organizations, connections, definitionOf }: ResolveOptions,
  requestedBy: RequestedBy,
  acrValues: string,
  chosenCustomerId?: string,
): Promise<Target> {
  const wishes = readAcrValues(acrValues);

  if (requestedBy.realm === administratorsRealm || (requestedBy.realm === null && wishes.idp === 'citrix')) {
    const identifier = wishes.go;
    if (identifier === undefined) return { kind: 'citrix' };
    const connection = await connections.findByIdentifier(identifier);
    const organization = connection && (await organizations.find(connection.organizationId));
    if (!organization || connection?.state !== 'live' || !connection.forAdministrators) {
      return { kind: 'nowhere', organization: undefined };
    }
    return { kind: 'connection', realm: administratorsRealm, organization, connection };
  }

  const organization = await organizationOf();
  if (organization === undefined) return { kind: 'ask' };
  const connection = await subscriberConnection(organization);
  if (!connection) return { kind: 'nowhere', organization };
  const realm = subscribersRealm(organization.customerId, requestedBy.isNative ? 'native' : 'web');
  return { kind: 'connection', realm, organization, connection };

  async function organizationOf(): Promise<Organization | undefined> {
    // A client of one organization is never led to another, whatever its request says (OP-20).
    if (requestedBy.organizationId !== null) return organizations.find(requestedBy.organizationId);
    const customerId = chosenCustomerId ?? wishes.tenant;
    return customerId === undefined ? undefined : organizations.findByCustomerId(customerId);
  }

  async function subscriberConnection(of: Organization): Promise<Connection | undefined> {
    // A word that is no kind is not a wish.
    const kind = wishes.idp === undefined ? undefined : definitionOf(wishes.idp)?.kind;
    const candidate =
      kind !== undefined
        ? await connections.findLiveOfKind(of.id, kind)
        : of.subscriberConnectionId === null
          ? undefined
          : await connections.find(of.subscriberConnectionId);
    const isUsable = candidate?.state === 'live' && candidate.forSubscribers && candidate.organizationId === of.id;
    return isUsable ? candidate : undefined;
  }
}
