/** Every page in the states that matter, with invented people. Names are awkward on purpose: long, marked up, Japanese. */
import { attemptPage } from '../../src/accounts/views/attempt-page.ts';
import { attributeErrorPage } from '../../src/accounts/views/attribute-error-page.ts';
import { codePage } from '../../src/accounts/views/code-page.ts';
import { developmentMailPage, developmentMailsPage } from '../../src/accounts/views/development-mails-pages.ts';
import {
  forgottenPasswordPage,
  passwordResetDonePage,
  passwordResetGonePage,
  passwordResetPage,
  passwordResetSentPage,
} from '../../src/accounts/views/forgotten-password-pages.ts';
import {
  invitationAccountPage,
  invitationOverPage,
  invitationPage,
} from '../../src/accounts/views/invitation-pages.ts';
import { newPasswordPage } from '../../src/accounts/views/new-password-page.ts';
import { organizationPage } from '../../src/accounts/views/organization-page.ts';
import { signInPage } from '../../src/accounts/views/sign-in-page.ts';
import {
  logoutUnsupportedPage,
  realmsPage,
  signOutHerePage,
  signOutPage,
} from '../../src/accounts/views/sign-out-pages.ts';
import { staySignedInPage } from '../../src/accounts/views/stay-signed-in-page.ts';
import { termsDeclinedPage, termsPage, termsTextPage } from '../../src/accounts/views/terms-pages.ts';
import { unsolicitedPage } from '../../src/accounts/views/unsolicited-page.ts';
import { upstreamErrorPage } from '../../src/accounts/views/upstream-error-page.ts';
import { readTermsOfService } from '../../src/config/terms-of-service.ts';
import { errorPage } from '../../src/http/views/error-pages.ts';
import { leavingPage } from '../../src/http/views/leaving-page.ts';
import { signInStoppedPage } from '../../src/http/views/sign-in-stopped-page.ts';
import { signedOutPage } from '../../src/http/views/signed-out-page.ts';
import { homePage } from '../../src/workspace/views/home-page.ts';
import { apiAccessPages } from './api-access-pages.ts';
import { connectionTestPages } from './connection-test-pages.ts';
import { consolePages } from './console-pages.ts';
import { directoryPages } from './directory-pages.ts';
import { gatewayPages } from './gateway-pages.ts';
import { metadataPages } from './metadata-pages.ts';
import { day, hour, now, type Sample } from './samples.ts';
import { secondFactorPages } from './second-factor-pages.ts';
import { setupPages } from './setup-pages.ts';
import { signInTracePages } from './sign-in-trace-pages.ts';
import { systemLogPages } from './system-log-pages.ts';
import { upkeepPages } from './upkeep-pages.ts';

const csrf = 'sample';
const organization = '株式会社サンプル製作所';
const reference = { code: 'K7QM-3XPD', at: now };
const tryAgain = { to: 'tryAgain', href: '/again' } as const;
const workspace = { to: 'workspace', organization: 'Northwind Traders', href: 'https://northwind.example/' } as const;
const terms = readTermsOfService({ terms: undefined });
const newPassword = { action: '/', csrf, email: 'aiko@example.com', names: ['aiko@example.com', 'Aiko Sato'] };
const passkey = { action: '/', optionsUrl: '/options' };
const signIn = { action: '/', csrf, companyHref: '/company', forgottenHref: '/forgotten', passkey };
const logoutForm =
  '<form id="op.logoutForm" method="post" action="/core/session/end/confirm"><input type="hidden" name="xsrf" value="x"/></form>';

const sampleMail = {
  to: 'aiko@example.com',
  subject: '株式会社サンプル製作所 invites you to administer it',
  text: 'Somebody asked for this.\n\nOpen the invitation:\nhttps://accounts.citrixcloud.example/invitation/3d8a6c85.5tDG2K5Z7DQl0sjZ9jLxGo65CqaN7oBnw81EhuLY\n\nOrgID: 51579061\nOrganization: 株式会社サンプル製作所\n',
  html: '',
};

