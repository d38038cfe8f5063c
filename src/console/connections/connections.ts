/** Connections, to read: the list, and one with its settings and the values that its provider must be told. */

import type { ProviderDefinition, SettingDescription } from '../../../providers/provider.ts';
import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import { type Language, translations } from '../../core/language.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import { isSet, valueAt } from '../../directory/connections/setting-paths.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { type ConnectionPage, type ConnectionSetting, connectionPage, connectionsPage } from './connections-pages.ts';

export interface ConnectionsOptions {
  sites: Sites;
  connections: Pick<Connections, 'list' | 'find' | 'openSettings'>;
  definitionOf: DefinitionOf;
  labelOf(kind: string): string;
  show: Show;
}

const labels = translations({
  en: {
    redirectUri: 'Redirect URI',
    afterSignOut: 'Sign-out redirect URI',
    entityId: 'Entity ID',
    acs: 'Assertion consumer service (ACS) URL',
    metadata: 'Metadata URL',
    logout: 'Logout response URL',
  },
  ja: {
    redirectUri: 'リダイレクトURI',
    afterSignOut: 'サインアウト後のリダイレクトURI',
    entityId: 'エンティティID',
    acs: 'Assertion Consumer Service（ACS）URL',
    metadata: 'メタデータURL',
    logout: 'ログアウト応答URL',
  },
});

export function connectionsRoutes({ sites, connections, definitionOf, labelOf, show }: ConnectionsOptions) {
  const summaryOf = (connection: Connection, { organization }: Visit) => ({
    name: connection.name,
    kind: labelOf(connection.kind),
    state: connection.state,
    forAdministrators: connection.forAdministrators,
    forSubscribers: connection.forSubscribers,
    isWorkspaceMethod: organization.subscriberConnectionId === connection.id,
  });

  const showList: Handler = async (visit) => {
    const found = await connections.list(visit.organization.id);
    const model = {
      connections: found.map((connection) => ({
        ...summaryOf(connection, visit),
        href: visit.url(`/connections/${connection.id}`),
      })),
    };
    show(visit, (context, frame) => connectionsPage(context, frame, model));
  };

  const showOne: Handler = async (visit) => {
    const connection = await connections.find(String(visit.request.params.connectionId));
    // Another organization's is as unknown as one that does not exist (CON-08).
    if (connection?.organizationId !== visit.organization.id) throw new AppError('not_found');
    const definition = definitionOf(connection.kind);
    const secrets = connection.hasSecrets ? await namesOfSecrets(connection, definition) : new Set<string>();
    const { identifier } = connection;
    show(visit, (context, frame) => {
      const model: ConnectionPage = {
        ...summaryOf(connection, visit),
        listHref: visit.url('/connections'),
        createdAt: connection.createdAt,
        updatedAt: connection.updatedAt,
        atProvider: atProvider(context.language, connection, visit, definition),
        settings: (definition?.descriptions ?? []).map((description) =>
          describeSetting(context.language, connection.settings, description, secrets),
        ),
        ...(identifier !== null && { identifier: { name: identifier, signInUrl: sites.goUrl(identifier) } }),
      };
      return connectionPage(context, frame, model);
    });
  };

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
      const metadataUrl = isOwn ? sites.samlMetadataUrlOf(id) : sites.samlMetadataUrl;
      return [
        { label: m.entityId, value: isOwn ? sites.samlEntityIdOf(id) : sites.samlEntityId },
        { label: m.acs, value: sites.acsUrl },
        { label: m.metadata, value: metadataUrl + (wantsEncryption(settings) ? '?encryption=yes' : '') },
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

  return { 'GET /connections': showList, 'GET /connections/:connectionId': showOne } satisfies Partial<
    Record<ConsoleRoute, Handler>
  >;
}

/** SAML: providers encrypt when our metadata says how, and some do whenever they can. */
function wantsEncryption({ encryption }: Connection['settings']): boolean {
  return encryption === 'accept' || encryption === 'require';
}

/** A secret is said to be set, whatever `settings` holds under its name. */
export function describeSetting(
  language: Language,
  settings: Readonly<Record<string, unknown>>,
  { key, label, secret, multiline, choices }: SettingDescription,
  secrets: ReadonlySet<string>,
): ConnectionSetting {
  if (secret === true) return { label: label[language], secret, isSet: secrets.has(key) };
  const value = valueAt(settings, key);
  const text = textOf(language, value);
  const shown = choices?.find((choice) => choice.value === text)?.label[language] ?? text;
  return {
    label: label[language],
    value: shown,
    ...((multiline === true || Array.isArray(value)) && { multiline: true }),
  };
}

function textOf(language: Language, value: unknown): string | undefined {
  if (!isSet(value)) return undefined;
  const m = sharedMessages[language];
  if (typeof value === 'boolean') return value ? m.yes : m.no;
  if (Array.isArray(value)) return value.map((item) => textOf(language, item) ?? '').join('\n');
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}
