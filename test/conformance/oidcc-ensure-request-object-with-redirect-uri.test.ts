import { UnsecuredJWT } from 'jose';
import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { expectErrorPage, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request object cannot make good a redirect URI that is not registered', async () => {
  const request = new UnsecuredJWT(Object.fromEntries(op.client.start().url.searchParams)).encode();
  const answer = await op.authorize(new Browser(), { request, redirect_uri: 'http://127.0.0.1:9/not-registered' });
  expectErrorPage(answer.page);
});
