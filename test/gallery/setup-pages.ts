/** The guided set-up without an account: every guide's first step and last, and what is around them. */

import { definitionOf } from '../../providers/registry.ts';
import {
  setupChoosePage,
  setupDonePage,
  setupOverPage,
  setupSettingsPage,
  setupStartPage,
  setupStepPage,
  setupTestPage,
} from '../../src/accounts/setup/setup-pages.ts';
import { asGuided } from '../../src/accounts/setup/setup-visit.ts';
import { createSites } from '../../src/config/sites.ts';
import { setupLinkMadePage, setupLinksPage } from '../../src/console/connections/setup-links-pages.ts';
import type { SetupLink } from '../../src/directory/connections/setup-links.ts';
import type { Guide } from '../../src/guides/guide.ts';
import { guides, guidesFor } from '../../src/guides/guides.ts';
import { ourValuesOf } from '../../src/http/our-values.ts';
import { defaultsOf, valuesOf } from '../../src/http/views/setting-values.ts';
import { sampleChecklist } from './connection-test-pages.ts';
import { frame } from './console-pages.ts';
import { day, hour, now, type Sample } from './samples.ts';

const sites = createSites({
  publicUrl: undefined,
  domain: 'https://citrixcloud.example',
  listen: { host: '127.0.0.1', port: 8080 },
  tlsCertificate: undefined,
});
const id = '4f6c1d1e-2a3b-4c5d-8e9f-0a1b2c3d4e5f';
const organization = '株式会社サンプル製作所';
const behind = { organization, csrf: 'sample', expiresAt: now + 5 * day };

function stepPage(guide: Guide, index: number): Sample {
  const definition = definitionOf(guide.kind)!;
  const step = guide.steps[index]!;
  return (context) =>
    setupStepPage(context, {
      ...behind,
      place: { number: index + 1, count: guide.steps.length + 2, ...(index > 0 && { backHref: '/' }) },
      guide: guide.name[context.language],
      step,
      ours: ourValuesOf(sites, definition, { id, settings: {}, workspaceName: 'sample' }),
      action: '/',
      anotherHref: '/choose',
    });
}

function settingsPage(guide: Guide, problems: readonly { path: string; message: string }[] = []): Sample {
  const definition = definitionOf(guide.kind)!;
  const defaults = defaultsOf(definition);
  return (context) =>
    setupSettingsPage(context, {
      ...behind,
      place: { number: guide.steps.length + 1, count: guide.steps.length + 2, backHref: '/' },
      guide: guide.name[context.language],
      action: '/',
      revision: 1,
      bringBack: guide.bringBack[context.language],
      fields: {
        descriptions: asGuided(definition.descriptions, guide),
        values: valuesOf({}, definition.descriptions, defaults),
        secrets: new Set(problems.length > 0 ? [] : ['clientSecret']),
        dropped: new Set(problems.length > 0 ? ['clientSecret'] : []),
        problems,
        withDefault: new Set(defaults.keys()),
      },
      ...(guide.kind === 'saml' && {
        metadata: {
          action: '/',
          isTaken: false,
          ...(problems.length > 0 && { problem: { kind: 'several', count: 3 } as const }),
        },
      }),
    });
}

const guidePages = Object.fromEntries(
  guides.flatMap((guide) => [
    ...guide.steps.map((_, index) => [`setup-${guide.id}-${index + 1}`, stepPage(guide, index)] as const),
    [`setup-${guide.id}-settings`, settingsPage(guide)] as const,
  ]),
);

const test = {
  ...behind,
  place: { number: 6, count: 6, backHref: '/' },
  guide: 'Microsoft Entra ID',
  isIncomplete: false,
  passedAt: null,
  createdBy: 'Aiko Sato',
  startAction: '/',
  finishAction: '/',
  revision: 3,
  mayFinish: false,
  isLive: false,
  isLimited: false,
  isConflict: false,
};

const link: SetupLink = {
  id,
  connectionId: id,
  state: 'open',
  email: 'idp-admin@customer.example',
  mayFinish: false,
  createdBy: 'Aiko Sato',
  createdAt: now - 3 * hour,
  expiresAt: now + 7 * day,
  openedFirstAt: null,
  openedLastAt: null,
  finishedAt: null,
  outcome: null,
  guide: null,
};
const head = { name: 'Contoso <b>SAML</b>', state: 'draft', listHref: '/', href: '/' } as const;
const links = { ...head, csrf: 'sample', action: '/', once: 'once' };

