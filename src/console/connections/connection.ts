/** The first page of a connection: live settings, what is being prepared, and the values that its provider must be told. */
import type { ProviderDefinition } from '../../../providers/provider.ts';
import type { Sites } from '../../config/sites.ts';
import { type Language, translations } from '../../core/language.ts';
import type { ConnectionChecks } from '../../directory/connections/connection-checks.ts';
import {
  type ConnectionHealth,
  type ConnectionStates,
  stateOf,
  unknownHealth,
} from '../../directory/connections/connection-states.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import { type ConnectionDrafts, type Draft, isBegun } from '../../directory/connections/drafts.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import { isSet, valueAt } from '../../directory/connections/setting-paths.ts';
import type { Csrf } from '../../http/csrf.ts';
import { samlMetadataUrlFor } from '../../http/saml-metadata-url.ts';
import type { MetadataAddresses } from '../../signin/metadata-addresses.ts';
import type { Show } from '../frame.ts';
import { type ConsoleRoute, hasRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import type { ConnectionHead } from './connection-frame.ts';
import { type ConnectionPage, connectionPage, type PreparedSettings } from './connection-page.ts';
import { connectionPath, connectionsPath, requireOwnConnection } from './own-connection.ts';
import { describeSetting } from './setting-words.ts';

export interface ConnectionOptions {
  sites: Sites;
  connections: Pick<Connections, 'find' | 'openSettings'>;
  connectionStates: Pick<ConnectionStates, 'healthOf'>;
  connectionChecks: Pick<ConnectionChecks, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find' | 'changesOf'>;
  definitionOf: DefinitionOf;
  metadataAddresses: Pick<MetadataAddresses, 'markOf'>;
  labelOf(kind: string): string;
  csrf: Csrf;
  show: Show;
}

const labels = translations({
  en: {
    redirectUri: 'Redirect URI',
    afterSignOut: 'Sign-out redirect URI',
    entityId: 'Entity ID',
    acs: 'Assertion consumer service (ACS) URL',
    metadata: 'Metadata URL',
    logout: 'Logout URL',
  },
  ja: {
    redirectUri: 'リダイレクトURI',
    afterSignOut: 'サインアウト後のリダイレクトURI',
    entityId: 'エンティティID',
    acs: 'Assertion Consumer Service（ACS）URL',
    metadata: 'メタデータURL',
    logout: 'ログアウトURL',
  },
});

export function connectionRoutes(options: ConnectionOptions) {
  const {
    metadataAddresses,
    sites,
    connections,
    connectionStates,
    connectionChecks,
    connectionDrafts,
    definitionOf,
    labelOf,
    csrf,
    show,
  } = options;

  const showOne: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const definition = definitionOf(connection.kind);
    const descriptions = definition?.descriptions ?? [];
    const health = (await connectionStates.healthOf([connection.id])).get(connection.id) ?? unknownHealth;
    const secrets = connection.hasSecrets ? await namesOfSecrets(connection, definition) : new Set<string>();
    const draft = await preparedOf(connection, visit);
    const { identifier, state } = connection;
    const checks = state === 'live' ? await connectionChecks.find(connection.id) : undefined;
    const isComplaint = state === 'live' && health.finding !== null;
    show(visit, (context, frame) => {
      const model: ConnectionPage = {
        ...headOf(visit, connection, health),
        kindLabel: labelOf(connection.kind),
        forAdministrators: connection.forAdministrators,
        forSubscribers: connection.forSubscribers,
        isWorkspaceMethod: visit.organization.subscriberConnectionId === connection.id,
        createdAt: connection.createdAt,
        updatedAt: connection.updatedAt,
        lastWorkedAt: health.lastWorkedAt,
        ...(isComplaint && health.finding && { since: health.finding.since }),
        ...(checks && { health: checks }),
        atProvider: atProvider(context.language, connection, visit, definition),
        descriptions,
        ...(state === 'live' && {
          settings: descriptions
            // What is left to the provider's own rule is no news, unless it should be there.
            .filter(({ key, required, secret }) => required || secret || isSet(valueAt(connection.settings, key)))
            .map((description) => describeSetting(context.language, connection.settings, description, secrets)),
        }),
        ...(draft && { draft }),
        editAction: visit.url(connectionPath(connection.id, '/edit')),
        csrf: csrf.tokenFor(visit.state.session.uid),
        ...(connection.kind === 'saml' && { importHref: visit.url(connectionPath(connection.id, '/import')) }),
        ...(hasRoute('GET /sign-ins') &&
          state !== 'draft' && {
            signInsHref: visit.url(`/sign-ins?${new URLSearchParams({ connection: connection.id })}`),
          }),
        ...(state === 'live' && {
          testHref: visit.url(connectionPath(connection.id, '/test')),
          ...(connection.forSubscribers &&
            visit.organization.subscriberConnectionId !== connection.id && {
              workspaceHref: visit.url('/workspace-configuration'),
            }),
        }),
        ...(state === 'live'
          ? { disconnectHref: visit.url(connectionPath(connection.id, '/disconnect')) }
          : { deleteHref: visit.url(connectionPath(connection.id, '/delete')) }),
        ...(identifier !== null && { identifier: { name: identifier, signInUrl: sites.goUrl(identifier) } }),
      };
      return connectionPage(context, frame, model);
    });
  };

  async function preparedOf(connection: Connection, visit: Visit): Promise<PreparedSettings | undefined> {
    const draft = await connectionDrafts.find(connection);
    if (!draft || !isPrepared(draft)) return undefined;
    const url = (rest: string) => visit.url(connectionPath(connection.id, rest));
    return {
      changes: await connectionDrafts.changesOf(connection),
      missing: draft.problems,
      preparedBy: draft.updatedBy,
      savedAt: draft.updatedAt,
      passedAt: draft.passedAt,
      isStale: draft.basedOn !== null && draft.basedOn !== connection.version,
      ...(draft.problems.length === 0 && hasRoute('GET /connections/:connectionId/test') && { testHref: url('/test') }),
      ...(draft.passedAt !== null && {
        live: { action: url('/draft/live'), revision: draft.revision, createdAt: draft.createdAt },
      }),
      ...(connection.state !== 'draft' && { discardHref: url('/draft/discard') }),
    };
  }

  /** Which secrets are set; their values go no further than this function. */
  async function namesOfSecrets(connection: Connection, definition?: ProviderDefinition): Promise<Set<string>> {
    const settings = await connections.openSettings(connection);
    const secret = (definition?.descriptions ?? []).filter((description) => description.secret === true);
    return new Set(secret.filter(({ key }) => isSet(valueAt(settings, key))).map(({ key }) => key));
  }

  function atProvider(
    language: Language,
    { id, kind, forSubscribers, forAdministrators, settings }: Connection,
    { organization }: Visit,
    definition: ProviderDefinition | undefined,
  ): ConnectionPage['atProvider'] {
    const m = labels[language];
    if (kind === 'saml') {
      const isOwn = settings.ownEntityId === true;
      return [
        { label: m.entityId, value: isOwn ? sites.samlEntityIdOf(id) : sites.samlEntityId },
        { label: m.acs, value: sites.acsUrl },
        { label: m.metadata, value: samlMetadataUrlFor(sites, { id, settings }, metadataAddresses.markOf(id)) },
        { label: m.logout, value: sites.samlLogoutUrl },
      ];
    }
    if (definition === undefined) return [];
    const afterSignOut = [
      ...(forSubscribers ? [sites.workspaceUrl(organization.workspaceName)] : []),
      ...(forAdministrators ? [sites.consoleUrl()] : []),
    ];
    return [
      { label: m.redirectUri, value: sites.callbackUrl(definition.callback) },
      ...afterSignOut.map((value) => ({ label: m.afterSignOut, value })),
    ];
  }

  return { 'GET /connections/:connectionId': showOne } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

/** For the frame of each of its pages. */
export function headOf(visit: Visit, connection: Connection, health: ConnectionHealth = unknownHealth): ConnectionHead {
  return {
    kind: connection.kind,
    name: connection.name,
    state: stateOf(connection, health),
    listHref: visit.url(connectionsPath),
    href: visit.url(connectionPath(connection.id)),
    ...(connection.kind === 'azure-ad' && { hasTenant: true }),
  };
}

function isPrepared({ revision, basedOn }: Draft): boolean {
  return isBegun({ revision, based_on: basedOn });
}
