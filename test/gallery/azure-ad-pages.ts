/** Connecting an Azure AD tenant, and choosing administrators from its directory. */
import { type TenantPage, tenantLeavePage, tenantPage } from '../../src/console/connections/tenant-page.ts';
import { administratorsMessages } from '../../src/console/views/administrators-messages.ts';
import type { ConsoleFrame } from '../../src/console/views/console-layout.ts';
import { directoryPeopleMessages } from '../../src/console/views/directory-people-messages.ts';
import {
  type ChosenPage,
  chosenPage,
  type DirectoryPage,
  directoryPage,
} from '../../src/console/views/directory-people-pages.ts';
import { explanations } from '../../src/signin/explanations.ts';
import { day, now, type Sample } from './samples.ts';

const csrf = 'sample';
const head = { name: 'Entra ID', listHref: '/', href: '/1', hasTenant: true } as const;
const way = { action: '/', csrf };
const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const proof = { provenAt: now - day, provenBy: '鈴木 一郎' };
const granted = (name: string, type: 'delegated' | 'application', isGranted = true) => ({
  name,
  type,
  granted: isGranted,
});
const live: TenantPage = {
  ...head,
  state: 'connected',
  isLive: true,
  tenantId,
  proof,
  way,
  permissions: {
    told: [
      {
        clientId: '6731de76-14a6-49ae-97bc-6eba6914391e',
        uses: ['subscribers', 'administrators'],
        isThere: true,
        permissions: [granted('User.Read', 'delegated'), granted('User.ReadBasic.All', 'delegated')],
      },
      {
        clientId: 'f77af9df-3ec3-4c60-ac68-1650ebc35fc2',
        uses: ['directory'],
        isThere: true,
        permissions: [
          granted('GroupMember.Read.All', 'delegated'),
          granted('User.Read', 'delegated'),
          granted('User.Read.All', 'delegated'),
          granted('User.ReadBasic.All', 'delegated'),
          granted('GroupMember.Read.All', 'application', false),
          granted('User.Read.All', 'application'),
        ],
      },
    ],
  },
};
const draft: TenantPage = { ...head, state: 'draft', isLive: false, way };

const person = {
  id: '1',
  subject: 'x.1',
  displayName: '佐藤 愛子',
  userName: 'aiko.sato@sample.example',
  email: 'aiko.sato@sample.example',
};
const found: DirectoryPage = {
  listHref: '/',
  connectionsHref: '/',
  connections: [
    { id: '1', name: 'Entra ID' },
    { id: '2', name: 'Entra ID of the whole International Holdings Limited Partnership' },
  ],
  connection: '1',
  action: '/',
  what: 'users',
  whatHrefs: { users: '/users', groups: '/groups' },
  search: 'sa',
  found: {
    entries: [
      { ...person, href: '/1' },
      {
        id: '2',
        subject: 'x.2',
        displayName: 'Sabine <b>Featherstonehaugh</b>',
        userName: 'sabine.featherstonehaugh@a-rather-long-subdomain.sample.example',
      },
    ],
  },
  nextHref: '/next',
};
const chosen: ChosenPage = {
  what: 'users',
  listHref: '/',
  directoryHref: '/',
  action: '/',
  csrf,
  hidden: {},
  connection: 'Entra ID',
  chosen: person,
  access: 'full',
  permissions: [],
};

export function azureAdPages(frame: ConsoleFrame): Readonly<Record<string, Sample>> {
  return {
    'console-tenant': (c) => tenantPage(c, frame, live),
    'console-tenant-none': (c) => tenantPage(c, frame, draft),
    'console-tenant-connected': (c) => tenantPage(c, frame, { ...draft, tenantId, proof }),
    'console-tenant-typed': (c) => tenantPage(c, frame, { ...draft, tenantId }),
    'console-tenant-own': (c) => tenantPage(c, frame, { ...draft, tenantId, way: 'own' }),
    'console-tenant-impossible': (c) => tenantPage(c, frame, { ...draft, way: 'impossible' }),
    'console-tenant-elsewhere': (c) =>
      tenantPage(c, frame, { ...live, way: 'citrix_only', permissions: { problem: 'not_told' } }),
    'console-tenant-throttled': (c) =>
      tenantPage(c, frame, { ...live, permissions: { problem: 'throttled', retryAfter: 17 } }),
    'console-tenant-refused': (c) =>
      tenantPage(c, frame, {
        ...draft,
        refusal: {
          text: explanations.role_missing.meaning[c.language],
          remedy: explanations.role_missing.remedy[c.language],
          expected: 'Global Administrator or Privileged Role Administrator',
          reference: { code: 'K7QM-3XPD', at: now },
        },
      }),
    'console-tenant-leave': (c) =>
      tenantLeavePage(c, frame, { ...head, state: 'draft', leaveHref: '/microsoft', backHref: '/' }),
    'console-directory-people': (c) => directoryPage(c, frame, found),
    'console-directory-groups': (c) =>
      directoryPage(c, frame, {
        ...found,
        what: 'groups',
        connections: [{ id: '1', name: 'Entra ID' }],
        found: {
          entries: [
            { id: '1', displayName: '運用チーム', description: 'Who runs it, day and night', href: '/1' },
            { id: '2', displayName: 'Observers', href: '/2' },
          ],
        },
        firstHref: '/first',
      }),
    'console-directory-nobody': (c) => directoryPage(c, frame, { ...found, found: { entries: [] } }),
    'console-directory-throttled': (c) =>
      directoryPage(c, frame, { ...found, found: { problem: 'throttled', retryAfter: 17 } }),
    'console-directory-not-connected': (c) =>
      directoryPage(c, frame, { ...found, found: { problem: 'not_proven', tenantHref: '/' } }),
    'console-directory-none': (c) => directoryPage(c, frame, { ...found, connections: [], found: { entries: [] } }),
    'console-directory-invite': (c) => chosenPage(c, frame, chosen),
    'console-directory-invite-refused': (c) =>
      chosenPage(c, frame, { ...chosen, problem: directoryPeopleMessages[c.language].errors.email_taken }),
    'console-directory-group': (c) =>
      chosenPage(c, frame, {
        ...chosen,
        what: 'groups',
        access: 'custom',
        chosen: { id: '1', displayName: '運用チーム', description: 'Who runs it, day and night' },
        errors: { permissions: administratorsMessages[c.language].permissionsMissing },
      }),
  };
}
