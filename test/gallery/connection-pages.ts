/** The console's pages about connections. */
import { okta } from '../../providers/okta/okta.ts';
import { saml as samlProvider } from '../../providers/saml/saml.ts';
import { confirmConnectionPage } from '../../src/console/connections/confirm-page.ts';
import { type ConnectionRow, connectionListPage } from '../../src/console/connections/connection-list-page.ts';
import { type ConnectionPage, connectionPage } from '../../src/console/connections/connection-page.ts';
import { detailsPage } from '../../src/console/connections/details-page.ts';
import { type DraftPage, draftPage } from '../../src/console/connections/draft-page.ts';
import { historyPage } from '../../src/console/connections/history-page.ts';
import { kindsPage, newConnectionPage } from '../../src/console/connections/new-connection-pages.ts';
import { describeSetting } from '../../src/console/connections/setting-words.ts';
import type { ConsoleFrame } from '../../src/console/views/console-layout.ts';
import { defaultsOf, valuesOf } from '../../src/http/views/setting-values.ts';
import { day, hour, minute, now, type Sample } from './samples.ts';

const csrf = 'sample';
const pem = `-----BEGIN CERTIFICATE-----\n${'MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n'.repeat(14)}-----END CERTIFICATE-----`;
const samlSettings = {
  entityId: 'http://adfs.contoso.example/adfs/services/trust',
  singleSignOnUrl: 'https://adfs.contoso.example/adfs/ls/',
  binding: 'post',
  signRequests: true,
  certificates: [pem],
};

const row: ConnectionRow = {
  name: 'Contoso ADFS',
  kind: 'SAML 2.0',
  state: 'connected',
  forAdministrators: true,
  forSubscribers: true,
  isWorkspaceMethod: true,
  hasDraft: false,
  lastWorkedAt: now - 3 * minute,
  href: '/1',
  editAction: '/',
  disconnectHref: '/',
};
const rows: ConnectionRow[] = [
  row,
  {
    ...row,
    name: 'Gateway Osaka',
    kind: 'Citrix Gateway',
    state: 'failing',
    since: now - 5 * hour,
    lastWorkedAt: now - 5 * hour,
    forAdministrators: false,
    isWorkspaceMethod: false,
  },
  {
    ...row,
    name: 'Entra ID of the whole International Holdings Limited Partnership',
    kind: 'Azure AD',
    state: 'warning',
    since: now - 2 * day,
    forSubscribers: false,
    isWorkspaceMethod: false,
    hasDraft: true,
    testHref: '/',
  },
  {
    ...row,
    name: '検証用 Okta <b>',
    kind: 'Okta',
    state: 'draft',
    lastWorkedAt: null,
    forAdministrators: false,
    isWorkspaceMethod: false,
  },
  { ...row, name: 'Old ADFS', state: 'disconnected', lastWorkedAt: now - 60 * day, isWorkspaceMethod: false },
].map(
  ({ disconnectHref, ...each }) =>
    (each.state === 'draft' || each.state === 'disconnected' ? each : { ...each, disconnectHref }) as ConnectionRow,
);

const list = {
  rows,
  csrf,
  newHref: '/new',
  listHref: '/connections',
  query: {},
  kinds: [
    { value: 'okta', label: 'Okta' },
    { value: 'saml', label: 'SAML 2.0' },
  ],
  notConnected: [{ label: 'OpenID Connect', href: '/new/oidc' }],
};

const head = { name: 'Contoso ADFS', state: 'connected' as const, listHref: '/connections', href: '/1' };
const uses = { forAdministrators: true, forSubscribers: true, isWorkspaceMethod: true };

function connection(language: 'en' | 'ja'): ConnectionPage {
  return {
    ...head,
    ...uses,
    kindLabel: 'SAML 2.0',
    identifier: { name: 'sample', signInUrl: 'https://citrix.citrixcloud.example/go/sample' },
    createdAt: now - 20 * day,
    updatedAt: now - day,
    lastWorkedAt: now - 3 * minute,
    atProvider: [
      { label: 'Entity ID', value: 'https://saml.citrixcloud.example' },
      { label: 'Assertion Consumer Service URL', value: 'https://saml.citrixcloud.example/saml/acs' },
    ],
    descriptions: samlProvider.descriptions,
    settings: samlProvider.descriptions.map((each) => describeSetting(language, samlSettings, each, new Set())),
    editAction: '/',
    csrf,
    disconnectHref: '/',
  };
}

