/** The console's pages, and one page of components that no page uses yet. */

import { confirmPage } from '../../src/console/views/confirm-page.ts';
import { type ConsoleFrame, consolePage } from '../../src/console/views/console-layout.ts';
import { forbiddenPage } from '../../src/console/views/forbidden-page.ts';
import { freshProofPage } from '../../src/console/views/fresh-proof-page.ts';
import { organizationsPage } from '../../src/console/views/organizations-page.ts';
import { overviewPage } from '../../src/console/views/overview-page.ts';
import {
  newPasskeyPage,
  passkeysPage,
  removePasskeyPage,
  renamePasskeyPage,
} from '../../src/console/views/passkeys-pages.ts';
import { passwordPage } from '../../src/console/views/password-page.ts';
import { sessionSettingsPage } from '../../src/console/views/session-settings-page.ts';
import { mySessionsPage, organizationSessionsPage, type SessionRow } from '../../src/console/views/sessions-pages.ts';
import { workspaceConfigurationPage } from '../../src/console/views/workspace-configuration-page.ts';
import { field, linkButton, radioGroup, select } from '../../src/http/views/form.ts';
import { html } from '../../src/http/views/html.ts';
import { pagination, tabs } from '../../src/http/views/navigation.ts';
import { notice } from '../../src/http/views/notices.ts';
import { badge, section } from '../../src/http/views/values.ts';
import { administratorPages } from './administrator-pages.ts';
import { azureAdPages } from './azure-ad-pages.ts';
import { connectionPages } from './connection-pages.ts';
import { day, hour, minute, now, type Sample } from './samples.ts';

const csrf = 'sample';
export const frame: ConsoleFrame = {
  organization: { name: '株式会社サンプル製作所', orgId: '51579061' },
  switchHref: '/organizations',
  person: { name: 'Aiko Sato', email: 'aiko.sato@sample.example' },
  homeHref: '/',
  navigation: (
    [
      'overview',
      'sessions',
      'mfa',
      'password',
      'passkeys',
      'administrators',
      'connections',
      'expiry',
      'workspace_configuration',
      'organization_sessions',
      'session_settings',
      'api_access',
      'sign_ins',
      'system_log',
    ] as const
  ).map((page) => ({ page, href: `/${page}` })),
  signOut: { action: '/', csrf },
};

const rows: SessionRow[] = [
  {
    id: '1',
    current: true,
    device: 'Firefox, Windows',
    address: '203.0.113.7',
    openedAt: now - hour,
    lastActivityAt: now,
    endsAt: now + 71 * hour,
  },
  {
    id: '2',
    current: false,
    device: 'Safari, iPhone',
    address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    openedAt: now - 40 * hour,
    lastActivityAt: now - 3 * hour,
    endsAt: now + 32 * hour,
  },
  { id: '3', current: false, openedAt: now - 2 * day, lastActivityAt: now - day, endsAt: now + day },
];

const passkeyForm = { action: '/', csrf, listHref: '/passkeys' };
const passkeys = [
  { name: 'Chrome, Windows', synced: true, createdAt: now - 40 * day, usedAt: now - hour },
  { name: '仕事用のノート <b>', synced: false, createdAt: now - 3 * day, usedAt: null },
].map((passkey) => ({ ...passkey, renameHref: '/rename', removeHref: '/remove' }));

const numbers = {
  administratorInactivityMinutes: 60,
  subscriberWebHours: 24,
  subscriberInactivityMinutes: 60,
  nativeReauthenticationDays: 30,
};
const person = { email: 'aiko.sato@sample.example', displayName: 'Aiko Sato', givenName: 'Aiko', familyName: 'Sato' };
const settings = {
  save: { action: '/', csrf, version: 3 },
  administratorInactivity: true,
  subscriberInactivity: false,
  alwaysPrompt: true,
  numbers,
};
const organization = { orgId: '51579061', customerId: 'sample', current: false, remembered: false };
const freshProof = {
  action: '/',
  csrf,
  kept: { subscriberWebHours: '12' },
  hasLostSecrets: false,
  here: true,
  signInAgainHref: '/sign-in-again',
  cancelHref: '/session_settings',
};
const workspaceConfiguration = {
  action: '/',
  csrf,
  version: 2,
  workspaceUrl: 'https://sample.citrixcloud.example/',
  sessionSettingsHref: '/session_settings',
  connections: [
    { id: '1', name: 'Contoso ADFS', kind: 'SAML 2.0' },
    { id: '2', name: 'Okta <Tokyo>', kind: 'Okta' },
  ],
  chosen: '1',
};

