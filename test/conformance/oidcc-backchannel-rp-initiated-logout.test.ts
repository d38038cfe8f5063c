import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { postLogoutRedirectUri, startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

const received: { request: IncomingMessage; form: URLSearchParams }[] = [];
const application = createServer(async (request, response) => {
  received.push({ request, form: new URLSearchParams(await text(request)) });
  response.writeHead(200, { 'cache-control': 'no-store' }).end();
}).listen(0, '127.0.0.1');
await once(application, 'listening');
afterAll(() => application.close());
const uri = `http://127.0.0.1:${(application.address() as AddressInfo).port}/backchannel_logout`;

it('Signing out at one application tells it by its back channel, with a logout token for this session', async () => {
  const client = await op.register({ metadata: { backchannel_logout_uri: uri } });
  const browser = new Browser();
  const { idToken, claims } = await op.signIn(browser, {}, client);
  await op.endSession(browser, {
    id_token_hint: idToken,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state: 'some-state',
  });
  expect((await op.confirmSignOut(browser)).url.href).toBe(`${postLogoutRedirectUri}?state=some-state`);
  await op.app.finalise();
  await op.app.deliverNotices();

  expect(received).toHaveLength(1);
  const [{ request, form }] = received as [(typeof received)[number]];
  expect(request.method).toBe('POST');
  expect(request.headers['content-type']).toContain('application/x-www-form-urlencoded');
  expect([...form.keys()]).toEqual(['logout_token']);
  // OpenID Connect Back-Channel Logout §2.4: never a nonce, so that it cannot pass as an ID token.
  const token = await op.verifyIdToken(form.get('logout_token'), client, undefined);
  expect(token).toMatchObject({
    sub: claims.sub,
    sid: claims.sid,
    jti: expect.any(String),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  });
  expect(Math.abs(Number(token.iat) - Date.now() / 1000)).toBeLessThan(60);
  await op.expectSignedOut(browser);
});