const invitation = {
  organization: { name: organization, orgId: '51579061' },
  email: 'aiko.sato@sample.example',
  invitedBy: 'Aiko <Ao> Sato',
  expiresAt: now + 5 * day,
};
const invitationAccount = {
  action: '/',
  csrf,
  version: 1,
  organization,
  email: 'aiko.sato@sample.example',
  backHref: '/',
};

export const pages: Readonly<Record<string, Sample>> = {
  'sign-in': (c) => signInPage(c, signIn),
  'sign-in-application': (c) =>
    signInPage(c, { ...signIn, application: 'Expenses', organization: 'Northwind Traders' }),
  'sign-in-wrong': (c) => signInPage(c, { ...signIn, email: 'aiko@example.com', error: { kind: 'credentials' } }),
  'sign-in-empty': (c) => signInPage(c, { ...signIn, email: 'aiko@example.com', error: { kind: 'empty_password' } }),
  'sign-in-throttled': (c) =>
    signInPage(c, { ...signIn, email: 'aiko@example.com', error: { kind: 'throttled', retryAfter: 4 * 60_000 } }),
  code: (c) => codePage(c, { action: '/', csrf, email: 'aiko@example.com', restartHref: '/', recoveryHref: '/' }),
  'code-passkey': (c) =>
    codePage(c, { action: '/', csrf, email: 'aiko@example.com', restartHref: '/', recoveryHref: '/', passkey }),
  'code-passkey-refused': (c) =>
    codePage(c, {
      action: '/',
      csrf,
      email: 'aiko@example.com',
      restartHref: '/',
      recoveryHref: '/',
      passkey,
      error: { kind: 'passkey' },
    }),
  'code-wrong': (c) =>
    codePage(c, {
      action: '/',
      csrf,
      email: 'aiko@example.com',
      restartHref: '/',
      recoveryHref: '/',
      error: { kind: 'wrong' },
    }),
  terms: (c) =>
    termsPage(c, {
      action: '/',
      csrf,
      email: 'aiko@example.com',
      version: terms.version,
      text: terms.texts[c.language],
    }),
  'terms-text': (c) =>
    termsTextPage(c, { version: '3', text: '# <b>Heading</b>\nA line,\nand another.\n\nA paragraph & more.' }),
  'terms-declined': (c) => termsDeclinedPage(c, { againHref: '/again', termsHref: '/terms' }),
  'new-password': (c) => newPasswordPage(c, { ...newPassword, due: 'unused', restartHref: '/', problems: [] }),
  'new-password-compromised': (c) =>
    newPasswordPage(c, {
      ...newPassword,
      due: 'compromised',
      restartHref: '/',
      problems: ['too_short', 'no_number', 'like_name'],
    }),
  'forgotten-password': (c) => forgottenPasswordPage(c, { action: '/', csrf, backHref: '/', isEmpty: false }),
  'forgotten-password-empty': (c) => forgottenPasswordPage(c, { action: '/', csrf, backHref: '/', isEmpty: true }),
  'password-reset-sent': (c) => passwordResetSentPage(c, { email: 'aiko@example.com', backHref: '/' }),
  'password-reset': (c) => passwordResetPage(c, { ...newPassword, problems: [] }),
  'password-reset-differs': (c) => passwordResetPage(c, { ...newPassword, problems: ['not_repeated'] }),
  'password-reset-gone': (c) => passwordResetGonePage(c, { wayOn: { to: 'signIn', href: '/' } }),
  'password-reset-done': (c) => passwordResetDonePage(c, { wayOn: { to: 'signIn', href: '/' } }),
  'organization-administrator': (c) =>
    organizationPage(c, { purpose: 'administrator', action: '/', csrf, backHref: '/sign-in' }),
  'organization-subscriber-unknown': (c) =>
    organizationPage(c, {
      purpose: 'subscriber',
      action: '/',
      csrf,
      application: 'Expenses',
      value: 'nortwind',
      error: 'unknown',
    }),
  'development-mails': (c) =>
    developmentMailsPage(c, { mails: [1, 2, 3].map((number) => ({ ...sampleMail, href: `/mails/${number}` })) }),
  'development-mail': (c) => developmentMailPage(c, { ...sampleMail, backHref: '/mails' }),
  invitation: (c) =>
    invitationPage(c, {
      ...invitation,
      access: c.language === 'ja' ? ['ライブラリ', 'システムログ'] : ['Library', 'System Log'],
      next: { accountHref: '/account' },
    }),
  'invitation-existing-changed': (c) =>
    invitationPage(c, {
      ...invitation,
      access: [c.language === 'ja' ? 'フルアクセス' : 'Full access'],
      invitedBy: null,
      next: { accept: { action: '/', csrf, version: 1 } },
      changed: true,
    }),
  'invitation-azure-ad': (c) =>
    invitationPage(c, {
      ...invitation,
      access: [c.language === 'ja' ? 'フルアクセス' : 'Full access'],
      next: { signIn: { connection: 'Entra ID', href: '/go/contoso' } },
    }),
  'invitation-azure-ad-gone': (c) =>
    invitationPage(c, {
      ...invitation,
      access: [c.language === 'ja' ? 'フルアクセス' : 'Full access'],
      next: { signIn: { connection: 'Entra ID' } },
    }),
  'invitation-account': (c) => invitationAccountPage(c, invitationAccount),
  'invitation-account-errors': (c) =>
    invitationAccountPage(c, {
      ...invitationAccount,
      name: '',
      problems: { name: 'missing', password: ['too_short', 'no_number', 'not_repeated'] },
    }),
  'invitation-account-name-error': (c) =>
    invitationAccountPage(c, { ...invitationAccount, name: 'x', problems: { name: 'invalid', password: [] } }),
  ...Object.fromEntries(
    (['accepted', 'expired', 'withdrawn', 'replaced'] as const).map((outcome): [string, Sample] => [
      `invitation-${outcome}`,
      (c) => invitationOverPage(c, { outcome, organization, href: '/console' }),
    ]),
  ),
  'invitation-unknown': (c) => invitationOverPage(c, { outcome: 'unknown', href: '/console' }),
  leaving: (c) =>
    leavingPage(c, {
      purpose: 'sign-in',
      action: '/leaving-target',
      fields: { SAMLRequest: 'x', RelayState: 'y' },
      provider: 'Contoso ADFS',
      organization,
    }),
  'attempt-over': (c) => attemptPage(c, { problem: 'over', wayOn: workspace, organization: 'Northwind Traders' }),
  'attempt-expired': (c) => attemptPage(c, { problem: 'expired', wayOn: workspace, organization: 'Northwind Traders' }),
  'attempt-no-method': (c) =>
    attemptPage(c, { problem: 'no_method', wayOn: { to: 'console', href: '/' }, organization: 'Northwind Traders' }),
  'attempt-used': (c) => attemptPage(c, { problem: 'used', wayOn: { to: 'application', name: 'Expenses' } }),
  'attempt-other-browser': (c) =>
    attemptPage(c, { problem: 'other_browser', wayOn: { to: 'console', href: '/' }, reference }),
  'upstream-failed': (c) =>
    upstreamErrorPage(c, { problem: 'failed', provider: 'Contoso ADFS', organization, reference, wayOn: tryAgain }),
  'upstream-unreachable': (c) =>
    upstreamErrorPage(c, { problem: 'unreachable', provider: 'Okta', organization, reference, wayOn: tryAgain }),
  'attribute-missing': (c) =>
    attributeErrorPage(c, {
      provider: 'Contoso ADFS',
      organization,
      problems: [
        { attribute: 'cip_sid', claim: 'cip_sid', problem: 'missing' },
        {
          attribute: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
          claim: 'cip_email',
          problem: 'missing',
        },
      ],
      reference,
      wayOn: tryAgain,
    }),
  'attribute-malformed': (c) =>
    attributeErrorPage(c, {
      provider: 'Okta',
      organization,
      problems: [{ attribute: 'cip_oid', claim: 'cip_oid', problem: 'malformed' }],
      reference,
      wayOn: tryAgain,
    }),
  unsolicited: (c) =>
    unsolicitedPage(c, { workspace: { organization, url: 'https://sample.citrixcloud.example/' }, reference }),
  'unsolicited-unknown': (c) => unsolicitedPage(c, { reference }),
  'sign-out': (c) =>
    signOutPage(c, { formHtml: logoutForm, person: '佐藤 愛子', organization, application: 'Expenses' }),
  'sign-out-here': (c) => signOutHerePage(c, { action: '/', csrf, cancelHref: '/', person: 'aiko@example.com' }),
  realms: (c) =>
    realmsPage(c, {
      realms: [
        { person: 'aiko@example.com', href: '/1' },
        { organization, person: '佐藤 愛子', href: '/2' },
        { organization: 'Northwind Traders', person: 'Aiko Sato', href: '/3' },
      ],
    }),
  'realms-none': (c) => realmsPage(c, { realms: [], wayOn: { to: 'signIn', href: '/' } }),
  'stay-signed-in': (c) =>
    staySignedInPage(c, {
      action: '/',
      csrf,
      application: 'Northwind Mobile',
      organization: 'Northwind Traders',
      agreed: { period: 30 * day, inactivity: 14 * day },
      declined: { period: 24 * hour },
    }),
  'logout-unsupported': (c) => logoutUnsupportedPage(c, { wayOn: workspace }),
  'signed-out': (c) =>
    signedOutPage(c, {
      reason: 'signed_out',
      organization,
      wayOn: { to: 'signInAgain', href: '/' },
      upstreamRemains: true,
    }),
  'signed-out-inactivity': (c) =>
    signedOutPage(c, { reason: 'inactivity', organization, wayOn: { to: 'signInAgain', href: '/' } }),
  'sign-in-stopped': (c) => signInStoppedPage(c, { problem: 'stale', againHref: '/', organization, reference }),
  'error-generic': (c) => errorPage(c, { kind: 'generic', reference, wayOn: tryAgain }),
  'error-not-found': (c) => errorPage(c, { kind: 'not_found', wayOn: { to: 'console', href: '/' } }),
  'error-throttled': (c) => errorPage(c, { kind: 'too_many_requests', retryAfter: 90_000 }),
  'error-unavailable': (c) => errorPage(c, { kind: 'unavailable', reference, wayOn: tryAgain }),
  'error-request-refused': (c) => errorPage(c, { kind: 'request_refused', reference }),
  workspace: (c) =>
    homePage(c, {
      organization,
      homeHref: '/',
      person: { name: '佐藤 愛子', email: 'aiko.sato@sample.example' },
      signIn: { provider: 'Contoso ADFS', methods: ['pwd', 'otp', 'mfa'], at: now - hour },
      claims: [
        { name: 'cip_upn', values: ['aiko.sato@sample.example'] },
        { name: 'cip_email', values: ['aiko.sato@sample.example'] },
        { name: 'cip_sid', values: ['S-1-5-21-3623811015-3361044348-30300820-1013'] },
        { name: 'cip_oid', values: ['0e2b2f3c-5d5f-4c8e-9a43-0d5d7c6a1b2e'] },
        { name: 'name', values: ['佐藤 愛子'] },
        {
          name: 'groups',
          values: ['S-1-5-21-3623811015-3361044348-30300820-1104', 'S-1-5-21-3623811015-3361044348-30300820-1105'],
        },
      ],
      session: {
        now,
        openedAt: now - hour,
        endsAt: now + 2 * hour,
        limit: 'inactivity',
        inactivity: 2 * hour,
        latestEnd: now + 23 * hour,
      },
      signOut: { action: '/', csrf },
    }),
  ...secondFactorPages,
  ...consolePages,
  ...apiAccessPages,
  ...metadataPages,
  ...directoryPages,
  ...gatewayPages,
  ...signInTracePages,
  ...connectionTestPages,
  ...setupPages,
  ...systemLogPages,
  ...upkeepPages,
};
