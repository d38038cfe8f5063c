import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { redirectUri } from '../support/relying-party.ts';
import { expectErrorPage, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it.each([
  ['another path', `${redirectUri}/other`],
  ['a query added', `${redirectUri}?more=1`],
  ['another host', 'https://attacker.example/callback'],
])('A redirect URI that is not registered ends on an error page: %s', async (_what, unregistered) => {
  expectErrorPage((await op.authorize(new Browser(), { redirect_uri: unregistered })).page);
});
