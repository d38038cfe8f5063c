/** SECURITY OP-10, OP-15, OP-22 and OP-23: what other sites may do with our answers: nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { beginSignIn, type Ground, sendTarget, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

describe('OP-10, framing', () => {
  it('every page, those of the OpenID Provider and of errors too, refuses to be framed and sends no referrer', async () => {
    const { issuer, accountsBase, acsUrl } = ground.app.sites;
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    const signIn = await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' });
    const urls = [
      signIn.href,
      `${accountsBase}/signin/unknown`,
      `${accountsBase}/nothing-here`,
      `${issuer}/connect/endsession?realm=subscribers-alpha`,
      `${issuer}/connect/endsession`,
      `${issuer}/connect/endsession/success`,
      `${issuer}/connect/authorize?client_id=nobody`,
      `${issuer}/login-okta?state=x`,
      acsUrl,
      ground.app.sites.workspaceUrl('alpha', '/signed-out'),
      ground.app.sites.consoleUrl('/signed-out'),
    ];
    for (const url of urls) {
      const { headers } = await browser.fetch('GET', url);
      expect
        .soft([url, headers['content-security-policy']])
        .toEqual([url, expect.stringContaining("frame-ancestors 'none'")]);
      expect.soft([url, headers['content-security-policy']]).not.toEqual([url, expect.stringContaining('unsafe-')]);
      expect.soft([url, headers['x-frame-options']]).toEqual([url, 'DENY']);
      expect.soft([url, headers['referrer-policy']]).toEqual([url, 'no-referrer']);
      expect.soft([url, headers['x-content-type-options']]).toEqual([url, 'nosniff']);
      expect.soft([url, headers['cache-control']]).toEqual([url, expect.stringContaining('no-store')]);
    }
  });
});

describe('OP-15, what is not offered', () => {
  it.each([
    [{ response_mode: 'web_message' }, 'unsupported_response_mode'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_type: 'none' }, 'unsupported_response_type'],
    [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    [{ prompt: 'none' }, 'login_required'],
    [{ prompt: 'none login' }, 'invalid_request'],
  ])('%j ends as %s', async (parameters, error) => {
    const page = await new Browser().fetch('GET', ground.ofAlpha.start(parameters).url);
    const seen = page.headers.location ?? page.html;
    expect(seen).not.toMatch(/[?&#]code=/);
    if (page.headers.location !== undefined) expect(seen).toContain(`error=${error}`);
    else expect(page.status).toBe(400);
  });

  it('a request_uri of somebody’s own is not fetched', async () => {
    const page = await new Browser().fetch('GET', ground.ofAlpha.start({ request_uri: 'https://127.0.0.1:9/x' }).url);
    expect(page.headers.location ?? '').not.toContain('code=');
    expect(page.status === 400 || page.headers.location?.includes('error=')).toBe(true);
  });

  it('neither are device flow, registration and the other endpoints that nobody asked for', async () => {
    const discovery = await sendTarget(ground.app, '/core/.well-known/openid-configuration');
    const document = JSON.parse(discovery.body.slice(discovery.body.indexOf('{'), discovery.body.lastIndexOf('}') + 1));
    for (const name of ['device_authorization_endpoint', 'registration_endpoint', 'check_session_iframe'])
      expect(document).not.toHaveProperty(name);
    expect(document.response_types_supported).toEqual(['code']);
    expect(document.code_challenge_methods_supported).toEqual(['S256']);
    for (const path of ['/device/auth', '/reg', '/backchannel']) {
      expect((await sendTarget(ground.app, `/core${path}`, { method: 'POST' })).status).toBe(404);
    }
  });
});

describe('OP-22, CORS', () => {
  it.each(['null', 'https://evil.test'])('gives nothing to the origin %s', async (origin) => {
    for (const path of ['/connect/token', '/connect/userinfo', '/connect/introspect', '/connect/revocation']) {
      const preflight = await sendTarget(ground.app, `/core${path}`, {
        method: 'OPTIONS',
        headers: [
          `Origin: ${origin}`,
          'Access-Control-Request-Method: POST',
          'Access-Control-Request-Headers: authorization',
        ],
      });
      expect(preflight.head.toLowerCase()).not.toContain('access-control-allow-origin');
      const real = await sendTarget(ground.app, `/core${path}`, {
        method: 'POST',
        headers: [`Origin: ${origin}`, 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 0'],
      });
      expect(real.status).toBeGreaterThanOrEqual(400);
      expect(real.head.toLowerCase()).not.toContain('access-control-allow-origin');
    }
  });
});

describe('OP-23, mix-up at our relying parties', () => {
  it('every answer says who gave it, errors too', async () => {
    const browser = new Browser();
    const { issuer } = ground.app.sites;
    expect((await arrive(browser, ground.ofAlpha.start({ prompt: 'none' }).url)).get('iss')).toBe(issuer);
    expect((await arrive(browser, ground.ofAlpha.start().url)).get('iss')).toBe(issuer);
  });
});