export const setupPages: Record<string, Sample> = {
  'setup-start': (context) =>
    setupStartPage(context, {
      organization,
      connection: 'Contoso Entra',
      kind: 'SAML 2.0',
      createdBy: 'Aiko Sato',
      expiresAt: now + 7 * day,
      action: '/',
      csrf: 'sample',
    }),
  'setup-over-expired': (context) => setupOverPage(context, { outcome: 'expired', organization }),
  'setup-over-revoked': (context) => setupOverPage(context, { outcome: 'revoked', organization }),
  'setup-over-finished': (context) => setupOverPage(context, { outcome: 'finished', organization }),
  'setup-over-unknown': (context) => setupOverPage(context, { outcome: 'unknown' }),
  'setup-over-elsewhere': (context) => setupOverPage(context, { outcome: 'elsewhere' }),
  'setup-choose': (context) =>
    setupChoosePage(context, {
      ...behind,
      action: '/',
      guides: guidesFor('saml').map((guide) => ({
        id: guide.id,
        name: guide.name[context.language],
        protocol: guide.protocol,
      })),
      chosen: null,
      isMissing: true,
    }),
  ...guidePages,
  'setup-settings-problems': settingsPage(guides.find(({ kind }) => kind === 'oidc')!, [
    { path: 'issuer', message: 'must begin with https://' },
    { path: 'clientSecret', message: 'must not be empty' },
  ]),
  'setup-settings-metadata-problem': settingsPage(guides[0]!, [{ path: 'entityId', message: 'is required' }]),
  'setup-test': (context) => setupTestPage(context, test),
  'setup-test-checking': (context) =>
    setupTestPage(context, { ...test, trial: { ...sampleChecklist({ phase: 'checking' }), href: '/' } }),
  'setup-test-ready': (context) =>
    setupTestPage(context, { ...test, trial: { ...sampleChecklist({ phase: 'ready', maySignIn: true }), href: '/' } }),
  'setup-test-failed': (context) =>
    setupTestPage(context, {
      ...test,
      trial: { ...sampleChecklist({ phase: 'done', outcome: 'failed', maySignIn: true }), href: '/' },
    }),
  'setup-test-incomplete': (context) => setupTestPage(context, { ...test, isIncomplete: true }),
  'setup-test-passed': (context) => setupTestPage(context, { ...test, passedAt: now - hour }),
  'setup-test-may-finish': (context) =>
    setupTestPage(context, { ...test, passedAt: now - hour, mayFinish: true, isLive: true }),
  'setup-test-limited': (context) => setupTestPage(context, { ...test, isLimited: true, isConflict: true }),
  'setup-done-passed': (context) => setupDonePage(context, { organization, outcome: 'passed', createdBy: 'Aiko Sato' }),
  'setup-done-live': (context) => setupDonePage(context, { organization, outcome: 'live', createdBy: null }),
  'setup-done-untested': (context) =>
    setupDonePage(context, { organization, outcome: 'untested', createdBy: 'Aiko Sato' }),
  'setup-links-empty': (context) => setupLinksPage(context, frame, { ...links, links: [] }),
  'setup-links': (context) =>
    setupLinksPage(context, frame, {
      ...links,
      typed: { email: 'nobody', language: 'ja', days: '7', mayFinish: true },
      problem: 'emailInvalid',
      links: [
        { ...link, revokeAction: '/' },
        {
          ...link,
          state: 'begun',
          mayFinish: true,
          openedFirstAt: now - 2 * hour,
          openedLastAt: now - hour,
          revokeAction: '/',
        },
        {
          ...link,
          state: 'finished',
          outcome: 'passed',
          email: null,
          openedFirstAt: now - day,
          openedLastAt: now - day,
        },
        { ...link, state: 'revoked' },
        { ...link, state: 'expired', createdBy: null },
      ],
    }),
  'setup-links-limit': (context) => setupLinksPage(context, frame, { ...links, links: [link], problem: 'tooMany' }),
  'setup-link-made': (context) =>
    setupLinkMadePage(context, frame, {
      ...head,
      url: sites.setupUrl(`${id}.q3Vb0mWqU1cYx7dJr8sT2hLzK4nPfEoA9gRiXwBvCyM`),
      email: 'idp-admin@customer.example',
      linksHref: '/',
    }),
};