const prepared = {
  changes: [
    {
      key: 'singleSignOnUrl',
      secret: false,
      before: samlSettings.singleSignOnUrl,
      after: 'https://login.contoso.example/adfs/ls/',
    },
    { key: 'signRequests', secret: false, before: true, after: false },
    { key: 'certificates', secret: false, before: [pem], after: [pem, pem] },
  ],
  missing: [],
  preparedBy: 'Aiko Sato',
  savedAt: now - hour,
  passedAt: null,
  isStale: false,
  testHref: '/test',
  discardHref: '/discard',
};

const fieldsOf = (settings: Record<string, unknown>): DraftPage['fields'] => {
  const defaults = defaultsOf(samlProvider);
  return {
    descriptions: samlProvider.descriptions,
    values: valuesOf(settings, samlProvider.descriptions, defaults),
    secrets: new Set(),
    dropped: new Set(),
    problems: [],
    withDefault: new Set(defaults.keys()),
  };
};
const draft: DraftPage = { ...head, isLive: true, fields: fieldsOf(samlSettings), revision: 2, action: '/', csrf };
const oktaDefaults = defaultsOf(okta);
const oktaFields: DraftPage['fields'] = {
  descriptions: okta.descriptions,
  values: valuesOf({ url: 'http://example.okta.com', clientId: '0oa1b2c3' }, okta.descriptions, oktaDefaults),
  secrets: new Set(['clientSecret']),
  dropped: new Set(),
  problems: [],
  withDefault: new Set(oktaDefaults.keys()),
};
const oktaDraft: DraftPage = { ...draft, name: 'Okta Tokyo', state: 'draft', isLive: false, fields: oktaFields };

const headModel = {
  name: 'Contoso ADFS',
  subscribers: true,
  administrators: true,
  identifier: 'sample',
  offers: { subscribers: true, administrators: 'groups' as const },
  goUrl: 'https://citrix.citrixcloud.example/go/',
};
const newConnection = {
  ...headModel,
  kind: 'SAML 2.0',
  action: '/',
  csrf,
  listHref: '/connections',
  kindsHref: '/new',
};

