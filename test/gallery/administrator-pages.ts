/** The console's pages about administrators. */

import {
  editAdministratorPage,
  groupPage,
  invitePage,
  refusedAdministratorsPage,
  removeAdministratorsPage,
} from '../../src/console/views/administrator-forms.ts';
import { administratorsMessages, refusalText } from '../../src/console/views/administrators-messages.ts';
import { type AdministratorRow, administratorsPage } from '../../src/console/views/administrators-page.ts';
import type { ConsoleFrame } from '../../src/console/views/console-layout.ts';
import { permissionNames } from '../../src/directory/permissions.ts';
import { day, now, type Sample } from './samples.ts';

const csrf = 'sample';

export function administratorPages(frame: ConsoleFrame): Readonly<Record<string, Sample>> {
  const row = {
    type: 'individual',
    access: { access: 'full' },
    provider: 'Citrix identity',
    own: false,
    editHref: '/1',
    removeHref: '/1/remove',
    status: 'active',
  } as const;
  const rows: AdministratorRow[] = [
    { ...row, id: '1', displayName: 'Aiko Sato', email: 'aiko.sato@sample.example', own: true },
    { ...row, id: '2', displayName: '鈴木 一郎', email: 'ichiro.suzuki@sample.example', provider: 'Entra ID' },
    {
      ...row,
      id: '3',
      displayName: 'bartholomew.featherstonehaugh@a-rather-long-subdomain.sample.example',
      email: 'bartholomew.featherstonehaugh@a-rather-long-subdomain.sample.example',
      status: 'invite_sent',
      access: { access: 'custom', permissions: ['library', 'system-log', 'workspace-configuration'] },
      resendAction: '/3/resend',
    },
    {
      ...row,
      id: '4',
      displayName: 'late@sample.example',
      email: 'late@sample.example',
      status: 'expired',
      access: { access: 'custom', permissions: ['customer-dashboard-view'] },
    },
    {
      ...row,
      id: '5',
      displayName: 'Helpdesk <Tokyo> & Ōsaka',
      email: null,
      type: 'group',
      provider: 'Contoso ADFS',
      access: { access: 'custom', permissions: permissionNames },
    },
  ];
  const list = {
    rows,
    count: 5,
    listHref: '/',
    query: {},
    inviteHref: '/invite',
    groupHref: '/group',
    directoryHref: '/directory',
    selectedAction: '/selected',
    csrf,
  };
  const around = { action: '/', csrf, listHref: '/' };
  const person = {
    ...around,
    displayName: '鈴木 一郎',
    email: 'ichiro.suzuki@sample.example',
    type: 'individual',
    status: 'active',
    provider: 'Citrix identity',
    createdAt: now - 90 * day,
    invitation: null,
    version: 3,
    own: false,
    access: 'custom',
    permissions: ['library', 'system-log'],
  } as const;
  return {
    'console-administrators': (c) => administratorsPage(c, frame, { ...list, nextHref: '/2' }),
    'console-administrators-none-found': (c) =>
      administratorsPage(c, frame, { ...list, rows: [], count: 0, query: { search: 'x', status: 'expired' } }),
    'console-administrator-invite': (c) => invitePage(c, frame, { ...around, access: 'custom', permissions: [] }),
    'console-administrator-invite-errors': (c) =>
      invitePage(c, frame, {
        ...around,
        access: 'custom',
        permissions: [],
        email: 'aiko',
        errors: {
          email: refusalText(c.language, 'email_invalid'),
          permissions: administratorsMessages[c.language].permissionsMissing,
        },
      }),
    'console-administrator-group': (c) =>
      groupPage(c, frame, {
        ...around,
        access: 'custom',
        permissions: [],
        connections: [
          { id: '1', name: 'Contoso ADFS' },
          { id: '2', name: 'Entra ID' },
        ],
      }),
    'console-administrator-edit': (c) => editAdministratorPage(c, frame, person),
    'console-administrator-edit-last': (c) =>
      editAdministratorPage(c, frame, { ...person, problem: refusalText(c.language, 'last_administrator') }),
    'console-administrator-edit-own': (c) => editAdministratorPage(c, frame, { ...person, own: true }),
    'console-administrator-edit-invited': (c) =>
      editAdministratorPage(c, frame, {
        ...person,
        status: 'invite_sent',
        invitation: { firstSentAt: now - day, expiresAt: now + 4 * day },
      }),
    'console-administrator-remove': (c) =>
      removeAdministratorsPage(c, frame, {
        ...around,
        people: [{ displayName: '鈴木 一郎', email: 'ichiro.suzuki@sample.example', status: 'active' }],
        hidden: {},
      }),
    'console-administrators-remove': (c) =>
      removeAdministratorsPage(c, frame, { ...around, people: rows.slice(1), hidden: {} }),
    'console-administrators-refused': (c) =>
      refusedAdministratorsPage(c, frame, {
        listHref: '/',
        done: 2,
        refused: [
          { name: 'Aiko Sato', reason: refusalText(c.language, 'last_administrator') },
          { name: 'late@sample.example', reason: refusalText(c.language, 'invitation_over') },
        ],
      }),
  };
}
