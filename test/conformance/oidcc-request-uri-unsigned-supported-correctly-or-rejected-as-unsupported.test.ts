import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request_uri that is not one of our own is rejected as unsupported, and never fetched', async () => {
  expect(op.discovery.request_uri_parameter_supported).toBe(false);
  const requestUri = `${op.upstream.url}/request.jwt`;
  const answer = await op.authorize(new Browser(), { request_uri: requestUri });
  op.expectErrorAnswer(answer, ['request_uri_not_supported']);
  expect(op.upstream.requests.filter(({ path }) => path === '/request.jwt')).toEqual([]);
});