export const consolePages: Readonly<Record<string, Sample>> = {
  'console-password': (c) => passwordPage(c, frame, { action: '/', csrf, person }),
  'console-password-wrong': (c) => passwordPage(c, frame, { action: '/', csrf, person, current: { kind: 'wrong' } }),
  'console-password-refused': (c) => passwordPage(c, frame, { action: '/', csrf, person, problems: ['used_before'] }),
  'console-password-elsewhere': (c) => passwordPage(c, frame, { action: '/', csrf }),
  'console-overview': (c) =>
    overviewPage(c, frame, {
      provider: 'Citrix identity',
      methods: ['pwd', 'otp', 'mfa'],
      access: 'full',
      customerId: 'sampleseisakusho',
      workspaceUrl: 'https://sample.citrixcloud.example/',
      session: { now, openedAt: now - hour, endsAt: now + 71 * hour, limit: 'absolute' },
      sessionsHref: '/sessions',
      connectionsHref: '/connections',
    }),
  'console-overview-custom': (c) =>
    overviewPage(
      c,
      {
        ...frame,
        organization: { name: 'A & B <Trading> International Holdings Limited Partnership', orgId: '51579061' },
      },
      {
        provider: 'Contoso ADFS',
        methods: [],
        access: { custom: ['Library', 'System Log'] },
        customerId: 'ab',
        session: {
          now,
          openedAt: now - hour,
          endsAt: now + 50 * minute,
          limit: 'inactivity',
          inactivity: hour,
          latestEnd: now + 71 * hour,
        },
        sessionsHref: '/sessions',
      },
    ),
  'console-sessions': (c) =>
    mySessionsPage(
      c,
      {
        ...frame,
        flash: { kind: 'success', text: c.language === 'ja' ? 'セッションを終了しました。' : 'The session was ended.' },
      },
      { rows, endAction: '/', csrf, endOthersHref: '/' },
    ),
  'console-sessions-only': (c) =>
    mySessionsPage(c, frame, { rows: rows.slice(0, 1), endAction: '/', csrf, endOthersHref: '/' }),
  'console-passkeys': (c) =>
    passkeysPage(
      c,
      {
        ...frame,
        flash: {
          kind: 'success',
          text:
            c.language === 'ja'
              ? 'パスキーを追加しました。次回からサインインに使えます。'
              : 'The passkey was added. You can sign in with it from now on.',
        },
      },
      { rows: passkeys, add: { action: '/', csrf } },
    ),
  'console-passkeys-none': (c) => passkeysPage(c, frame, { rows: [], add: { action: '/', csrf } }),
  'console-passkeys-unavailable': (c) => passkeysPage(c, frame, { rows: passkeys.slice(1) }),
  'console-passkey-new': (c) => newPasskeyPage(c, frame, { ...passkeyForm, optionsUrl: '/', name: 'Chrome, Windows' }),
  'console-passkey-new-refused': (c) =>
    newPasskeyPage(c, frame, { ...passkeyForm, optionsUrl: '/', name: 'Chrome, Windows', problem: 'refused' }),
  'console-passkey-rename': (c) => renamePasskeyPage(c, frame, { ...passkeyForm, name: '', problem: 'name' }),
  'console-passkey-remove': (c) => removePasskeyPage(c, frame, { ...passkeyForm, name: '仕事用のノート <b>' }),
  'console-organization-sessions': (c) =>
    organizationSessionsPage(c, frame, {
      rows: rows.map((row, index) => ({
        ...row,
        person:
          index === 2
            ? { name: '鈴木 一郎', email: 'ichiro.suzuki@sample.example' }
            : { name: 'Aiko Sato', email: 'aiko.sato@sample.example' },
        kind: index === 2 ? 'subscriber' : 'administrator',
        provider: index === 2 ? 'Contoso ADFS' : 'Citrix identity',
      })),
      endAction: '/',
      csrf,
      endAllHref: '/',
      searchAction: '/',
      nextHref: '/2',
    }),
  'console-organization-sessions-empty': (c) =>
    organizationSessionsPage(c, frame, { rows: [], endAction: '/', csrf, endAllHref: '/', searchAction: '/' }),
  'console-session-settings': (c) => sessionSettingsPage(c, frame, settings),
  'console-session-settings-errors': (c) =>
    sessionSettingsPage(c, frame, {
      ...settings,
      numbers: { ...numbers, administratorInactivityMinutes: '5', subscriberWebHours: 'x' },
      errors: ['administratorInactivityMinutes', 'subscriberWebHours'],
    }),
  'console-session-settings-read-only': (c) => {
    const { save: _, ...model } = settings;
    return sessionSettingsPage(c, frame, model);
  },
  'console-confirm': (c) =>
    confirmPage(c, frame, {
      act: 'end_organization_sessions',
      who: frame.organization.name,
      page: 'organization_sessions',
      action: '/',
      csrf,
      cancelHref: '/',
    }),
  'console-organizations': (c) =>
    organizationsPage(c, {
      person: 'Aiko Sato',
      organizations: [
        { ...organization, name: '株式会社サンプル製作所', href: '/1', current: true },
        { ...organization, name: 'Northwind Traders', href: '/2', remembered: true },
        { ...organization, name: 'A & B <Trading> International Holdings', href: '/3' },
      ],
      remember: { action: '/', csrf },
      signOut: { action: '/', csrf },
      backHref: '/',
    }),
  'console-forbidden': (c) =>
    forbiddenPage(c, frame, { needs: 'full', backHref: '/', reference: { code: 'K7QM-3XPD', at: now } }),
  'console-fresh-proof': (c) => freshProofPage(c, frame, freshProof),
  'console-fresh-proof-passkey': (c) =>
    freshProofPage(c, frame, { ...freshProof, passkey: { optionsUrl: '/options' } }),
  'console-fresh-proof-factor': (c) =>
    freshProofPage(c, frame, {
      ...freshProof,
      needsFactor: true,
      problem: 'empty',
      passkey: { optionsUrl: '/options' },
    }),
  'console-fresh-proof-wrong': (c) =>
    freshProofPage(c, frame, { ...freshProof, hasLostSecrets: true, problem: 'code_wrong' }),
  'console-fresh-proof-throttled': (c) =>
    freshProofPage(c, frame, { ...freshProof, problem: 'throttled', retryAfter: hour }),
  'console-fresh-proof-elsewhere': (c) =>
    freshProofPage(c, frame, { ...freshProof, here: false, provider: 'Contoso ADFS' }),
  ...administratorPages(frame),
  ...connectionPages(frame),
  ...azureAdPages(frame),
  'console-workspace-configuration': (c) => workspaceConfigurationPage(c, frame, workspaceConfiguration),
  'console-workspace-configuration-missing': (c) =>
    workspaceConfigurationPage(c, frame, { ...workspaceConfiguration, chosen: null, problem: 'missing' }),
  'console-workspace-configuration-impact': (c) =>
    workspaceConfigurationPage(c, frame, { ...workspaceConfiguration, search: 'Okta', problem: 'notUnderstood' }),
  'console-workspace-configuration-empty': (c) =>
    workspaceConfigurationPage(c, frame, { ...workspaceConfiguration, connections: [] }),
  'console-warning': (c) =>
    consolePage(
      c,
      {
        ...frame,
        warning: { realm: 'administrators', endsIn: 30_000, warnFor: 120_000, stayHref: '/stay', endedHref: '/ended' },
      },
      { title: 'Warning', body: html`<p>The dialog opens by itself.</p>` },
    ),
  components: (c) =>
    consolePage(c, frame, {
      title: 'Components',
      lead: 'What later pages are made of.',
      beside: linkButton('Primary', '/'),
      body: html`${tabs('Parts', [
        { label: 'First', href: '/1', current: true },
        { label: 'Second', href: '/2' },
        { label: 'Third', href: '/3' },
      ])}
${notice('information', 'Something to know.', 'Information')}${notice('success', 'It worked.')}${notice('warning', 'A certificate expires in 12 days.', 'Warning')}${notice('error', 'It did not work.')}
${section('Badges', html`<p>${badge('good', 'Live')} ${badge('neutral', 'Draft')} ${badge('warning', 'Expires soon')} ${badge('bad', 'Expired')}</p>`)}
${section(
  'Controls',
  html`<form>${field({ name: 'name', label: 'Name', hint: 'As people know it.' })}${select({
    name: 'binding',
    label: 'Binding',
    value: 'post',
    choices: [
      { value: 'post', label: 'HTTP-POST' },
      { value: 'redirect', label: 'HTTP-Redirect' },
    ],
  })}${radioGroup({
    name: 'access',
    legend: 'Access',
    value: 'full',
    error: 'Choose one.',
    choices: [
      { value: 'full', label: 'Full access', hint: 'Everything, including who else has access.' },
      { value: 'custom', label: 'Custom access' },
    ],
  })}</form>`,
)}${pagination(c.language, { previous: '/1', next: '/3' })}`,
    }),
};
