/** People and groups of a connected directory. */
import { ProviderError } from '../../providers/errors.ts';
import { type ConnectedDirectoryPage, directoryPage } from '../../src/console/connections/directory-page.ts';
import { frame } from './console-pages.ts';
import type { Sample } from './samples.ts';

const model: Omit<ConnectedDirectoryPage, 'shown'> = {
  kind: 'okta',
  name: 'Okta Tokyo',
  state: 'connected',
  provider: 'Okta',
  listHref: '/',
  href: '/',
  action: '/',
  typed: '佐',
};
const users = [
  {
    id: '00u118oQYT4TBTemp0g4',
    subject: '00u118oQYT4TBTemp0g4',
    displayName: '佐藤 愛子',
    userName: 'aiko.sato@sample.example',
    email: 'aiko.sato@sample.example',
  },
  {
    id: '00ub0oNGTSWTBKOLGLNR',
    subject: '00ub0oNGTSWTBKOLGLNR',
    displayName: '佐々木 <b>太郎</b>',
    userName: 'a.very.long.user.name.that.somebody.was.given.at.a.merger@accounting.subsidiary.sample.example',
  },
];
const groups = [
  { id: '00g1emaKYZTWRYYRRTSK', displayName: 'West Coast users', description: 'All users West of The Rockies' },
  { id: '00garwpuyxHaWOkdV0g4', displayName: 'エンジニアリング部' },
];

export const directoryPages: Readonly<Record<string, Sample>> = {
  'console-directory-users': (c) =>
    directoryPage(c, frame, { ...model, nextHref: '/', shown: { of: 'users', is: 'found', page: { entries: users } } }),
  'console-directory-groups': (c) =>
    directoryPage(c, frame, {
      ...model,
      typed: '',
      firstHref: '/',
      shown: { of: 'groups', is: 'found', page: { entries: groups } },
    }),
  'console-directory-nobody': (c) =>
    directoryPage(c, frame, { ...model, shown: { of: 'users', is: 'found', page: { entries: [] } } }),
  'console-directory-refused': (c) =>
    directoryPage(c, frame, {
      ...model,
      shown: { of: 'users', is: 'refused', error: new ProviderError('directory_token_refused') },
    }),
  'console-directory-throttled': (c) =>
    directoryPage(c, frame, {
      ...model,
      shown: {
        of: 'users',
        is: 'refused',
        error: new ProviderError('upstream_throttled', { detail: { note: 'retry after 30 s' } }),
      },
    }),
  'console-directory-unable': (c) => directoryPage(c, frame, { ...model, shown: { of: 'users', is: 'unable' } }),
  'console-directory-not-live': (c) => directoryPage(c, frame, { ...model, shown: { of: 'users', is: 'notLive' } }),
};
