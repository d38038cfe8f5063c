/** What is seen of connections that fail, of what expires, and of our own certificate's roll-over. */
import { failingMethodPage } from '../../src/accounts/views/failing-method-page.ts';
import { type RolloverPage, rolloverPage, type ShownKey } from '../../src/console/connections/rollover-page.ts';
import { type SecretExpiryPage, secretExpiryPage } from '../../src/console/connections/secret-expiry-page.ts';
import { type ExpiryPage, expiryPage } from '../../src/console/views/expiry-page.ts';
import { frame as consoleFrame } from './console-pages.ts';
import { day, hour, now, type Sample } from './samples.ts';

const both = (text: string) => ({ en: text, ja: text });

const failing = {
  organization: '株式会社サンプル製作所',
  provider: 'Okta Tokyo',
  since: now - 2 * hour,
  anywayHref: '/anyway',
};

const certificate = (id: string, name: string, connection: string, days: number, isDraft = false) => ({
  key: `certificate/${id}`,
  kind: 'provider_certificate' as const,
  what: both(name),
  connection: { id, name: connection, isDraft },
  connectionHref: '/connection',
  expiresAt: now + days * day,
});
const register: ExpiryPage = {
  now,
  csrf: 'sample',
  actions: { create: '/', revoke: '/' },
  items: [
    certificate('1', 'CN=ADFS Signing - fs.contoso.example', 'Contoso ADFS', -2),
    {
      key: 'secret/2',
      kind: 'secret',
      what: { en: 'Client secret', ja: 'クライアントシークレット' },
      connection: { id: '2', name: 'Entra 本社 <b>', isDraft: false },
      connectionHref: '/connection',
      datesHref: '/dates',
      expiresAt: now + 6 * day,
    },
    certificate('3', 'CN=idp.northwind.example, O=Northwind Traders, C=JP', 'Keycloak', 24, true),
    certificate('4', 'CN=Okta', 'Okta Tokyo (SAML)', 410),
    {
      key: 'ours/1',
      kind: 'our_certificate',
      what: both('CN=https://saml.citrixcloud.example'),
      expiresAt: now + 900 * day,
    },
  ],
  undated: [
    {
      connection: { id: '5', name: 'Okta Osaka' },
      key: 'apiToken',
      label: { en: 'API token', ja: 'API トークン' },
      datesHref: '/dates',
    },
  ],
  feed: { language: 'ja', createdBy: '佐藤 愛子', createdAt: now - 40 * day, fetchedAt: now - 3 * hour },
};
const dates: SecretExpiryPage = {
  connection: { name: 'Okta Tokyo', href: '/connection' },
  registerHref: '/expiry',
  secrets: [
    {
      key: 'clientSecret',
      label: { en: 'Client secret', ja: 'クライアントシークレット' },
      day: '2027-03-31',
      isInvalid: false,
    },
    { key: 'apiToken', label: { en: 'API token', ja: 'API トークン' }, day: '', isInvalid: false },
  ],
  action: '/',
  csrf: 'sample',
};

const key = (fingerprint: string, more: Partial<ShownKey>): ShownKey => ({
  isNext: false,
  signs: false,
  fingerprint: Array.from({ length: 32 }, () => fingerprint).join(':'),
  notAfter: now + 200 * day,
  hintedAt: null,
  fetchedAt: null,
  usedAt: null,
  ...more,
});
const rollover: RolloverPage = {
  kind: 'saml',
  name: 'Contoso ADFS',
  state: 'connected',
  listHref: '/connections',
  href: '/connections/1',
  signsRequests: true,
  keys: [
    key('3F', { signs: true, fetchedAt: now - 300 * day, usedAt: now - hour }),
    key('A1', { isNext: true, notAfter: now + 900 * day, hintedAt: now - 2 * day }),
  ],
  dueAt: now + 40 * day,
  metadataUrl:
    'https://saml.citrixcloud.example/saml/metadata.xml?for=0e2b2f3c-5d5f-4c8e-9a43-0d5d7c6a1b2e.5tDG2K5Z7DQl0sjZ9jLxGo',
  action: '/',
  csrf: 'sample',
};

export const upkeepPages: Readonly<Record<string, Sample>> = {
  'failing-method': (c) => failingMethodPage(c, { ...failing, others: [] }),
  'failing-method-administrator': (c) =>
    failingMethodPage(c, {
      ...failing,
      others: [{ name: 'Contoso ADFS', href: '/adfs' }],
      citrixHref: '/console',
    }),
  'console-expiry': (c) => expiryPage(c, consoleFrame, register),
  'console-expiry-empty': (c) => {
    const { feed: _, ...without } = register;
    return expiryPage(c, consoleFrame, { ...without, items: [], undated: [] });
  },
  'console-expiry-calendar-made': (c) =>
    expiryPage(c, consoleFrame, {
      ...register,
      feedUrl: `https://api.citrixcloud.example/api/v1/organizations/sample/expiry.ics?token=${'x'.repeat(43)}`,
    }),
  'console-rollover': (c) => rolloverPage(c, consoleFrame, rollover),
  'console-rollover-switched': (c) =>
    rolloverPage(c, consoleFrame, {
      ...rollover,
      keys: rollover.keys.map((each) => ({ ...each, signs: each.isNext, fetchedAt: now - 2 * day })),
    }),
  'console-rollover-unplanned': (c) => rolloverPage(c, consoleFrame, { ...rollover, dueAt: null }),
  'console-rollover-unsigned': (c) => rolloverPage(c, consoleFrame, { ...rollover, signsRequests: false }),
  'console-secret-expiry': (c) => secretExpiryPage(c, consoleFrame, dates),
  'console-secret-expiry-invalid': (c) =>
    secretExpiryPage(c, consoleFrame, {
      ...dates,
      secrets: dates.secrets.map((each) => ({ ...each, day: '31.2.2027', isInvalid: true })),
    }),
};