export function connectionPages(frame: ConsoleFrame): Readonly<Record<string, Sample>> {
  const version = { liveBy: 'Aiko Sato', how: 'test' as const, rolledBackTo: null, isLive: false };
  return {
    'connections-list': (c) => connectionListPage(c, frame, { ...list, nextHref: '/2' }),
    'connections-list-filtered': (c) =>
      connectionListPage(c, frame, { ...list, rows: [], query: { search: 'x', state: 'failing' }, notConnected: [] }),
    'connections-list-empty': (c) => connectionListPage(c, frame, { ...list, rows: [] }),
    'connections-kinds': (c) =>
      kindsPage(c, frame, {
        listHref: '/connections',
        kinds: [okta, samlProvider].map(({ label, about, administrators }) => ({
          label,
          ...(about && { about }),
          forAdministrators: administrators !== 'none',
          href: '/new/x',
        })),
      }),
    'connections-new': (c) => newConnectionPage(c, frame, newConnection),
    'connections-new-errors': (c) =>
      newConnectionPage(c, frame, {
        ...newConnection,
        identifier: '-x',
        subscribers: false,
        administrators: false,
        refusal: {
          code: 'settings_invalid',
          problems: [
            { path: 'subscribers', message: 'the connection must be for subscribers, administrators or both' },
            { path: 'identifier', message: 'only a connection for administrators has one' },
          ],
        },
      }),
    'connections-new-refused': (c) =>
      newConnectionPage(c, frame, {
        ...newConnection,
        kind: 'Azure AD',
        refusal: { code: 'citrix_identity_needed', problems: [] },
      }),
    connection: (c) => connectionPage(c, frame, connection(c.language)),
    'connection-failing': (c) =>
      connectionPage(c, frame, {
        ...connection(c.language),
        state: 'failing',
        since: now - 5 * hour,
        health: {
          checkedAt: now - hour,
          nextCheckAt: now + hour,
          failures: 4,
          findings: [
            {
              level: 'failing',
              check: 'issuer',
              code: 'discovery_issuer_mismatch',
              expected: 'https://okta.sample.example',
              received: 'https://sample.okta.com',
              where: 'https://okta.sample.example/.well-known/openid-configuration',
            },
            { level: 'warning', check: 'clock', code: 'clock_drifting', expected: '± 60 s', received: '+74 s' },
          ],
        },
      }),
    'connection-with-draft': (c) => connectionPage(c, frame, { ...connection(c.language), draft: prepared }),
    'connection-with-stale-draft': (c) =>
      connectionPage(c, frame, { ...connection(c.language), draft: { ...prepared, isStale: true, changes: [] } }),
    'connection-draft': (c) => {
      const { settings: _, disconnectHref: __, identifier: ___, ...rest } = connection(c.language);
      return connectionPage(c, frame, {
        ...rest,
        state: 'draft',
        lastWorkedAt: null,
        deleteHref: '/',
        draft: { ...prepared, missing: [{ path: 'entityId', message: 'is required' }], preparedBy: null },
      });
    },
    'connection-settings': (c) => draftPage(c, frame, draft),
    'connection-settings-errors': (c) =>
      draftPage(c, frame, {
        ...draft,
        fields: {
          ...fieldsOf({ ...samlSettings, entityId: '', logoutUrl: 'adfs.contoso.example/ls' }),
          problems: [
            { path: 'entityId', message: 'is required (or give the metadata of the identity provider)' },
            { path: 'logoutUrl', message: 'must be an https URL without user name and fragment' },
            { path: 'certificates.0', message: 'This contains a private key. It was not kept.' },
            { path: 'attributes.sid', message: 'Too small: expected string to have >=1 characters' },
          ],
        },
      }),
    'connection-settings-secrets': (c) => draftPage(c, frame, oktaDraft),
    'connection-settings-dropped': (c) =>
      draftPage(c, frame, {
        ...oktaDraft,
        fields: {
          ...oktaFields,
          secrets: new Set(),
          dropped: new Set(['clientSecret']),
          problems: [{ path: 'url', message: 'must begin with https://' }],
        },
      }),
    'connection-settings-conflict': (c) =>
      draftPage(c, frame, { ...oktaDraft, conflict: { by: 'Taro Yamada', at: now - minute, reloadHref: '/' } }),
    'connection-details': (c) => detailsPage(c, frame, { ...head, fields: headModel, version: 2, action: '/', csrf }),
    'connection-details-in-use': (c) =>
      detailsPage(c, frame, {
        ...head,
        fields: { ...headModel, subscribers: false, refusal: { code: 'connection_in_use', problems: [] } },
        version: 2,
        action: '/',
        csrf,
      }),
    'connection-history': (c) =>
      historyPage(c, frame, {
        ...head,
        descriptions: samlProvider.descriptions,
        versions: [
          {
            ...version,
            number: 5,
            liveAt: now - hour,
            isLive: true,
            how: 'rollback',
            rolledBackTo: 3,
            changes: prepared.changes.slice(0, 1),
          },
          {
            ...version,
            number: 4,
            liveAt: now - day,
            changes: [
              ...prepared.changes.slice(1),
              { key: 'privateKey', secret: true, before: undefined, after: undefined },
            ],
            backHref: '/4',
          },
          { ...version, number: 3, liveAt: now - 20 * day, liveBy: null, how: 'operator', changes: [], backHref: '/3' },
        ],
      }),
    'connection-history-empty': (c) =>
      historyPage(c, frame, { ...head, state: 'draft', descriptions: [], versions: [] }),
    'connection-disconnect': (c) =>
      confirmConnectionPage(c, frame, { ...head, act: 'disconnect', action: '/', csrf, version: 3 }),
    'connection-disconnect-refused': (c) =>
      confirmConnectionPage(c, frame, {
        ...head,
        act: 'disconnect',
        refusal: 'connection_in_use',
        workspaceConfigurationHref: '/',
      }),
    'connection-delete': (c) =>
      confirmConnectionPage(c, frame, { ...head, act: 'remove', action: '/', csrf, version: 3 }),
    'connection-rollback': (c) =>
      confirmConnectionPage(c, frame, { ...head, act: 'rollback', action: '/', csrf, version: 3 }),
    'connection-discard': (c) =>
      confirmConnectionPage(c, frame, { ...head, act: 'discard', action: '/', csrf, version: 3 }),
  };
}
