import { UnsecuredJWT } from 'jose';
import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('An unsigned request object is rejected as unsupported', async () => {
  expect(op.discovery.request_parameter_supported ?? false).toBe(false);
  const request = new UnsecuredJWT(Object.fromEntries(op.client.start().url.searchParams)).encode();
  op.expectErrorAnswer(await op.authorize(new Browser(), { request }), ['request_not_supported']);
});
