/** `export`: an organization as a document that, applied to it, changes nothing. */
import { joinSecrets } from '../connections/connection-secrets.ts';
import type { Connection, Connections } from '../connections/connections.ts';
import type { ConnectionDrafts } from '../connections/drafts.ts';
import type { DefinitionOf } from '../connections/new-connection.ts';
import type { Settings } from '../connections/sealed-settings.ts';
import { isSet, valueAt } from '../connections/setting-paths.ts';
import type { Organization } from '../organizations.ts';
import { createReferenceNames, type SecretReference, writeDocument } from './document.ts';

/** Secrets are written as references to variables that nobody has set yet: what is stored then stays. */
export async function exportOrganization(
  needs: {
    connections: Pick<Connections, 'list' | 'openSettings'>;
    drafts: Pick<ConnectionDrafts, 'find'>;
    definitionOf: DefinitionOf;
  },
  organization: Organization,
): Promise<string> {
  const { connections, drafts, definitionOf } = needs;
  const referenceOf = createReferenceNames();
  const own = await connections.list(organization.id);
  const remarks = [`Organization ${organization.orgId}. Secrets are references; without a value what is stored stays.`];
  const described: Parameters<typeof writeDocument>[0]['connections'] = [];
  for (const connection of own) {
    const draft = await drafts.find(connection);
    const isDraft = connection.state === 'draft' && draft !== undefined;
    if (draft !== undefined && !isDraft) remarks.push(`"${connection.name}" has an open draft, which is not in here.`);
    const settings = isDraft ? draft.settings : connection.settings;
    const secrets = isDraft ? draft.secrets : await secretKeysOf(connection);
    const references = Object.fromEntries(secrets.map((key) => [key, referenceOf(connection.name, key)]));
    const { name, kind, state, forSubscribers: subscribers, forAdministrators: administrators } = connection;
    described.push({
      name,
      kind,
      state,
      subscribers,
      administrators,
      ...(connection.identifier !== null && { identifier: connection.identifier }),
      settings: withReferences(settings, references),
    });
  }
  const { customerId, name, workspaceName, settings, subscriberConnectionId } = organization;
  const method = own.find(({ id }) => id === subscriberConnectionId)?.name ?? null;
  return writeDocument(
    { sekisho: 1, organization: { customerId, name, workspaceName, method, settings }, connections: described },
    remarks,
  );

  /** Which are set; their values go no further. */
  async function secretKeysOf(connection: Connection): Promise<string[]> {
    if (!connection.hasSecrets) return [];
    const whole = await connections.openSettings(connection);
    const described = definitionOf(connection.kind)?.descriptions ?? [];
    return described.filter(({ key, secret }) => secret === true && isSet(valueAt(whole, key))).map(({ key }) => key);
  }
}

function withReferences(settings: Readonly<Settings>, references: Readonly<Record<string, SecretReference>>): Settings {
  return joinSecrets(settings, references);
}
