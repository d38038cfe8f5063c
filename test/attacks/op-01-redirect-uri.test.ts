/** SECURITY OP-01: a redirect URI that is not exactly the registered one gets an error page here, and no redirect. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { redirectUri } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const forged = [
  'https://evil.test/callback',
  `${redirectUri}/`,
  `${redirectUri}/../evil`,
  `${redirectUri}?x=1`,
  `${redirectUri}#x`,
  `${redirectUri}%00`,
  'http://127.0.0.1:9/CALLBACK',
  'http://127.0.0.1:9//callback',
  'http://127.0.0.1:9/%63allback',
  'http://127.0.0.1:9.evil.test/callback',
  'http://127.0.0.1:9@evil.test/callback',
  'http://user@127.0.0.1:9/callback',
  'http://127.0.0.1:90/callback',
  'http://127.0.0.1/callback',
  'HTTP://127.0.0.1:9/callback',
  '//127.0.0.1:9/callback',
  'javascript:alert(1)',
  ` ${redirectUri}`,
  '',
];

describe('an unregistered redirect URI', () => {
  it.each(forged)('%j leads nowhere', async (uri) => {
    for (const extra of [{}, { prompt: 'none' }, { response_type: 'token' }, { scope: 'nonsense' }]) {
      const page = await new Browser().fetch('GET', ground.ofAlpha.start({ redirect_uri: uri, ...extra }).url);
      expect(page.status).toBe(400);
      expect(page.headers.location).toBeUndefined();
      expect(page.html).not.toMatch(/(?:href|action|src|url)="?(?:https?:)?\/\/[^"]*evil/);
    }
  });

  it('is not made up for by leaving it out, or by giving a right one as well', async () => {
    const without = await new Browser().fetch('GET', ground.ofAlpha.start({ redirect_uri: undefined }).url);
    expect([without.status, without.headers.location]).toEqual([400, undefined]);
    for (const query of ['redirect_uri=https://evil.test', 'redirect_uri[]=https://evil.test&redirect_uri=x']) {
      const twice = await new Browser().fetch('GET', `${ground.ofAlpha.start().url}&${query}`);
      expect([twice.status, twice.headers.location]).toEqual([400, undefined]);
    }
  });

  it('is not accepted in a pushed request, nor by post', async () => {
    const { url } = ground.ofAlpha.start({ redirect_uri: 'https://evil.test/' });
    const pushed = await ground.ofAlpha.post('/connect/par', Object.fromEntries(url.searchParams));
    expect(pushed).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const browser = new Browser();
    const posted = await browser.post(
      `${ground.app.sites.issuer}/connect/authorize`,
      Object.fromEntries(url.searchParams),
    );
    expect(posted.status).toBe(400);
    expect(posted.url.host).toBe(new URL(ground.app.sites.issuer).host);
  });

  it('of another application is another’s', async () => {
    const page = await new Browser().fetch('GET', ground.ofAlpha.start({ client_id: 'nobody' }).url);
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
  });
});
