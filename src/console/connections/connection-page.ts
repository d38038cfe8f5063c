/** A connection: what is live, what is being prepared, what its provider must be told, and how it ends. */
import type { SettingDescription } from '../../../providers/provider.ts';
import type { SettingChange } from '../../directory/connections/setting-paths.ts';
import type { Problem } from '../../directory/errors.ts';
import { actions, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { settingLabel } from '../../http/views/setting-fields.ts';
import { time } from '../../http/views/time.ts';
import { copyValue, definitionList, section } from '../../http/views/values.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { connectionMessages } from './connection-messages.ts';
import { type ConnectionUses, editorName, usedFor } from './connection-words.ts';
import { connectionsMessages } from './connections-messages.ts';
import { type ConnectionHealthSection, healthSection } from './health-section.ts';
import { changesTable, type ShownSetting, settingValue } from './setting-words.ts';

export interface ConnectionPage extends ConnectionHead, ConnectionUses {
  /** The provider's label. */
  kindLabel: string;
  /** Absent when the connection is not for administrators. */
  identifier?: { name: string; signInUrl: string };
  createdAt: number;
  updatedAt: number;
  lastWorkedAt: number | null;
  /** Milliseconds; of `warning` and `failing`. */
  since?: number;
  /** Of a live one that is on the schedule of checks. */
  health?: ConnectionHealthSection;
  /** What the other side must be told: redirect URI, entity ID, assertion consumer service, metadata. */
  atProvider: readonly { label: string; value: string }[];
  descriptions: readonly SettingDescription[];
  /** Of a live one, by `SettingDescription`, in its order. */
  settings?: readonly ShownSetting[];
  draft?: PreparedSettings;
  /** Of a live one: tests what people sign in with now. */
  testHref?: string;
  /** SAML: metadata by URL, file or paste. */
  importHref?: string;
  /** Its sign-ins, explained. */
  signInsHref?: string;
  /** Live and for subscribers, but not what they sign in with: where that is chosen. */
  workspaceHref?: string;
  /** POST with `csrf`; leads to the form. */
  editAction: string;
  csrf: string;
  disconnectHref?: string;
  deleteHref?: string;
}

export interface PreparedSettings {
  /** Against the live ones; of a connection that is not live: what is set. */
  changes: readonly SettingChange[];
  missing: readonly Problem[];
  /** Null: the operator. */
  preparedBy: string | null;
  savedAt: number;
  passedAt: number | null;
  /** Begun from settings that are no longer live. */
  isStale: boolean;
  /** Present when they have passed their test: POST with `csrf`, `revision` and `createdAt`. */
  live?: { action: string; revision: number; createdAt: number };
  /** Present when the settings are complete. */
  testHref?: string;
  /** Of a live or disconnected one. */
  discardHref?: string;
}

export function connectionPage(context: PageContext, frame: ConsoleFrame, model: ConnectionPage): Html {
  const { language } = context;
  const m = connectionMessages[language];
  const shared = connectionsMessages[language];
  return connectionPageFrame(context, frame, model, {
    tab: '',
    beside: model.draft ? undefined : editButton(context, model),
    body: html`${stateNotice(context, model)}${
      model.workspaceHref !== undefined &&
      html`<div class="notice information"><p>${m.notMethod} <a href="${model.workspaceHref}">${m.chooseMethod}</a></p></div>`
    }${model.draft && prepared(context, model, model.draft)}${section(
      m.overview,
      definitionList([
        [shared.kind, model.kindLabel],
        [shared.usedFor, usedFor(context, model)],
        [m.identifier, model.identifier && copyValue(language, m.identifier, model.identifier.name)],
        [m.signInUrl, model.identifier && copyValue(language, m.signInUrl, model.identifier.signInUrl)],
        [
          shared.lastWorked,
          model.lastWorkedAt === null
            ? html`<span class="muted">${shared.never}</span>`
            : time(context, model.lastWorkedAt),
        ],
        [m.signIns, model.signInsHref && html`<a href="${model.signInsHref}">${m.signInsExplained}</a>`],
        [m.created, time(context, model.createdAt)],
        [m.changed, time(context, model.updatedAt)],
      ]),
    )}${model.health && healthSection(context, model.health)}${section(
      m.atProvider,
      definitionList(model.atProvider.map(({ label, value }) => [label, copyValue(language, label, value)])),
      { lead: m.atProviderLead },
    )}${
      model.settings &&
      section(
        m.settings,
        definitionList(model.settings.map((setting) => [setting.label, settingValue(language, setting)])),
        { lead: m.settingsLead },
      )
    }${endings(context, model)}`,
  });
}

function stateNotice(context: PageContext, { state, since, draft }: ConnectionPage): Html | undefined {
  const m = connectionMessages[context.language];
  if (state === 'draft')
    return draft && draft.passedAt !== null ? notice('information', m.passedNotice) : notice('warning', m.draftNotice);
  if (state === 'disconnected') return notice('warning', m.disconnectedNotice);
  if (since === undefined || (state !== 'failing' && state !== 'warning')) return undefined;
  const isFailing = state === 'failing';
  const text = html`${isFailing ? m.failingSince : m.warningSince} ${time(context, since)}`;
  return notice(isFailing ? 'error' : 'warning', text);
}

function editButton(context: PageContext, { editAction, csrf, state, testHref }: ConnectionPage): Html {
  const m = connectionMessages[context.language];
  return actions(
    form({ action: editAction, csrf }, submitButton(state === 'disconnected' ? m.reconnect : m.edit)),
    testHref !== undefined && linkButton(m.test, testHref, 'secondary'),
  );
}

function prepared(context: PageContext, model: ConnectionPage, draft: PreparedSettings): Html {
  const { language } = context;
  const m = connectionMessages[language];
  const isFirst = model.settings === undefined;
  const mayGoLive = draft.live !== undefined && !draft.isStale;
  const isEmptySaml = isFirst && model.importHref !== undefined && draft.missing.length > 0;
  const table = changesTable(language, draft.changes, model.descriptions, { isFirst });
  return section(
    isFirst ? m.draft : m.changes,
    html`${draft.isStale && notice('error', m.stale)}${definitionList([
      [m.preparedBy, editorName(context, draft.preparedBy, m.operator)],
      [m.saved, time(context, draft.savedAt)],
      [m.test, draft.passedAt === null ? m.notTested : html`${m.passed} ${time(context, draft.passedAt)}`],
      [
        m.missing,
        draft.missing.length === 0
          ? undefined
          : draft.missing
              .map(({ path }) => settingLabel(language, model.descriptions, path))
              .join(language === 'ja' ? '、' : ', '),
      ],
    ])}${draft.changes.length > 0 ? table : html`<p>${isFirst ? m.nothingYet : m.noChanges}</p>`}${actions(
      mayGoLive &&
        draft.live &&
        form(
          {
            action: draft.live.action,
            csrf: model.csrf,
            hidden: { revision: String(draft.live.revision), createdAt: String(draft.live.createdAt) },
          },
          submitButton(m.makeLive),
        ),
      isEmptySaml && model.importHref !== undefined && linkButton(m.importMetadata, model.importHref),
      draft.testHref !== undefined &&
        !draft.isStale &&
        linkButton(mayGoLive ? m.testAgain : m.testAndFinish, draft.testHref, mayGoLive ? 'secondary' : 'primary'),
      form(
        { action: model.editAction, csrf: model.csrf },
        submitButton(m.continueEditing, {
          kind: draft.testHref === undefined && !isEmptySaml ? 'primary' : 'secondary',
        }),
      ),
      draft.discardHref !== undefined && linkButton(m.discard, draft.discardHref, 'secondary'),
    )}`,
    { lead: isFirst ? m.draftLead : m.changesLead },
  );
}

function endings(context: PageContext, model: ConnectionPage): Html | undefined {
  const m = connectionMessages[context.language];
  const { disconnectHref, deleteHref } = model;
  if (disconnectHref === undefined && deleteHref === undefined) return undefined;
  const isDraft = model.state === 'draft';
  return section(
    disconnectHref !== undefined ? m.end : isDraft ? m.endDraft : m.endDisconnected,
    html`${disconnectHref !== undefined && html`<p>${m.disconnectText}</p>${actions(linkButton(m.disconnect, disconnectHref, 'secondary'))}`}${
      deleteHref !== undefined &&
      html`<p>${isDraft ? m.removeDraftText : m.removeText}</p>${actions(linkButton(isDraft ? m.removeDraft : m.remove, deleteHref, 'secondary'))}`
    }`,
  );
}
