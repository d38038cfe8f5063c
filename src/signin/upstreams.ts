/** Providers made from connections, kept per (connection, version): their discovery documents and keys stay warm. */
import type { Installation, Ports, Provider } from '../../providers/provider.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import { type DefinitionOf, requireDefinition } from '../directory/connections/new-connection.ts';

/** Enough for the connections in use; the least recently made goes first. */
const capacity = 2_000;

export interface UpstreamsOptions {
  connections: Pick<Connections, 'openSettings'>;
  definitionOf: DefinitionOf;
  ports: Ports;
  /** Which of our SAML keys signs depends on the connection during a roll-over. */
  installation(connectionId: string): Installation;
  /** SML-8: our entity ID for one connection alone. */
  samlEntityIdOf(connectionId: string): string;
}

export type Upstreams = ReturnType<typeof createUpstreams>;

export function createUpstreams(options: UpstreamsOptions) {
  const { connections, definitionOf, ports } = options;
  const made = new Map<string, Provider>();

  async function providerOf(connection: Connection): Promise<Provider> {
    const key = `${connection.id} ${connection.version}`;
    const known = made.get(key);
    if (known) return known;
    const provider = await freshProviderOf(connection);
    for (const oldest of made.size >= capacity ? [made.keys().next().value] : []) if (oldest) made.delete(oldest);
    made.set(key, provider);
    return provider;
  }

  /**
   * A provider of its own, which nobody signs in with: made from settings that may not be live. Throws ZodError for
   * settings that are incomplete.
   */
  function make({ id, kind }: Pick<Connection, 'id' | 'kind'>, settings: Readonly<Record<string, unknown>>): Provider {
    const definition = requireDefinition(definitionOf, kind);
    const parsed = definition.schema.parse(settings);
    return definition.create(parsed, ports, installationFor(id, parsed));
  }

  /**
   * What a provider with these settings is made with: a SAML connection may have a service provider entity ID of its own
   * (SML-8), and with it an audience of its own.
   */
  function installationFor(connectionId: string, settings: object): Installation {
    const installation = options.installation(connectionId);
    if (!('ownEntityId' in settings) || settings.ownEntityId !== true) return installation;
    return { ...installation, saml: { ...installation.saml, entityId: options.samlEntityIdOf(connectionId) } };
  }

  /** One that has read nothing yet and is not kept: for a check, which must not drive those in use out of the cache. */
  async function freshProviderOf(connection: Connection): Promise<Provider> {
    return make(connection, await connections.openSettings(connection));
  }

  /** After our own keys have changed. */
  function forget(): void {
    made.clear();
  }

  return { providerOf, freshProviderOf, make, installationFor, forget };
}
