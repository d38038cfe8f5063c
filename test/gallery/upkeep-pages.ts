/** What is seen of connections that fail, of what expires, and of our own certificate's roll-over. */
import { failingMethodPage } from '../../src/accounts/views/failing-method-page.ts';
import { hour, now, type Sample } from './samples.ts';

const failing = {
  organization: '株式会社サンプル製作所',
  provider: 'Okta Tokyo',
  since: now - 2 * hour,
  anywayHref: '/anyway',
};

export const upkeepPages: Readonly<Record<string, Sample>> = {
  'failing-method': (c) => failingMethodPage(c, { ...failing, others: [] }),
  'failing-method-administrator': (c) =>
    failingMethodPage(c, {
      ...failing,
      others: [{ name: 'Contoso ADFS', href: '/adfs' }],
      citrixHref: '/console',
    }),
};
