/** Connections, read-only: the list, and one with its settings. Secrets are said to be set, never shown. */
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section, table } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { consoleMessages } from '../views/messages.ts';

interface ConnectionSummary {
  name: string;
  /** The provider's label: "Azure AD", "SAML 2.0". */
  kind: string;
  state: 'live' | 'draft' | 'disconnected';
  forAdministrators: boolean;
  forSubscribers: boolean;
  /** Subscribers sign in to the workspace with it. */
  isWorkspaceMethod: boolean;
}

export interface ConnectionsPage {
  connections: readonly (ConnectionSummary & { href: string })[];
}

export function connectionsPage(context: PageContext, frame: ConsoleFrame, model: ConnectionsPage): Html {
  const m = consoleMessages[context.language].connections;
  return consolePage(context, frame, {
    page: 'connections',
    title: consoleMessages[context.language].pages.connections,
    lead: m.lead,
    body:
      model.connections.length === 0
        ? emptyState(m.emptyTitle, m.empty)
        : table(
            m.caption,
            [{ label: m.name, kind: 'head' }, { label: m.kind }, { label: m.usedFor }, { label: m.state }],
            model.connections.map((connection) => [
              html`<a href="${connection.href}">${connection.name}</a>`,
              connection.kind,
              usedFor(context, connection),
              stateBadge(context, connection),
            ]),
          ),
  });
}

export interface ConnectionPage extends ConnectionSummary {
  listHref: string;
  /** Absent when the connection is not for administrators. */
  identifier?: { name: string; signInUrl: string };
  createdAt: number;
  updatedAt: number;
  /** What the other side must be told: redirect URI, entity ID, assertion consumer service, metadata. */
  atProvider: readonly { label: string; value: string }[];
  /** By `SettingDescription`, in its order. */
  settings: readonly ConnectionSetting[];
}

export type ConnectionSetting =
  | { label: string; value: string | undefined; multiline?: boolean }
  | { label: string; secret: true; isSet: boolean };

export function connectionPage(context: PageContext, frame: ConsoleFrame, model: ConnectionPage): Html {
  const { language } = context;
  const m = consoleMessages[language].connections;
  return consolePage(context, frame, {
    page: 'connections',
    title: model.name,
    above: [{ label: consoleMessages[language].pages.connections, href: model.listHref }],
    badge: stateBadge(context, model),
    body: html`${model.state === 'draft' && notice('warning', m.draftNotice)}${section(
      m.overview,
      definitionList([
        [m.kind, model.kind],
        [m.usedFor, usedFor(context, model)],
        [m.identifier, model.identifier && copyValue(language, m.identifier, model.identifier.name)],
        [m.signInUrl, model.identifier && copyValue(language, m.signInUrl, model.identifier.signInUrl)],
        [m.created, time(context, model.createdAt)],
        [m.changed, time(context, model.updatedAt)],
      ]),
    )}${section(
      m.atProvider,
      definitionList(model.atProvider.map(({ label, value }) => [label, copyValue(language, label, value)])),
      { lead: m.atProviderLead },
    )}${section(
      m.settings,
      definitionList(model.settings.map((setting) => [setting.label, settingValue(context, setting)])),
      {
        lead: m.settingsLead,
      },
    )}`,
  });
}

function settingValue(context: PageContext, setting: ConnectionSetting): Html {
  const m = sharedMessages[context.language];
  if ('secret' in setting) return html`<span class="muted">${setting.isSet ? m.hidden : m.notSet}</span>`;
  if (setting.value === undefined || setting.value === '') return html`<span class="muted">${m.notSet}</span>`;
  return setting.multiline ? html`<pre tabindex="0">${setting.value}</pre>` : html`${setting.value}`;
}

function usedFor(context: PageContext, connection: ConnectionSummary): Html {
  const m = consoleMessages[context.language].connections;
  const uses = [
    connection.forSubscribers && (connection.isWorkspaceMethod ? m.workspaceMethod : m.forSubscribers),
    connection.forAdministrators && m.forAdministrators,
  ].filter((use) => use !== false);
  return html`${uses.length > 0 ? uses.join(context.language === 'ja' ? '、' : ', ') : sharedMessages[context.language].none}`;
}

function stateBadge(context: PageContext, connection: ConnectionSummary): Html {
  const m = consoleMessages[context.language].connections;
  return connection.state === 'live' ? badge('good', m.live) : badge('neutral', m[connection.state]);
}
